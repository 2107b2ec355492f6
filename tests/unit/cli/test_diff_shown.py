"""`cyberai diff` on a store that real scans filled, and every change in words."""

from pathlib import Path
from typing import Any

from cyberai.app.scan_diff import DifferenceResource, DiffResource, MovedFrom, NotComparedResource
from cyberai.cli.console import to_file
from cyberai.cli.diff import _show
from cyberai.cli.main import run
from cyberai.domain.diff import Difference
from cyberai.domain.vulnerability import Location
from unit.cli.test_findings import listed, told

HOSTILE = "\x1b[31mred\u202e\x07"


def row(change: str, **changes: Any) -> DifferenceResource:
    values: dict[str, Any] = {
        "change": change, "id": f"vuln_{change}", "title": f"{HOSTILE} {change} title", "severity": "high",
        "severity_before": "low", "severity_after": "high", "tier": "confirmed", "status": "open",
        "detection": "new", "check_id": "web.x", "affected_component": f"GET /{change} {HOSTILE}",
        "location": Location(url="http://a/"), "fingerprint": "v1:x", "untested_before": False,
    }  # fmt: skip
    return DifferenceResource(**{**values, **changes})


def shown(diff: DiffResource, *, show_all: bool = False) -> str:
    import io

    text = io.StringIO()
    _show(to_file(text), diff, show_all=show_all)
    return text.getvalue()


def difference(*rows: DifferenceResource, **changes: Any) -> DiffResource:
    counts = {change.value: sum(r.change == change.value for r in rows) for change in Difference}
    values: dict[str, Any] = {
        "scan_id": "scan_b", "against": "scan_a", "counts": counts, "data": list(rows), "has_more": False,
        "next_cursor": None, "not_compared": [], "not_compared_total": 0, "notes": [],
    }  # fmt: skip
    return DiffResource(**{**values, **changes})


def test_every_change_has_its_words_and_nothing_drives_the_terminal() -> None:
    was = MovedFrom(
        id="vuln_old", affected_component=f"GET /old {HOSTILE}", location=Location(url="http://a/old")
    )
    rows = [row(change.value) for change in Difference]
    rows[0].untested_before = True
    next(r for r in rows if r.change == "moved").moved_from = was
    gaps = [NotComparedResource(host=HOSTILE, check_id=f"web.{n}", only_in="scan") for n in range(12)]
    text = shown(
        difference(*rows, not_compared=gaps, not_compared_total=12, notes=["They differed"]), show_all=True
    )
    for words in (
        "New: 1", "Back again: 1", "Severity changed: 1", "Moved: 1", "Fixed: 1", "Not observed", "Not tested",
        "Still there: 1", "was at GET /old", "low before, high now", "it may be old", "They differed.",
        "only one scan tested it: 12", "web.9", "--json names more",
    ):  # fmt: skip
        assert words in text, words
    assert "web.10" not in text
    assert not {"\x1b", "\u202e", "\x07"} & set(text)
    assert "still_there title" not in shown(difference(*rows))
    assert "Neither scan has findings" in shown(difference())


def test_scans_of_a_store(recorded: Path, capsys) -> None:
    folder = ("--data-dir", str(recorded))
    scans = told(capsys, "scans", *folder)
    newer = listed(capsys, recorded)[0]["scan_id"]
    older = next(scan["id"] for scan in scans if scan["id"] != newer)
    diff = told(capsys, "diff", older, newer, *folder)
    assert (diff["scan_id"], diff["against"]) == (newer, older)
    assert sum(diff["counts"].values()) > 0
    assert len(diff["data"]) == sum(diff["counts"].values())
    assert run(["diff", older, newer, *folder]) == 0
    out = capsys.readouterr().out
    assert f"From {older} to {newer}" in out
    assert run(["diff", "scan_x", newer, *folder]) == 2
    assert run(["diff", newer, newer, *folder]) == 2
    assert run(["diff", older, newer, "--workspace", "blue", *folder]) == 2
