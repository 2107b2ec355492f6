"""`kill -9` of the whole server in the middle of a scan: the next start goes on by itself, and the findings are
those of an undisturbed scan."""

import time
from pathlib import Path
from typing import Any

import pytest

from support.processes import Server, running_lab, running_server

pytestmark = pytest.mark.crash

OPTIONS = {"concurrent": 4}


def start_scan(server: Server, lab: dict[str, Any]) -> str:
    targets = [target["target"] for target in lab["targets"] if not target["auth"]]
    status, _, scan = server.call("POST", "/v1/scans", {"targets": targets, "options": OPTIONS})
    assert status == 201, scan
    return str(scan["id"])


def fingerprints(server: Server, scan_id: str) -> dict[str, str]:
    return {row["fingerprint"]: row["check_id"] for row in server.vulnerabilities(scan_id)}


def await_requests(server: Server, scan_id: str, at_least: int) -> None:
    """Wait until the scan has sent that many requests, or has ended (then there is nothing to kill)."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, _, scan = server.call("GET", f"/v1/scans/{scan_id}")
        assert scan["status"] not in ("completed", "failed"), "the scan ended before the kill"
        if scan["progress"]["requests_sent"] >= at_least:
            return
        time.sleep(0.05)
    raise AssertionError("the scan sent no requests")


def test_a_killed_server_resumes_and_finds_the_same(tmp_path: Path) -> None:
    with running_lab("--set", "demo", home=tmp_path) as lab:
        with running_server(tmp_path / "calm") as calm:
            scan_id = start_scan(calm, lab)
            undisturbed = calm.wait_for_end(scan_id)
            expected = fingerprints(calm, scan_id)
        assert undisturbed["status"] == "completed", undisturbed
        assert len(expected) >= 15
        data = tmp_path / "killed"
        total = undisturbed["statistics"]["requests_made"]
        with running_server(data) as server:
            scan_id = start_scan(server, lab)
            await_requests(server, scan_id, total // 10)
            server.kill_everything()
        with running_server(data) as server:
            await_requests(server, scan_id, total // 3)
            server.kill_everything()
        with running_server(data) as server:
            ended = server.wait_for_end(scan_id)
            assert ended["status"] == "completed", ended
            assert ended["resumed_count"] >= 1
            assert fingerprints(server, scan_id) == expected
            _, _, listed = server.call("GET", "/v1/scans?status=running")
            assert listed["data"] == []
