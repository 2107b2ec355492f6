"""Pause, resume, retry, purge, dry run, coverage, log over the interface; what a worker does is in tests/unit/app."""

from typing import Any

import pytest
from envelopes import assert_envelope
from records import finish_scan, store_vulnerability
from site_under_test import Site

from cyberai.app.report_making import work_on_report
from cyberai.domain.check import CheckOutcome, Clean, Errored, Skipped, SkipReason
from cyberai.domain.ids import DEFAULT_WORKSPACE, ScanId
from cyberai.domain.scan import ScanStatus

GOOD = {"target": "example.com"}


def make_scan(site: Site, **more: Any) -> str:
    return str(site.post("/v1/scans", {**GOOD, **more}).json()["id"])


def test_pause_and_resume_answer_the_scan(site: Site) -> None:
    scan = make_scan(site)
    paused = site.post(f"/v1/scans/{scan}/pause")
    assert paused.status == 200
    assert paused.json()["status"] == "paused"
    assert paused.json()["paused_at"] == "2024-01-20T10:00:00Z"
    assert site.post(f"/v1/scans/{scan}/pause").body == paused.body
    assert [row["id"] for row in site.get("/v1/scans?status=paused").json()["data"]] == [scan]
    woken = site.woken
    resumed = site.post(f"/v1/scans/{scan}/resume").json()
    assert resumed["status"] == "running"
    assert "paused_at" not in resumed
    assert site.woken == woken + 1
    types = [event["type"] for event in site.get(f"/v1/scans/{scan}/events").json()["data"]]
    assert types == ["scan.created", "scan.paused", "scan.resumed"]


@pytest.mark.parametrize(
    ("state", "move", "allowed"),
    [
        ("running", "resume", ["pause", "cancel"]),
        ("running", "retry", ["pause", "cancel"]),
        ("running", "purge", ["pause", "cancel"]),
        ("paused", "purge", ["pause", "resume", "cancel"]),
        ("completed", "pause", ["retry", "purge"]),
        ("completed", "resume", ["retry", "purge"]),
        ("cancelled", "pause", ["cancel", "retry", "purge"]),
    ],
)
def test_an_illegal_move_answers_409_with_what_is_possible(
    site: Site, state: str, move: str, allowed: list[str]
) -> None:
    scan = make_scan(site)
    if state == "paused":
        site.post(f"/v1/scans/{scan}/pause")
    elif state != "running":
        finish_scan(site, scan, ScanStatus(state))
    answer = site.post(f"/v1/scans/{scan}/{move}")
    assert_envelope(answer, "conflict", "id", allowed[0])
    assert answer.details["allowed"] == allowed
    assert answer.details["status"] == state
    assert site.get(f"/v1/scans/{scan}").json()["status"] == state


def test_the_moves_need_the_scope_and_see_only_their_workspace(site: Site) -> None:
    scan = make_scan(site)
    reader, foreign = site.make_key(scopes=["scans:read"]), site.make_key("other")
    for move in ("pause", "resume", "retry", "purge"):
        path = f"/v1/scans/{scan}/{move}"
        assert_envelope(site.post(path, headers=site.headers(reader)), "forbidden", reason="scans:write")
        assert_envelope(site.post(path, headers=site.headers(foreign)), "not_found", "id")
    for view in ("coverage", "log", "events"):
        answer = site.get(f"/v1/scans/{scan}/{view}", headers=site.headers(foreign))
        assert_envelope(answer, "not_found", "id")


def test_a_repeated_retry_with_its_key_makes_one_scan(site: Site) -> None:
    scan = make_scan(site)
    finish_scan(site, scan)
    headers = site.headers(**{"idempotency-key": "once"})
    answers = [site.post(f"/v1/scans/{scan}/retry", headers=headers) for _ in range(3)]
    assert len({answer.body for answer in answers}) == 1
    assert answers[1].headers["location"] == answers[0].headers["location"]
    assert len(site.get("/v1/scans").json()["data"]) == 2


def test_the_scan_s_own_list_is_ordered_searched_and_linked_like_the_list_of_all(site: Site) -> None:
    scan = make_scan(site)
    for number in range(3):
        store_vulnerability(site, scan, number)
    path = f"/v1/scans/{scan}/vulnerabilities"
    page = site.get(f"{path}?limit=2&sort=last_seen&fields=id,title&q=weak")
    assert [set(row) for row in page.json()["data"]] == [{"id", "title"}] * 2
    following = page.headers["link"].partition('>; rel="next"')[0].rpartition("<")[2]
    assert following.startswith(path)
    assert "scan_id" not in following
    assert len(site.get(following).json()["data"]) == 1
    assert_envelope(site.get(f"{path}?scan_id=x"), "unknown_parameter", "scan_id")


def test_a_retry_is_a_new_scan(site: Site) -> None:
    scan = make_scan(site, name="mine", options={"depth": 7}, tags=["a"])
    finish_scan(site, scan)
    answer = site.post(f"/v1/scans/{scan}/retry")
    assert answer.status == 201
    again = answer.json()
    assert answer.headers["location"] == f"/v1/scans/{again['id']}"
    assert (again["retry_of"], again["name"], again["tags"]) == (scan, "mine", ["a"])
    assert again["effective_options"]["depth"] == 7
    assert again["status"] in ("running", "queued")
    assert "retry_of" not in site.get(f"/v1/scans/{scan}").json()


def test_a_purge_erases_what_only_this_scan_saw(site: Site) -> None:
    first, second = make_scan(site, tags=["gone"]), make_scan(site)
    only = store_vulnerability(site, first, 1)
    shared = store_vulnerability(site, first, 2)
    store_vulnerability(site, second, 2)
    back = store_vulnerability(site, second, 3)
    store_vulnerability(site, first, 3)
    finish_scan(site, first)
    report = site.post("/v1/reports", {"scan_id": first, "format": "csv"}).json()["id"]
    assert_envelope(site.post(f"/v1/scans/{first}/purge"), "conflict", "id", "report")
    site.runner.run(work_on_report(site.app, "w"))
    assert site.get(f"/v1/reports/{report}/download").status == 200
    done = site.post(f"/v1/scans/{first}/purge").json()
    assert done["purged"] is True
    assert (done["vulnerabilities"], done["vulnerabilities_kept"], done["reports"]) == (1, 2, 1)
    for path in (f"/v1/scans/{first}", f"/v1/vulnerabilities/{only}", f"/v1/reports/{report}"):
        assert site.get(path).status == 404
    assert_envelope(site.post(f"/v1/scans/{first}/purge"), "not_found", "id")
    # What the other scan saw later keeps its evidence; what this one saw last has lost it.
    assert len(site.get(f"/v1/vulnerabilities/{shared}").json()["evidence"]) == 1
    left = site.get(f"/v1/vulnerabilities/{back}").json()
    assert (left["scan_id"], left["first_scan_id"], left["evidence"]) == (second, second, [])
    assert site.get(f"/v1/vulnerabilities?scan_id={first}").json()["data"] == []
    for query in ("", "?q=weak", "?sort=last_seen", "?sort=-risk_score", "?severity=medium"):
        assert len(site.get(f"/v1/vulnerabilities{query}").json()["data"]) == 2, query
    assert len(site.get(f"/v1/scans/{second}/vulnerabilities").json()["data"]) == 2
    assert site.get("/v1/scans?tags=gone").json()["data"] == []
    events = site.get("/v1/events?limit=200").json()["data"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    emptied = [event for event in events if event["data"].get("purged")]
    assert len(emptied) == done["events"] == 4
    assert {event["data"]["id"] for event in emptied} == {first}
    usage = site.get("/v1/usage").json()
    assert (usage["scans_total"], usage["vulnerabilities_total"]) == (1, 2)
    finish_scan(site, second)
    assert site.post(f"/v1/scans/{second}/purge").json()["vulnerabilities"] == 2
    for query in ("", "?q=weak", "?sort=last_seen", "?sort=-risk_score", "?include=total"):
        assert site.get(f"/v1/vulnerabilities{query}").json()["data"] == [], query
    assert site.get("/v1/vulnerabilities?include=total").json()["total"] == 0


# ---- dry run ----


def test_a_dry_run_tells_the_plan_and_stores_nothing(site: Site) -> None:
    body = {"target": "http://127.0.0.1:8000/app/", "options": {"depth": 2}}
    answer = site.post("/v1/scans?dry_run=true", body)
    assert answer.status == 200
    plan = answer.json()
    assert (plan["dry_run"], plan["would_start"], plan["target"]) == (True, True, body["target"])
    assert plan["effective_options"]["depth"] == 2
    (host,) = plan["hosts"]
    assert host == {
        "host": "127.0.0.1",
        "policy": "allowed",
        "stages": ["identify", "crawl", "revisit", "check"],
    }
    assert [stage["stage"] for stage in plan["stages"]] == ["identify", "crawl", "revisit", "check"]
    assert plan["forbidden"] == []
    assert plan["estimate"]["basis"] == "model"
    assert 0 < plan["estimate"]["requests"] <= plan["estimate"]["at_most"]
    assert site.get("/v1/scans").json()["data"] == []
    assert site.get("/v1/events").json()["head_seq"] == 0
    assert site.woken == 0


def test_a_dry_run_says_what_the_policy_forbids_and_what_is_judged_later(site: Site) -> None:
    body = {"targets": ["example.com", "10.0.0.0/30", "127.0.0.1"], "scan_type": "network"}
    plan = site.post("/v1/scans?dry_run=true", body).json()
    assert plan["would_start"] is False
    assert [(item["kind"], item["name"]) for item in plan["forbidden"]] == [("target", "10.0.0.0/30")]
    assert {host["host"]: host["policy"] for host in plan["hosts"]} == {
        "example.com": "judged_when_it_connects",
        **{f"10.0.0.{n}": "refused" for n in range(4)},
        "127.0.0.1": "allowed",
    }
    assert plan["hosts_total"] == 6
    assert plan["stages"][0] == {"stage": "discover", "known_units": 6, "requests": 0, "port_probes": 6000}


def test_a_dry_run_counts_many_hosts_and_lists_some(site: Site) -> None:
    plan = site.post("/v1/scans?dry_run=true", {"target": "127.0.0.0/20"}).json()
    assert plan["hosts_total"] == 4096
    assert len(plan["hosts"]) == 100


def test_a_dry_run_knows_earlier_scans(site: Site) -> None:
    scan = make_scan(site)

    def ended(tx: Any) -> None:
        from cyberai.domain.scan import Statistics

        known = tx.scans.get(ScanId(scan))
        tx.scans.update(
            known.replace(
                status=ScanStatus.COMPLETED,
                finished_at=known.created_at + 1,
                statistics=Statistics(
                    total_urls_scanned=1, total_vulnerabilities=0, scan_duration=42.4, requests_made=321
                ),
            )
        )

    site.runner.run(site.store.write(DEFAULT_WORKSPACE, ended))
    estimate = site.post("/v1/scans?dry_run=true", GOOD).json()["estimate"]
    assert (estimate["requests"], estimate["seconds"], estimate["basis"]) == (321, 42, "earlier_scans")


@pytest.mark.parametrize("flag", ["1", "yes", "TRUE", ""])
def test_dry_run_is_true_or_false(site: Site, flag: str) -> None:
    assert_envelope(
        site.post(f"/v1/scans?dry_run={flag}", GOOD), "invalid_request", "dry_run", "true or false"
    )
    assert site.get("/v1/scans").json()["data"] == []


def test_a_dry_run_refuses_what_creating_refuses(site: Site) -> None:
    answer = site.post("/v1/scans?dry_run=true", {"target": "no target"})
    assert_envelope(answer, "invalid_request", "target", "Must be a valid domain name")
    assert site.post("/v1/scans?dry_run=false", GOOD).status == 201


# ---- coverage and log ----


def test_coverage_is_paged_by_host_and_check_with_reasons(site: Site) -> None:
    scan = make_scan(site)
    outcomes = [
        CheckOutcome(check, f"request:{n}", host, outcome)
        for host in ("a.example:443", "b.example:443")
        for check in ("web.one", "web.two")
        for n, outcome in enumerate(
            (
                Clean(),
                Clean(),
                Skipped(SkipReason.NO_INFLUENCE),
                Skipped(SkipReason.BUDGET),
                Errored("timeout", "late"),
            )
        )
    ]
    site.runner.run(site.store.write(DEFAULT_WORKSPACE, lambda tx: tx.ledger.add(ScanId(scan), outcomes)))
    whole = site.get(f"/v1/scans/{scan}/coverage").json()
    assert [(row["host"], row["check_id"]) for row in whole["data"]] == [
        (host, check) for host in ("a.example:443", "b.example:443") for check in ("web.one", "web.two")
    ]
    assert whole["data"][0] == {
        "host": "a.example:443",
        "check_id": "web.one",
        "clean": 2,
        "found": 0,
        "skipped": {"budget": 1, "no_influence": 1},
        "errored": {"timeout": 1},
        "tested": 2,
        "applicable": 4,
        "not_counted": 1,
    }
    seen, cursor = [], ""
    while True:
        page = site.get(f"/v1/scans/{scan}/coverage?limit=1{cursor}").json()
        seen += page["data"]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole["data"]
    other = make_scan(site)
    for bad in (page["next_cursor"] or "AAAA", "x", "%C3%A9", cursor[8:]):
        assert_envelope(site.get(f"/v1/scans/{other}/coverage?cursor={bad}"), "invalid_cursor", "cursor")


def test_the_log_is_there_from_the_first_moment(site: Site) -> None:
    scan = make_scan(site)
    site.post(f"/v1/scans/{scan}/pause")
    site.clock.advance(5)
    site.post(f"/v1/scans/{scan}/resume")
    site.call("DELETE", f"/v1/scans/{scan}")
    log = site.get(f"/v1/scans/{scan}/log").json()
    assert [entry["text"] for entry in log["data"]] == [
        "created",
        "pause asked for",
        "paused",
        "resumed",
        "cancelled",
    ]
    assert log["data"][0] == {
        "at": "2024-01-20T10:00:00.000Z",
        "kind": "state",
        "text": "created",
        "detail": None,
        "times": 1,
        "last_at": "2024-01-20T10:00:00.000Z",
    }
    assert log["data"][3]["at"] == "2024-01-20T10:00:05.000Z"
    page = site.get(f"/v1/scans/{scan}/log?limit=2").json()
    assert page["has_more"]
    rest = site.get(f"/v1/scans/{scan}/log?cursor={page['next_cursor']}").json()
    assert page["data"] + rest["data"] == log["data"]
