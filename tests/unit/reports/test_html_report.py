"""The HTML report says what it must, and nothing that a target sent is ever more than text in it."""

import base64
import hashlib
from functools import cache

import pytest
from selectolax.lexbor import LexborHTMLParser

from cyberai.domain.finding import HttpEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.report import FORMATS_OF, ReportFormat, ReportModel, ReportType
from cyberai.domain.scan import VerdictResult
from cyberai.reports.html_report import render
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short
from unit.reports.logos import with_logo

KINDS = tuple(kind for kind, formats in FORMATS_OF.items() if ReportFormat.HTML in formats)
FREE_VALUES = {"id", "href"}
NUMBERS = {"x", "y", "width", "height", "viewBox", "d", "points", "cx", "cy", "r"}


def html(model: ReportModel) -> str:
    return render(model).content.decode("utf-8")


def page(model: ReportModel) -> LexborHTMLParser:
    return LexborHTMLParser(html(model))


def text_of(model: ReportModel) -> str:
    body = page(model).body
    assert body is not None
    return body.text(separator=" ")


def skeleton(document: LexborHTMLParser) -> set[tuple[str, str, str]]:
    """Every (element, attribute, value); free values and numbers only by their form."""
    found = set()
    for node in document.root.traverse(include_text=False):
        for name, value in [("", ""), *node.attributes.items()]:
            form = value or ""
            if name in FREE_VALUES:
                form = "#" if form.startswith("#") else form.partition("_")[0] if "_" in form else form
                form = "finding" if form.startswith("finding-") else form
            elif name in NUMBERS:
                form = "number"
            found.add((node.tag, name, form))
    return found


@cache
def own_skeleton() -> frozenset[tuple[str, str, str]]:
    """What the template itself writes: every kind, every verdict, with and without findings."""
    found: set[tuple[str, str, str]] = set()
    for kind in KINDS:
        found |= skeleton(page(poisoned.model("harmless", type=kind)))
        for count in (0, 8):
            for verdict in VerdictResult:
                rows = sample.coverage(failing=verdict is VerdictResult.INCONCLUSIVE)
                scans = (sample.scan(verdict),)
                found |= skeleton(page(sample.model(count, type=kind, scans=scans, rows=rows)))
        found |= skeleton(page(sample.model(0, type=kind, rows=())))
    return frozenset(found)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_nothing_hostile_becomes_markup(hostile: str, kind: ReportType) -> None:
    document = page(poisoned.model(hostile, type=kind))
    strange = {
        (tag, name, value)
        for tag, name, value in skeleton(document) - own_skeleton()
        # The reader's own link: an https reference of a check, judged in the next test.
        if (tag, name) != ("a", "href")
    }
    assert strange == set()
    assert document.css("script, iframe, object, embed, base, form, link, img") == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_links_lead_into_the_page_or_are_plain_https(hostile: str) -> None:
    for link in page(poisoned.model(hostile, type=ReportType.TECHNICAL)).css("a"):
        address = link.attributes["href"] or ""
        assert address.startswith(("#", "https://"))
        assert not any(c in address for c in " \"'<>\\`\n\t")


@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_nothing_invisible_or_reordering_is_left(hostile: str) -> None:
    shown = html(poisoned.model(hostile, type=ReportType.TECHNICAL))
    assert all(c.isprintable() or c == "\n" or c == "\t" for c in shown)


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "description",
        "remediation",
        "url",
        "parameter",
        "header",
        "body",
        "note",
        "banner",
        "fact",
        "reason",
    ],
)
def test_every_field_is_really_shown(field: str) -> None:
    # The corpus above would prove nothing about a field that the page leaves out.
    marker = f"<{field}-marker>"
    shown = text_of(poisoned.model(marker, type=ReportType.TECHNICAL))
    assert shown.count(marker) > 20


@pytest.mark.parametrize("kind", ["svg", "png", "jpeg"])
def test_a_logo_is_the_only_picture(kind: str) -> None:
    [image] = page(with_logo(sample.model(), kind)).css("img")
    assert (image.attributes["src"] or "").startswith("data:image/")


def test_findings_can_be_filtered_without_a_script() -> None:
    document = page(sample.model(8))
    boxes = {box.attributes["id"] for box in document.css(".filter input")}
    assert boxes == {
        f"show-{n}" for n in ("critical", "high", "medium", "low", "info", "confirmed", "strong", "lead")
    }
    style = document.css_first("style").text(deep=True)
    for box in boxes:
        name = (box or "").removeprefix("show-")
        assert f"#{box}:not(:checked)" in style
        assert document.css(f".f-{name}, .p-{name}") != []


def test_the_policy_forbids_everything_but_its_own_style() -> None:
    document = page(sample.model())
    policy = document.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    style = document.css_first("style").text(deep=True)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert all("style" not in node.attributes for node in document.css("*"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_id_is_in_it(kind: ReportType) -> None:
    model = sample.model(300, type=kind)
    shown = text_of(model)
    assert all(item.vulnerability.id in shown for item in model.items)


def test_it_is_byte_stable() -> None:
    assert render(sample.model(8)).content == render(sample.model(8)).content


def test_a_technical_report_shows_the_proof() -> None:
    model = sample.model(8)
    document = page(model)
    marks = [mark.text() for mark in document.css("mark")]
    assert "SQLSTATE[42000]: syntax error near" in marks
    commands = [pre.text() for pre in document.css("pre.command")]
    assert any(command.startswith("curl ") for command in commands)
    assert any(command.startswith("openssl ") for command in commands)
    shown = text_of(model)
    for words in (
        "Control response",
        "What an attacker gains",
        "How to mend it",
        "Confirmed, 96 %",
        sample.IMPACT,
    ):
        assert words in shown


def test_a_header_that_proves_it_is_shown_among_many() -> None:
    url = Url.parse("http://127.0.0.1/")
    headers = (*((f"X-{number}", "v") for number in range(20)), ("Location", "https://evil.example/"))
    answer = Exchange(HttpRequest("GET", url), HttpResponse(302, headers))
    item = sample.item(sample.vulnerability(5), (HttpEvidence(answer, match="https://evil.example/"),))
    document = page(sample.model(items=(item,)))
    assert [mark.text() for mark in document.css("mark")] == ["https://evil.example/"]
    assert "15 more headers" in document.css("pre")[1].text()


def test_the_impact_is_told_once() -> None:
    row = sample.vulnerability(0, description=f"{sample.DESCRIPTION}\n\n{sample.IMPACT}")
    document = page(sample.model(items=(sample.item(row, ()),)))
    assert document.css_first("article.finding").text().count(sample.IMPACT) == 1


def test_an_executive_report_holds_no_raw_evidence() -> None:
    document = page(sample.model(8, type=ReportType.EXECUTIVE))
    assert document.css("pre, mark, details.evidence") == []
    assert "How to mend it" in text_of(sample.model(8, type=ReportType.EXECUTIVE))


def test_a_raw_report_holds_no_prose() -> None:
    document = page(sample.model(8, type=ReportType.RAW))
    assert document.css(".prose") == []
    assert document.css("details.evidence") != []


@pytest.mark.parametrize("result", list(VerdictResult))
def test_the_verdict_stands_first_with_its_reasons(result: VerdictResult) -> None:
    scan = sample.scan(result)
    document = page(sample.model(2, scans=(scan,)))
    banner = document.css_first(f".verdict.{result.value}")
    assert banner is not None
    assert scan.verdict is not None
    assert all(reason in banner.text() for reason in scan.verdict.reasons)


def test_coverage_tells_what_was_not_tested_and_why() -> None:
    shown = text_of(sample.model(2, rows=sample.coverage(failing=True)))
    for words in ("7 no answer in time", "2 connection refused", "12 does not apply there"):
        assert words in shown


def test_nothing_found_is_said_in_so_many_words() -> None:
    assert "Nothing was found." in text_of(sample.model(0))


def test_the_number_of_findings_is_what_the_tiles_say() -> None:
    document = page(sample.model(300))
    tiles = {tile.text().split()[1]: int(tile.text().split()[0]) for tile in document.css(".tile")[:5]}
    assert sum(tiles.values()) == len(document.css("article.finding")) == 300
