"""A delta report says what became of each finding, in every format it comes in."""

from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from cyberai.domain.diff import Difference
from cyberai.domain.ids import ScanId, make_id
from cyberai.domain.report import Delta, DeltaEntry, NotComparedCheck, ReportFormat, ReportModel, ReportType
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Location
from cyberai.reports.html_report import render as render_html
from cyberai.reports.json_report import render as render_json
from cyberai.reports.markdown_report import render as render_markdown
from cyberai.reports.page.changes import MAX_ENTRIES, WORDS, delta_view
from cyberai.reports.pdf_report import render as render_pdf
from unit.reports import sample
from unit.reports.pdf_reader import text_of

BASELINE = sample.scan(id=ScanId(make_id("scan", 5, 5)))


def model(format: ReportFormat = ReportFormat.HTML, **changes: object) -> ReportModel:
    """One of each change: the first six are in the scan, the last two are not."""
    rows = [sample.vulnerability(number) for number in range(8)]
    was = sample.vulnerability(9, location=Location(url="http://127.0.0.1:8088/old"))
    names = [
        "new",
        "regressed",
        "severity_changed",
        "moved",
        "still_there",
        "still_there",
        "fixed",
        "not_tested",
    ]
    entries = [DeltaEntry(change=n, vulnerability=r) for n, r in zip(names, rows, strict=True)]
    entries[0] = structs.replace(entries[0], untested_before=True)
    entries[2] = structs.replace(entries[2], before=Severity.LOW, after=Severity.HIGH)
    entries[3] = structs.replace(entries[3], was=was)
    made = sample.model(
        type=ReportType.DELTA, format=format, items=tuple(sample.item(r, ()) for r in rows[:6])
    )
    delta = Delta(
        baseline=BASELINE,
        entries=tuple(entries),
        not_compared=(NotComparedCheck(host="127.0.0.1", check_id="web.ssti", only_in="against"),),
        notes=("The scans had different depths: 2 and 3",),
    )
    return structs.replace(made, delta=structs.replace(delta, **changes))


SAID = (
    "was at http://127.0.0.1:8088/old",
    "was low, is high",
    "the earlier scan did not look there: it may have been there already",
    "The scans had different depths: 2 and 3",
    "Only the earlier scan ran",
    BASELINE.id,
)


def test_every_difference_has_its_words() -> None:
    assert list(WORDS) == [difference.value for difference in Difference]


def test_html_says_what_changed() -> None:
    page = LexborHTMLParser(render_html(model()).content)
    counts = {
        t.text().split(maxsplit=1)[1]: int(t.text().split()[0]) for t in page.css(".tiles.changes .tile")
    }
    assert counts == {
        "New": 1,
        "Back again": 1,
        "Rated otherwise": 1,
        "Moved": 1,
        "Fixed": 1,
        "Not seen again": 0,
        "Not tested again": 1,
        "Still there": 2,
    }
    shown = page.body.text(separator=" ") if page.body else ""
    assert [words for words in SAID if words not in shown] == []
    # In full stands only what is new or back: the rest is known.
    assert len(page.css("article.finding")) == 2


def test_markdown_says_what_changed() -> None:
    text = render_markdown(model(ReportFormat.MARKDOWN)).content.decode()
    assert "| New | Back again | Rated otherwise | Moved | Fixed |" in text
    assert "was low, is high" in text
    assert all(entry.vulnerability.id in text for entry in model().delta.entries)  # type: ignore[union-attr]


def test_json_says_what_changed() -> None:
    told = msgspec.json.decode(render_json(model(ReportFormat.JSON)).content)["delta"]
    assert told["baseline_scan_id"] == BASELINE.id
    assert [change["change"] for change in told["changes"]][:3] == ["new", "regressed", "severity_changed"]
    assert told["changes"][3]["moved_from"] == sample.vulnerability(9).id
    assert told["not_compared"] == [{"host": "127.0.0.1", "check_id": "web.ssti", "only_in": "against"}]


@pytest.mark.slow
def test_pdf_says_what_changed(tmp_path: Path) -> None:
    shown = " ".join(text_of(render_pdf(model(ReportFormat.PDF)).content, tmp_path).split())
    assert [words for words in SAID if words not in shown] == []
    assert "Findings in full" in shown


def test_many_changes_are_cut_and_counted() -> None:
    rows = (sample.vulnerability(number) for number in range(MAX_ENTRIES + 5))
    view = delta_view(model(entries=tuple(DeltaEntry(change="fixed", vulnerability=r) for r in rows)))
    assert view is not None
    [group] = view.groups
    assert (len(group.entries), group.omitted) == (MAX_ENTRIES, 5)
    assert {name: count for name, _, count in view.counts}["fixed"] == MAX_ENTRIES + 5
