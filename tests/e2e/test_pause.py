"""Pausing and resuming over the life of a server, `kill -9` included."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import Server, running_lab, running_server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as lab:
        yield next(str(item["target"]) for item in lab["targets"] if item["kind"] == "http")


def post(server: Server, target: str) -> dict[str, Any]:
    body = {"target": target, "options": {"concurrent": 4}}
    status, _, scan = server.call("POST", "/v1/scans", body)
    assert status == 201, scan
    return dict(scan)


def move(server: Server, scan: dict[str, Any], name: str) -> dict[str, Any]:
    status, _, moved = server.call("POST", f"/v1/scans/{scan['id']}/{name}")
    assert status == 200, moved
    return dict(moved)


def look(server: Server, scan: dict[str, Any]) -> dict[str, Any]:
    return dict(server.call("GET", f"/v1/scans/{scan['id']}")[2])


def await_requests(server: Server, scan: dict[str, Any], requests: int) -> None:
    deadline = time.monotonic() + 60
    while look(server, scan)["progress"]["requests_sent"] < requests:
        assert time.monotonic() < deadline, look(server, scan)
        time.sleep(0.02)


def await_paused(server: Server, scan: dict[str, Any], seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while (found := look(server, scan))["status"] == "pausing":
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    assert found["status"] == "paused", found
    return found


def fingerprints(server: Server, scan: dict[str, Any]) -> set[str]:
    return {row["fingerprint"] for row in server.vulnerabilities(scan["id"])}


def event_types(server: Server, scan: dict[str, Any]) -> list[str]:
    found: list[str] = []
    after = 0
    while True:
        _, _, page = server.call("GET", f"/v1/scans/{scan['id']}/events?limit=200&after_seq={after}")
        found += [event["type"] for event in page["data"]]
        if not page["has_more"]:
            return found
        after = page["data"][-1]["seq"]


def test_a_paused_scan_leaves_worker_and_host_to_others_and_goes_on_where_it_was(
    tmp_path: Path, target: str
) -> None:
    with running_server(tmp_path / "data", "--workers", "1") as server:
        scan = post(server, target)
        await_requests(server, scan, 100)
        assert move(server, scan, "pause")["status"] in ("pausing", "paused")
        paused = await_paused(server, scan, 15)
        assert paused["paused_at"]
        # One worker and one host, both free: another scan of the same host runs to its end.
        calm = post(server, target)
        assert calm["status"] == "running"
        assert server.wait_for_end(calm["id"])["status"] == "completed"
        still = look(server, scan)
        assert still["status"] == "paused"
        assert still["progress"]["requests_sent"] == paused["progress"]["requests_sent"]
        assert move(server, scan, "resume")["status"] == "running"
        ended = server.wait_for_end(scan["id"])
        assert ended["status"] == "completed", ended
        assert fingerprints(server, scan) == fingerprints(server, calm)
        assert ended["statistics"]["scan_duration"] < time_between(ended) - 1
        types = event_types(server, scan)
        assert types.count("scan.paused") == types.count("scan.resumed") == 1
        assert types.index("scan.paused") < types.index("scan.resumed") < types.index("scan.completed")
        assert types.count("vulnerability.found") == len(fingerprints(server, scan))


def time_between(scan: dict[str, Any]) -> float:
    from datetime import datetime

    started, finished = (datetime.fromisoformat(scan[key]) for key in ("started_at", "finished_at"))
    return (finished - started).total_seconds()


def test_killed_while_pausing_and_while_paused_nothing_is_lost(tmp_path: Path, target: str) -> None:
    data = tmp_path / "data"
    with running_server(data, "--workers", "2") as server:
        calm = post(server, target)
        server.wait_for_end(calm["id"])
        expected = fingerprints(server, calm)
        scan = post(server, target)
        await_requests(server, scan, 100)
        assert move(server, scan, "pause")["status"] == "pausing"
        server.kill_everything()
    with running_server(data, "--workers", "2") as server:
        # The dead worker's lease has to run out first.
        paused = await_paused(server, scan, 20)
        server.kill_everything()
    with running_server(data, "--workers", "2") as server:
        assert look(server, scan) == paused
        # Queued where the new workers have not yet said that they live, and the dead ones' word has run out.
        assert move(server, scan, "resume")["status"] in ("running", "queued")
        ended = server.wait_for_end(scan["id"])
        assert ended["status"] == "completed", ended
        assert fingerprints(server, scan) == expected
        types = event_types(server, scan)
        assert types.count("scan.paused") == types.count("scan.resumed") == 1
        assert types.count("vulnerability.found") == len(expected)


def test_cancelled_while_paused_it_ends_at_once(tmp_path: Path, target: str) -> None:
    with running_server(tmp_path / "data", "--workers", "1") as server:
        scan = post(server, target)
        await_requests(server, scan, 20)
        move(server, scan, "pause")
        await_paused(server, scan, 15)
        status, _, cancelled = server.call("DELETE", f"/v1/scans/{scan['id']}")
        assert (status, cancelled["status"]) == (200, "cancelled")
        status, _, refused = server.call("POST", f"/v1/scans/{scan['id']}/resume")
        assert (status, refused["error"]["code"]) == (409, "conflict")
        assert refused["error"]["details"]["allowed"] == ["cancel", "retry", "purge"]
