"""Cancelling, restarting, killing, queueing: what happens to scans while their server has a life of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.hostile_sites import serving_sites
from support.processes import KEY, Server, running_lab, running_server

pytestmark = pytest.mark.e2e

SOURCE = str(Path(__file__).resolve().parents[2] / "src")


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    with serving_sites() as targets:
        yield targets


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("life") / "data", "--workers", "2") as running:
        yield running


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield description


def http_target(lab: dict[str, Any]) -> str:
    return next(str(item["target"]) for item in lab["targets"] if item["kind"] == "http")


def post(server: Server, target: str, **options: Any) -> dict[str, Any]:
    status, _, scan = server.call("POST", "/v1/scans", {"target": target, "options": options})
    assert status == 201, scan
    return dict(scan)


def look(server: Server, scan_id: str) -> dict[str, Any]:
    status, _, scan = server.call("GET", f"/v1/scans/{scan_id}")
    assert status == 200, scan
    return dict(scan)


def await_scan(server: Server, scan_id: str, requests: int = 0, seconds: float = 60) -> dict[str, Any]:
    """The scan once a worker is at it and it has sent that many requests."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        scan = look(server, scan_id)
        assert scan["status"] in ("queued", "running"), scan
        if scan["started_at"] and scan["progress"]["requests_sent"] >= requests:
            return scan
        time.sleep(0.02)
    raise AssertionError(f"nothing happened: {scan}")


def cancelled_within(server: Server, scan_id: str, seconds: float) -> dict[str, Any]:
    started = time.monotonic()
    status, _, scan = server.call("DELETE", f"/v1/scans/{scan_id}")
    assert status == 200, scan
    assert scan["status"] in ("cancelling", "cancelled")
    ended = server.wait_for_end(scan_id, 20)
    assert time.monotonic() - started < seconds
    assert (ended["status"], ended["status_reason"]) == ("cancelled", "cancelled_by_user")
    assert ended["verdict"]["result"] == "inconclusive"
    return ended


def fingerprints(server: Server, scan_id: str) -> set[str]:
    return {row["fingerprint"] for row in server.vulnerabilities(scan_id)}


def test_cancelled_within_two_seconds_queued_new_and_running(server: Server, sites: dict[str, str]) -> None:
    running = [post(server, sites[name], request_timeout=60) for name in ("silent", "head byte by byte")]
    for scan in running:
        await_scan(server, scan["id"])
    queued = post(server, sites["healthy"])
    assert queued["status"] == "queued"
    cancelled_within(server, queued["id"], 2)
    for scan in running:
        cancelled_within(server, scan["id"], 2)
    new = post(server, sites["body byte by byte"], request_timeout=60)
    assert new["status"] == "running"
    ended = cancelled_within(server, new["id"], 2)
    status, _, again = server.call("DELETE", f"/v1/scans/{new['id']}")
    assert (status, again) == (200, ended)
    # The workers are free at once: nothing of the cancelled scans is waited for.
    assert server.wait_for_end(post(server, sites["healthy"])["id"], 15)["status"] == "completed"
    assert look(server, queued["id"])["status"] == "cancelled"


def test_ten_scans_queue_and_all_finish(server: Server, sites: dict[str, str]) -> None:
    scans = [post(server, sites["healthy"]) for _ in range(10)]
    assert [scan["status"] for scan in scans[:2]] == ["running", "running"]
    ended = [server.wait_for_end(scan["id"], 120) for scan in scans]
    assert [scan["status"] for scan in ended] == ["completed"] * 10
    assert len({str(scan["counts_by_severity"]) for scan in ended}) == 1


def test_waiting_for_a_busy_host_does_not_use_up_the_scans_time(
    server: Server, sites: dict[str, str]
) -> None:
    """One worker talks to a host at a time; the second scan says that it waits, and has its whole time after."""
    first = post(server, sites["silent"], timeout=7, request_timeout=60)
    await_scan(server, first["id"])
    second = post(server, sites["silent"], timeout=6, request_timeout=1)
    deadline = time.monotonic() + 6
    while "another scan" not in look(server, second["id"])["progress"]["status"]:
        assert time.monotonic() < deadline, look(server, second["id"])
        time.sleep(0.05)
    assert server.wait_for_end(first["id"], 20)["status_reason"] == "timed_out"
    ended = server.wait_for_end(second["id"], 20)
    assert ended["status_reason"] == "target_unreachable"
    assert ended["statistics"]["requests_made"] == 3
    assert ended["started_at"] >= look(server, first["id"])["finished_at"]


def test_a_killed_worker_is_replaced_and_the_scan_completes(tmp_path: Path, lab: dict[str, Any]) -> None:
    with running_server(tmp_path / "data", "--workers", "2") as server:
        calm = post(server, http_target(lab), concurrent=4)
        assert server.wait_for_end(calm["id"])["status"] == "completed"
        scan = post(server, http_target(lab), concurrent=4)
        await_scan(server, scan["id"], requests=100)
        workers = server.family()[1:]
        # Which of the two is at it, nobody outside knows: each in turn, so that the scan is hit for sure.
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        ended = server.wait_for_end(scan["id"])
        assert ended["status"] == "completed", ended
        assert ended["resumed_count"] >= 1
        assert fingerprints(server, scan["id"]) == fingerprints(server, calm["id"])
        alive = server.family()[1:]
        assert len(alive) == 2
        assert not set(alive) & set(workers)


def test_sigterm_ends_in_five_seconds_and_the_scan_goes_on_at_the_next_start(
    tmp_path: Path, lab: dict[str, Any]
) -> None:
    data = tmp_path / "data"
    with running_server(data) as server:
        calm = post(server, http_target(lab), concurrent=4)
        server.wait_for_end(calm["id"])
        expected = fingerprints(server, calm["id"])
        scan = post(server, http_target(lab), concurrent=4)
        await_scan(server, scan["id"], requests=100)
        started = time.monotonic()
        server.process.terminate()
        assert server.process.wait(10) == 0
        assert time.monotonic() - started < 5
    with running_server(data) as server:
        ended = server.wait_for_end(scan["id"])
        assert ended["status"] == "completed", ended
        assert fingerprints(server, scan["id"]) == expected


def cli(home: Path, *words: str) -> subprocess.Popen[str]:
    variables = {**os.environ, "PYTHONPATH": SOURCE, "HOME": str(home), "CYBERAI_API_KEY": KEY}
    return subprocess.Popen(
        [sys.executable, "-m", "cyberai", *words],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_port_in_use_is_said_plainly(server: Server, tmp_path: Path) -> None:
    port = server.base.rpartition(":")[2]
    process = cli(tmp_path, "serve", "--port", port, "--data-dir", str(tmp_path / "other"))
    _, said = process.communicate(timeout=30)
    assert process.returncode == 5
    assert f"port {port}" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_a_command_line_scan_beside_a_server_on_the_same_store(
    server: Server, sites: dict[str, str], tmp_path: Path
) -> None:
    busy = post(server, sites["maze"], timeout=8)
    await_scan(server, busy["id"])
    words = ("scan", sites["healthy"], "--allow", "127.0.0.0/8", "--data-dir", str(server.data_dir))
    process = cli(tmp_path, *words, "--format", "json")
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert '"status": "completed"' in out or '"status":"completed"' in out
    _, _, listed = server.call("GET", "/v1/scans?limit=1")
    assert listed["data"][0]["status"] == "completed"
    assert listed["data"][0]["target"] == sites["healthy"]
    assert server.wait_for_end(busy["id"], 30)["status_reason"] == "timed_out"


def test_ctrl_c_prints_what_there_is_within_three_seconds(sites: dict[str, str], tmp_path: Path) -> None:
    process = cli(tmp_path, "scan", sites["maze"], "--allow", "127.0.0.0/8", "--format", "json")
    try:
        said = ""
        assert process.stderr is not None
        while "Exploring" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert time.monotonic() - started < 3
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 130
    assert '"cancelled"' in out
    assert "passive.security-headers" in out
