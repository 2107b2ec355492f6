"""`GET /v1/scans/{id}/diff`: paging, choosing, errors."""

from typing import Any

import pytest
from envelopes import assert_envelope
from records import finish_scan, store_vulnerability
from site_under_test import Site

from cyberai.domain.severity import Severity


@pytest.fixture
def scans(site: Site) -> tuple[str, str]:
    """An older scan with 2 vulnerabilities and a newer one that saw one of them and 5 more."""
    older = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(2):
        store_vulnerability(site, older, number)
    finish_scan(site, older)
    site.clock.advance(60)
    newer = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(1, 7):
        store_vulnerability(site, newer, number, severity=list(Severity)[number % 5])
    finish_scan(site, newer)
    return older, newer


def diff(site: Site, scan: str, query: str = "") -> dict[str, Any]:
    answer = site.get(f"/v1/scans/{scan}/diff{query}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.json()
    return body


def test_pages_make_up_the_whole(site: Site, scans: tuple[str, str]) -> None:
    older, newer = scans
    whole = diff(site, newer)
    assert (whole["scan_id"], whole["against"], whole["has_more"]) == (newer, older, False)
    assert [row["change"] for row in whole["data"]] == ["new"] * 5 + ["severity_changed", "not_tested"]
    assert [row["severity"] for row in whole["data"][:5]] == ["critical", "high", "medium", "low", "info"]
    assert whole["counts"]["new"] == 5
    changed = whole["data"][5]
    assert (changed["severity_before"], changed["severity_after"]) == ("medium", "high")
    found, query = [], "?limit=2"
    while True:
        page = diff(site, newer, query)
        assert page["counts"] == whole["counts"]
        found += page["data"]
        if not page["has_more"]:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert found == whole["data"]
    assert diff(site, newer, f"?against={older}") == whole
    chosen = diff(site, newer, "?change=not_tested,severity_changed")
    assert [row["change"] for row in chosen["data"]] == ["severity_changed", "not_tested"]


def test_what_cannot_be_compared(site: Site, scans: tuple[str, str]) -> None:
    older, newer = scans
    path = f"/v1/scans/{newer}/diff"
    assert_envelope(site.get("/v1/scans/scan_unknown/diff"), "not_found", "id")
    assert_envelope(site.get(f"{path}?against=scan_unknown"), "not_found", "against")
    assert_envelope(site.get(f"{path}?against="), "not_found", "against")
    assert_envelope(site.get(f"/v1/scans/{older}/diff"), "not_found", "against", "Name the scan")
    assert_envelope(site.get(f"{path}?against={newer}"), "invalid_request", "against")
    assert_envelope(site.get(f"{path}?change=all"), "invalid_request", "change")
    assert_envelope(site.get(f"{path}?limit=0"), "invalid_request", "limit")
    assert_envelope(site.get(f"{path}?cursor=abc"), "invalid_cursor", "cursor")
    cursor = diff(site, newer, "?limit=1")["next_cursor"]
    assert_envelope(site.get(f"{path}?change=new&cursor={cursor}"), "invalid_cursor", "cursor")


def test_a_scan_that_did_not_end_says_so(site: Site, scans: tuple[str, str]) -> None:
    _, newer = scans
    site.clock.advance(60)
    running = site.post("/v1/scans", {"target": "example.com"}).json()
    notes = diff(site, running["id"])["notes"]
    assert notes == [f"{running['id']} is {running['status']}: what it did not see says nothing"]
    assert diff(site, running["id"])["against"] == newer
