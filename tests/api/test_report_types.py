"""Every type of report in every format it comes in: ordered, made by a worker, downloaded."""

from typing import Any

import msgspec
import pytest
from records import finish_scan, store_vulnerability
from site_under_test import Site

from cyberai.app import report_model
from cyberai.app.report_making import work_on_report
from cyberai.domain.report import FORMATS_OF, ReportFormat, ReportType
from unit.reports.logos import URIS
from unit.reports.pdf_reader import read

EVERY = [(kind, format) for kind, formats in FORMATS_OF.items() for format in formats]
START = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF-1.7", "json": b"{", "markdown": b"# ", "csv": b'"id"'}


@pytest.fixture
def scan(site: Site) -> str:
    """The later of two scans, which saw the second of two vulnerabilities."""
    scans = []
    for number in range(2):
        id = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
        store_vulnerability(site, id, number)
        finish_scan(site, id)
        site.clock.advance(60)
        scans.append(id)
    return str(scans[1])


def made(site: Site, scan: str, **body: Any) -> tuple[dict[str, Any], bytes]:
    answer = site.post("/v1/reports", {"scan_id": scan, **body})
    assert answer.status == 201, answer.body
    assert site.runner.run(work_on_report(site.app, "worker-1"))
    report = site.get(f"/v1/reports/{answer.json()['id']}").json()
    assert report["status"] == "completed", report
    file = site.get(f"/v1/reports/{report['id']}/download")
    assert len(file.body) == report["size"]
    return report, file.body


@pytest.mark.parametrize(("kind", "format"), EVERY, ids=lambda value: value.value)
def test_it_is_made(site: Site, scan: str, kind: ReportType, format: ReportFormat) -> None:
    report, content = made(site, scan, type=kind.value, format=format.value)
    assert (report["type"], report["format"]) == (kind.value, format.value)
    assert content.startswith(START.get(format.value, b""))


def test_a_delta_is_held_against_the_scan_before(site: Site, scan: str) -> None:
    first = site.get("/v1/scans").json()["data"][1]["id"]
    for asked in (
        {},
        {"baseline_scan_id": "previous"},
        {"baseline_scan_id": first},
        {"since": "2100-01-01T00:00:00Z"},
    ):
        _, content = made(site, scan, type="delta", format="json", **asked)
        told = msgspec.json.decode(content)["delta"]
        assert told["baseline_scan_id"] == first
        assert sorted(change["change"] for change in told["changes"]) == ["new", "not_tested"]


def test_a_delta_without_an_earlier_scan_is_refused(site: Site, scan: str) -> None:
    first = site.get("/v1/scans").json()["data"][1]["id"]
    for body, field in (
        ({"scan_id": first}, "baseline_scan_id"),
        ({"scan_id": scan, "since": "2001-01-01T00:00:00Z"}, "since"),
        ({"scan_id": scan, "baseline_scan_id": "scan_nowhere"}, "baseline_scan_id"),
    ):
        answer = site.post("/v1/reports", {"type": "delta", **body})
        assert (answer.status, answer.details["field"]) == (404, field)
    answer = site.post("/v1/reports", {"type": "delta", "scan_id": scan, "baseline_scan_id": scan})
    assert (answer.status, answer.details["field"]) == (400, "baseline_scan_id")


def test_a_logo_is_in_the_file_and_not_kept_beside_it(site: Site, scan: str) -> None:
    report, content = made(site, scan, format="html", logo=URIS["png"])
    assert report["logo"] == "image/png"
    assert URIS["png"].encode() in content
    stored = site.runner.run(site.store.read("default", lambda tx: tx.reports.get(report["id"])))
    assert stored.logo.content == b""


def test_full_redaction_leaves_no_evidence(site: Site, scan: str) -> None:
    _, shown = made(site, scan, format="json")
    assert b"openssl s_client" in shown
    _, cut = made(site, scan, format="json", redaction="full")
    assert b"openssl s_client" not in cut
    assert b"TLSv1.0" not in cut


def test_more_findings_than_a_report_has_room_for(
    site: Site, scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {store_vulnerability(site, scan, number) for number in range(10, 20)}
    monkeypatch.setattr(report_model, "MAX_ITEMS", 4)
    words = b"more findings, the least severe, have no room here"
    for format in ("html", "markdown"):
        assert words in made(site, scan, format=format)[1]
    told = msgspec.json.decode(made(site, scan, format="json")[1])
    shown = {row["id"] for row in told["vulnerabilities"]}
    assert len(shown) == 4
    assert ids <= shown | {row["id"] for row in told["omitted"]}
    table = made(site, scan, format="csv")[1].decode()
    assert all(id in table for id in ids)
    assert len(read(made(site, scan, format="pdf")[1]).pages) > 4


def test_what_cannot_be_set_is_said_in_the_report(
    site: Site, scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberai.reports.pdf import child

    monkeypatch.setattr(child, "WALL_SECONDS", 0.01)
    id = site.post("/v1/reports", {"scan_id": scan, "format": "pdf"}).json()["id"]
    assert site.runner.run(work_on_report(site.app, "worker-1"))
    report = site.get(f"/v1/reports/{id}").json()
    assert report["status"] == "failed"
    assert "Choose fewer findings" in report["error"]
