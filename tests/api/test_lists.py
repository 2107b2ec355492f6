"""What lists offer beside filters: fields, sort, q, include=total, Link."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from envelopes import assert_envelope
from records import finish_scan, store_vulnerability
from site_under_test import Site

from cyberai.domain.finding import Tier
from cyberai.domain.scan import Criticality
from cyberai.domain.severity import Severity


def ids(site: Site, path: str) -> list[str]:
    answer = site.get(path)
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json()["data"]]


def walked(site: Site, path: str) -> list[str]:
    """Every id, by following `Link`."""
    found: list[str] = []
    while True:
        answer = site.get(path)
        assert answer.status == 200, answer.body
        found += [row["id"] for row in answer.json()["data"]]
        links = {
            link.split(";")[1].strip(): link.split(";")[0].strip(" <>")
            for link in answer.headers["link"].split(", ")
        }
        assert set(links) <= {'rel="first"', 'rel="next"'}
        assert ('rel="next"' in links) == answer.json()["has_more"]
        if 'rel="next"' not in links:
            return found
        path = links['rel="next"']
        assert parse_qs(urlsplit(path).query)["cursor"] == [answer.json()["next_cursor"]]


@pytest.fixture(scope="module")
def some(shared_site: Site) -> list[str]:
    """Five vulnerabilities, the oldest first, of severities low high critical high medium."""
    site = shared_site
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    made = []
    for number, (severity, tier, criticality, title, seen) in enumerate(
        (
            (Severity.LOW, Tier.CONFIRMED, Criticality.MEDIUM, "Missing header", 40),
            (Severity.HIGH, Tier.LEAD, Criticality.MEDIUM, "SQL injection in a header", 10),
            (Severity.CRITICAL, Tier.STRONG, Criticality.LOW, "Injected commands", 30),
            (Severity.HIGH, Tier.CONFIRMED, Criticality.HIGH, "Größenwahn <b>", 20),
            (Severity.MEDIUM, Tier.CONFIRMED, Criticality.MEDIUM, "Open redirect", 50),
        )
    ):
        site.clock.advance(5)
        found = store_vulnerability(
            site, scan, 100 + number, severity=severity, tier=tier, criticality=criticality, title=title,
            last_seen=site.clock.now() + seen * 1_000_000,
        )  # fmt: skip
        made.append(found)
    return made


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("created_at", [0, 1, 2, 3, 4]),
        ("-created_at", [4, 3, 2, 1, 0]),
        ("last_seen", [1, 3, 0, 2, 4]),
        ("-last_seen", [4, 2, 0, 3, 1]),
        ("-severity", [2, 3, 1, 4, 0]),
        ("severity", [0, 4, 1, 3, 2]),
        ("-risk_score", [3, 2, 4, 0, 1]),
        ("risk_score", [1, 0, 4, 2, 3]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_sort(shared_site: Site, some: list[str], sort: str, order: list[int], limit: int) -> None:
    expected = [some[index] for index in order]
    assert walked(shared_site, f"/v1/vulnerabilities?sort={sort}&limit={limit}") == expected
    filtered = walked(
        shared_site, f"/v1/vulnerabilities?sort={sort}&limit={limit}&severity=high,low&status=open"
    )
    assert filtered == [found for found in expected if found in (some[0], some[1], some[3])]


def test_risk_is_shown(shared_site: Site, some: list[str]) -> None:
    rows = shared_site.get("/v1/vulnerabilities?sort=created_at&fields=risk_score,criticality").json()["data"]
    assert [row["risk_score"] for row in rows] == [15.0, 0.0, 44.8, 75.0, 35.0]
    assert rows[3] == {"criticality": "high", "risk_score": 75.0}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("injection", [2, 1]),
        ("INJECT", [2, 1]),
        ("header", [1, 0]),
        ("headers%20sql", [1]),
        ("grossenwahn", []),
        ("groSenwahn", []),
        ("gr%C3%B6%C3%9Fenwahn", [3]),
        ("gro%C3%9Fenwahn", [3]),
        ("example.com:443", [4, 3, 2, 1, 0]),
        ("old%20protocol", [4, 3, 2, 1, 0]),
        ("nothing", []),
        ("title:header", []),
        ("header%20OR%20redirect", []),
        ("%22header", [1, 0]),
        ("header*", [1, 0]),
        ("(header)%20-sql%20^", [1]),
        ("NEAR(header%20sql)", []),
        ("tenant1", []),
        ("'%20OR%201=1--", []),
        ("%3Cb%3E", [3]),
        ("%F0%9F%92%A3%20header", [1, 0]),
    ],
)
def test_q(shared_site: Site, some: list[str], q: str, found: list[int]) -> None:
    assert ids(shared_site, f"/v1/vulnerabilities?q={q}") == [some[index] for index in found]
    assert walked(shared_site, f"/v1/vulnerabilities?q={q}&limit=1") == [some[index] for index in found]


def test_q_with_filters_sort_and_total(shared_site: Site, some: list[str]) -> None:
    path = "/v1/vulnerabilities?q=protocol&severity=high,critical&sort=risk_score&include=total"
    answer = shared_site.get(path).json()
    assert [row["id"] for row in answer["data"]] == [some[1], some[2], some[3]]
    assert (answer["total"], answer["total_is_capped"]) == (3, False)
    other = shared_site.headers(shared_site.make_key("other", plan="enterprise"))
    assert shared_site.get("/v1/vulnerabilities?q=protocol", headers=other).json()["data"] == []


def test_last_seen_with_filters_that_order_does_not_know(shared_site: Site, some: list[str]) -> None:
    row = shared_site.get(f"/v1/vulnerabilities/{some[2]}").json()
    path = f"/v1/vulnerabilities?sort=-last_seen&scan_id={row['scan_id']}"
    assert walked(shared_site, f"{path}&limit=2") == [some[index] for index in (4, 2, 0, 3, 1)]
    path = f"/v1/vulnerabilities?sort=last_seen&created_after={row['created_at']}"
    assert walked(shared_site, f"{path}&limit=1") == [some[3], some[4]]


def test_what_changes_moves(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    one, two = (store_vulnerability(site, scan, n, severity=Severity.LOW) for n in (1, 2))
    assert ids(site, "/v1/vulnerabilities?sort=-severity") == [two, one]
    site.call("PATCH", f"/v1/vulnerabilities/{one}", {"severity_override": "critical"})
    assert ids(site, "/v1/vulnerabilities?sort=-severity") == [one, two]
    assert ids(site, "/v1/vulnerabilities?sort=-risk_score") == [one, two]
    site.call("PATCH", f"/v1/vulnerabilities/{one}", {"status": "false_positive"})
    assert ids(site, "/v1/vulnerabilities?sort=-risk_score") == [two, one]
    site.clock.advance(60)
    store_vulnerability(site, scan, 1, severity=Severity.LOW, title="Renamed entirely", confidence=99)
    assert ids(site, "/v1/vulnerabilities?sort=-last_seen") == [one, two]
    assert ids(site, "/v1/vulnerabilities?sort=last_seen&status=false_positive") == [one]
    assert ids(site, "/v1/vulnerabilities?q=renamed") == [one]
    assert ids(site, "/v1/vulnerabilities?q=weak") == [two]


def test_scans_reports_and_keys_can_be_turned_round(site: Site) -> None:
    scans = [site.post("/v1/scans", {"target": "example.com", "tags": ["t"]}).json()["id"] for _ in range(5)]
    finish_scan(site, scans[2])
    assert walked(site, "/v1/scans?sort=created_at&limit=2") == scans
    assert walked(site, "/v1/scans?sort=-created_at&limit=2") == scans[::-1]
    running = [scan for scan in scans if scan != scans[2]]
    assert sorted(walked(site, "/v1/scans?sort=created_at&limit=1&status=running,queued&tags=t")) == sorted(
        running
    )
    reports = [site.post("/v1/reports", {"scan_id": scan}).json()["id"] for scan in scans]
    assert walked(site, "/v1/reports?sort=created_at&limit=2") == reports
    keys = walked(site, "/v1/api-keys?limit=1")
    assert walked(site, "/v1/api-keys?sort=created_at&limit=1") == keys[::-1]


def test_cursors_are_bound_to_sort_and_search(site: Site) -> None:
    for _ in range(3):
        scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(3):
        store_vulnerability(site, scan, number)
    cursor = site.get("/v1/vulnerabilities?limit=1&sort=severity").json()["next_cursor"]
    for query in (
        "",
        "&sort=-severity",
        "&sort=last_seen",
        "&sort=severity&q=tls",
        "&sort=severity&status=open",
    ):
        answer = site.get(f"/v1/vulnerabilities?limit=1&cursor={cursor}{query}")
        assert_envelope(answer, "invalid_cursor", "cursor", "sort")
    assert site.get(f"/v1/vulnerabilities?limit=2&cursor={cursor}&sort=severity&fields=id").status == 200
    cursor = site.get("/v1/scans?limit=1").json()["next_cursor"]
    assert site.get(f"/v1/scans?limit=1&cursor={cursor}&sort=-created_at").status == 200
    assert_envelope(site.get(f"/v1/scans?cursor={cursor}&sort=created_at"), "invalid_cursor")


def test_total(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(7):
        store_vulnerability(site, scan, number, severity=list(Severity)[number % 2])

    def total(query: str) -> tuple[int, bool]:
        page: dict[str, Any] = site.get(f"/v1/vulnerabilities?include=total&limit=1&{query}").json()
        assert list(page) == ["data", "has_more", "next_cursor", "total", "total_is_capped"]
        return page["total"], page["total_is_capped"]

    for query, n in (
        ("", 7), ("severity=critical", 4), ("severity=critical,high&status=open", 7), (f"scan_id={scan}", 7),
        (f"scan_id={scan},scan_x&severity=high", 3), ("q=protocol", 7), ("q=protocol&severity=high", 3),
        ("created_after=2030-01-01T00:00:00Z", 0), ("created_before=2030-01-01T00:00:00Z", 7), ("cwe=CWE-1", 0),
        ("created_after=0001-01-01T00:00:00Z", 7), ("created_before=0001-01-01T00:00:00Z", 0),
        ("created_after=9999-12-31T23:59:59Z", 0), ("created_before=9999-12-31T23:59:59Z", 7),
    ):  # fmt: skip
        assert total(query) == (n, False), query
    assert "total" not in site.get("/v1/vulnerabilities").json()
    assert site.get("/v1/scans?include=total").json()["total"] == 1
    assert site.get("/v1/api-keys?include=total").json()["total"] == 1


def test_fields(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    found = store_vulnerability(site, scan)
    assert site.get("/v1/scans?fields=status,id").json()["data"] == [{"id": scan, "status": "running"}]
    assert site.get(f"/v1/scans/{scan}?fields=id").json() == {"id": scan}
    # A member that a running scan does not carry is absent, as it is from the whole.
    assert site.get(f"/v1/scans/{scan}?fields=id,finished_at").json() == {"id": scan}
    assert list(site.get(f"/v1/vulnerabilities/{found}?fields=evidence").json()) == ["evidence"]
    assert_envelope(site.get("/v1/vulnerabilities?fields=evidence"), "invalid_request", "fields", "evidence")
    assert site.get("/v1/api-keys?fields=name").json()["data"] == [{"name": "test"}]


def test_links_of_odd_queries_can_be_followed(site: Site) -> None:
    for _ in range(3):
        site.post("/v1/scans", {"target": "example.com", "tags": ['a b"<>&', "ü"]})
    path = "/v1/scans?tags=a+b%22%3C%3E%26&limit=1"
    answer = site.get(path)
    assert answer.headers["link"].isascii()
    assert len(walked(site, path)) == 3
    assert len(walked(site, "/v1/scans?tags=%C3%BC&limit=2")) == 3


def test_facets(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(7):
        store_vulnerability(
            site, scan, number, severity=list(Severity)[number % 2], check_id=f"tls.check-{number % 3}"
        )

    def facets(query: str = "") -> dict[str, Any]:
        answer = site.get(f"/v1/vulnerabilities/facets{query}")
        assert answer.status == 200, answer.body
        assert answer.headers["etag"]
        body: dict[str, Any] = answer.json()
        return body

    def counts(body: dict[str, Any], name: str) -> dict[str, int]:
        assert (body[name]["is_capped"], body[name]["has_more"]) == (False, False)
        return {row["value"]: row["count"] for row in body[name]["values"]}

    whole = facets()
    assert (whole["total"], whole["total_is_capped"]) == (7, False)
    assert counts(whole, "severity") == {"critical": 4, "high": 3, "medium": 0, "low": 0, "info": 0}
    assert counts(whole, "status")["open"] == 7
    assert whole["check_id"]["values"] == [
        {"value": "tls.check-0", "count": 3},
        {"value": "tls.check-1", "count": 2},
        {"value": "tls.check-2", "count": 2},
    ]
    assert counts(whole, "target") == {"example.com": 7}
    high = facets("?severity=high")
    assert counts(high, "check_id") == {"tls.check-0": 1, "tls.check-1": 1, "tls.check-2": 1}
    for query in (f"scan_id={scan}&severity=high", "q=protocol&severity=high", "cwe=CWE-327&severity=high"):
        assert counts(facets(f"?{query}"), "check_id") == counts(high, "check_id"), query
        assert facets(f"?{query}")["risk_score"] == 73.8, query
    # 1 - (1 - 0.8^2)^4 x (1 - 0.6^2)^3, as the scan itself will end with
    assert (whole["risk_score"], high["risk_score"]) == (99.6, 73.8)
    assert facets("?target=example.com")["risk_score"] == 99.6
    nothing = facets("?target=nowhere.example&type=weak_tls")
    assert nothing["risk_score"] == 0.0
    assert (nothing["total"], counts(nothing, "type"), counts(nothing, "severity")["high"]) == (0, {}, 0)
    assert site.get("/v1/vulnerabilities/facets?fields=total").json() == {"total": 7}
    assert_envelope(site.get("/v1/vulnerabilities/facets?limit=5"), "unknown_parameter", "limit")
    assert_envelope(site.get("/v1/vulnerabilities/facets?severity=bad"), "invalid_request", "severity")
    assert_envelope(site.get("/v1/vulnerabilities/facets?sort=severity"), "unknown_parameter", "sort")


def test_counted_row_by_row_says_where_it_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberai.app.facets.MOST_COUNTED", 3)
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(5):
        store_vulnerability(site, scan, number)
    two = site.get("/v1/vulnerabilities/facets?type=weak_tls&target=example.com").json()
    assert (two["total"], two["total_is_capped"], two["severity"]["is_capped"]) == (3, True, True)
    assert two["risk_score"] is None, "not all were counted"
    one = site.get("/v1/vulnerabilities/facets?target=example.com").json()
    assert one["risk_score"] == 48.0  # 1 - (1 - 0.35^2)^5
    assert (one["total"], one["total_is_capped"], one["target"]["is_capped"]) == (5, False, False)
    exact = {"values": [{"value": "weak_tls", "count": 5}], "is_capped": False, "has_more": False}
    assert one["type"] == exact, "one filter is read off counters"
    rated = one["severity"]["values"]
    (severity,) = (each["value"] for each in rated if each["count"])
    both = site.get(f"/v1/vulnerabilities/facets?target=example.com&severity={severity}").json()
    assert (both["total"], both["total_is_capped"], both["severity"]["is_capped"]) == (5, False, False)
    assert both["type"] == {**exact, "values": [{"value": "weak_tls", "count": 3}], "is_capped": True}
