"""The Markdown report: nothing that comes from the target becomes markup."""

import re
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cyberai.domain.change import Change, Changes
from cyberai.domain.report import FORMATS_OF, ReportFormat, ReportModel, ReportType
from cyberai.domain.scan import VerdictResult
from cyberai.reports.compliance.judgement import standards
from cyberai.reports.markdown_report import block, escape, render, span
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short

READER = MarkdownIt("commonmark").enable("table")
KINDS = tuple(kind for kind, formats in FORMATS_OF.items() if ReportFormat.MARKDOWN in formats)


def text_of(model: ReportModel) -> str:
    return render(model).content.decode("utf-8")


def tokens(text: str) -> list[Token]:
    """All tokens, those inside of lines too."""
    return [token for outer in READER.parse(text) for token in (outer, *(outer.children or ()))]


def headings(text: str) -> dict[str, list[str]]:
    """The text of the headings by their level."""
    levels: dict[str, list[str]] = {}
    found = tokens(text)
    for opening, inline in pairwise(found):
        if opening.type == "heading_open":
            levels.setdefault(opening.tag, []).append(inline.content)
    return levels


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_nothing_from_the_target_becomes_markup(hostile: str, kind: ReportType) -> None:
    text = text_of(poisoned.model(hostile, type=kind))
    found = tokens(text)
    assert [token.type for token in found if token.type in ("html_block", "html_inline", "image")] == []
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert [link for link in links if not link.startswith("https://")] == []
    shown = headings(text)
    names = {
        ReportType.COMPLIANCE: [standard.name for standard in standards()],
        ReportType.DELTA: ["What has changed"],
    }.get(kind, [])
    in_full = {ReportType.COMPLIANCE: 0, ReportType.DELTA: 1}.get(kind, 2)
    assert (len(shown["h1"]), len(shown.get("h3", []))) == (1, in_full)
    first = ["Over time"] if kind is ReportType.EXECUTIVE else []
    assert shown["h2"] == [*first, "Findings", *names, "What was tested"]
    assert set(shown.get("h4", [])) <= {"What it is", "What to do", "Evidence", "Read more"}


def test_every_finding_has_its_part_and_its_row() -> None:
    model = sample.model(12)
    text = text_of(model)
    assert all(f"- Id: `{item.vulnerability.id}`" in text for item in model.items)
    [summary] = re.findall(r"## Findings\n\n(.*?)\n\n", text, re.S)
    assert len(summary.splitlines()) == 2 + 12
    assert "curl -sS" in text


def test_an_executive_report_shows_no_requests_and_a_raw_one_no_prose() -> None:
    assert "curl" not in text_of(sample.model(3, type=ReportType.EXECUTIVE))
    raw = text_of(sample.model(3, type=ReportType.RAW))
    assert "curl" in raw
    assert "What to do" not in raw


def test_what_was_changed_on_the_target_is_listed() -> None:
    change = Change(method="POST", url="http://h/a|b", requests=7, created=True)
    shown = Change(method="PUT", url="http://h/c", requests=1, shown_at=("http://h/list",))
    scan = sample.scan(changes=Changes(places=(change, shown), omitted=2))
    text = text_of(sample.model(0, scans=(scan,)))
    assert "| `POST http://h/a\\|b` | 7 | answered: created |" in text
    assert "| `PUT http://h/c` | 1 | `http://h/list` |" in text
    assert "2 more reports" in text
    assert "created or changed" not in text_of(sample.model(0))


def test_nothing_found_says_what_was_tested() -> None:
    text = text_of(sample.model(0, scans=(sample.scan(VerdictResult.PASS),)))
    assert "**PASS**" in text
    assert "No finding." in text
    assert "## What was tested" in text


@pytest.mark.parametrize(
    "text", ["`", "``a`", "a|b", "` `", "<b>", "![x](http://a)", "a\nb", "\\", "$x$", "~~~", "#1 @kim"]
)
def test_a_span_shows_the_text_as_it_is(text: str) -> None:
    [paragraph] = [token for token in READER.parse(f"x {span(text)} y") if token.type == "inline"]
    [code] = [child for child in paragraph.children or () if child.type == "code_inline"]
    # In a table the reader takes the backslash before the bar away.
    assert code.content.strip().replace("\\|", "|") == text.replace("\n", " ").strip()


@pytest.mark.parametrize("text", ["```\nout", "~~~", "````` a", ""])
def test_a_block_cannot_be_left(text: str) -> None:
    fences = [token for token in READER.parse("\n".join([*block(text), "after"])) if token.type == "fence"]
    assert [fence.content.rstrip("\n") for fence in fences] == [text]


@pytest.mark.parametrize(
    "text",
    ["*a*", "[a](http://b)", "<i>", "# h", "1. one", "- one", "http://a.b", "www.a.b", "&amp;", "a|b", "_x_"],
)
def test_escaped_text_reads_as_it_is(text: str) -> None:
    [inline] = [token for token in READER.parse(escape(text)) if token.type == "inline"]
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children or ()) == text


def test_no_mention_and_no_reference_is_made() -> None:
    assert escape("@kim #12") == "`@`kim `#`12"
