"""The whole product on PostgreSQL: killed servers, two servers on one database, a database that dies and returns."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.postgres import Databases, require_programs
from support.processes import Server, environment, running_lab, running_server
from tools.postgres_server import PASSWORD, PostgresServer, postgres_server

pytestmark = pytest.mark.crash

OPTIONS = {"concurrent": 4}


@pytest.fixture(scope="module")
def database_server() -> Iterator[PostgresServer]:
    """A server of our own, since it is killed."""
    require_programs()
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(database_server: PostgresServer) -> Iterator[str]:
    """An empty database."""
    with Databases(database_server.url("postgres")).fresh(empty=True) as url:
        yield url


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield description


def start_scan(server: Server, lab: dict[str, Any]) -> str:
    targets = [target["target"] for target in lab["targets"] if not target["auth"]]
    status, _, scan = server.call("POST", "/v1/scans", {"targets": targets, "options": OPTIONS})
    assert status == 201, scan
    return str(scan["id"])


def fingerprints(server: Server, scan_id: str) -> dict[str, str]:
    return {row["fingerprint"]: row["check_id"] for row in server.vulnerabilities(scan_id)}


def await_requests(server: Server, scan_id: str, at_least: int) -> None:
    """Wait until the scan has sent that many requests."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, _, scan = server.call("GET", f"/v1/scans/{scan_id}")
        assert scan["status"] not in ("completed", "failed"), "the scan ended too early"
        if scan["progress"]["requests_sent"] >= at_least:
            return
        time.sleep(0.05)
    raise AssertionError("the scan sent no requests")


def assert_no_hole(server: Server, scan_id: str) -> None:
    """Every event of the workspace has its number; the scan has one beginning and one end."""
    with ExitStack() as stack:
        from websockets.sync.client import connect

        address = server.base.replace("http", "ws", 1) + f"/v1/ws?token={server.key}&since=0"
        socket = stack.enter_context(connect(address))
        frames: list[dict[str, Any]] = []
        while not frames or not (
            frames[-1]["type"] == "scan.completed" and frames[-1]["data"].get("id") == scan_id
        ):
            frames.append(json.loads(socket.recv(timeout=20)))
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    for kind in ("scan.created", "scan.started", "scan.completed"):
        assert sum(f["type"] == kind and f["data"].get("id") == scan_id for f in frames) == 1, kind


def test_a_killed_server_resumes_and_finds_what_sqlite_finds(
    tmp_path: Path, lab: dict[str, Any], database: str
) -> None:
    with running_server(tmp_path / "sqlite") as calm:
        scan_id = start_scan(calm, lab)
        undisturbed = calm.wait_for_end(scan_id)
        expected = fingerprints(calm, scan_id)
    assert undisturbed["status"] == "completed", undisturbed
    assert len(expected) >= 15
    total = undisturbed["statistics"]["requests_made"]
    data = tmp_path / "unused"
    with running_server(data, database_url=database) as server:
        scan_id = start_scan(server, lab)
        await_requests(server, scan_id, total // 4)
        server.kill_everything()
    with running_server(data, database_url=database) as server:
        ended = server.wait_for_end(scan_id)
        assert ended["status"] == "completed", ended
        assert ended["resumed_count"] >= 1
        assert fingerprints(server, scan_id) == expected
        assert_no_hole(server, scan_id)
    assert not (data / "cyberai.db").exists()


def test_two_servers_on_one_database_share_everything(
    tmp_path: Path, lab: dict[str, Any], database: str
) -> None:
    with (
        running_server(tmp_path / "one", "--workers", "1", database_url=database) as one,
        running_server(tmp_path / "two", "--workers", "1", database_url=database) as two,
    ):
        ids = [start_scan(server, lab) for server in (one, two)]
        for server, scan_id in ((two, ids[0]), (one, ids[1])):
            assert server.wait_for_end(scan_id)["status"] == "completed"
        assert fingerprints(one, ids[0]) == fingerprints(two, ids[1])
        _, _, ready = one.call("GET", "/ready")
        assert ready["worker_slots"] == 2
        # Each request of either server is counted by both.
        left = [int(each.call("GET", "/v1/scans")[1]["x-ratelimit-remaining"]) for each in (one, two, one)]
        assert left == [left[0], left[0] - 1, left[0] - 2]
        one.kill_everything()
        scan_id = start_scan(two, lab)
        assert two.wait_for_end(scan_id)["status"] == "completed"


def test_a_database_that_dies_and_returns_loses_nothing(
    tmp_path: Path, lab: dict[str, Any], database: str, database_server: PostgresServer
) -> None:
    with running_server(tmp_path / "data", database_url=database) as server:
        scan_id = start_scan(server, lab)
        await_requests(server, scan_id, 100)
        found = fingerprints(server, scan_id)
        database_server.kill()
        try:
            for _ in range(3):
                status, headers, body = server.call("GET", f"/v1/scans/{scan_id}")
                assert (status, body["error"]["code"]) == (503, "unavailable")
                assert headers["retry-after"] == "1"
                assert str(database_server.port) not in str(body), "a client is told where the database is"
                time.sleep(0.5)
            assert server.call("POST", "/v1/scans", {"target": "http://127.0.0.1:1/"})[0] == 503
            assert server.call("GET", "/ready")[0] == 503
            with urllib.request.urlopen(f"{server.base}/health", timeout=10) as reply:
                assert reply.status == 200
        finally:
            database_server.start()
        ended = server.wait_for_end(scan_id)
        assert ended["status"] == "completed", ended
        assert found.items() <= fingerprints(server, scan_id).items()
        assert_no_hole(server, scan_id)
        assert server.process.poll() is None
        log = server.log.read_text()
        assert "cannot be reached" in log
        assert "is reached again" in log
        assert PASSWORD not in log
        assert server.call("POST", "/v1/scans", {"target": "http://127.0.0.1:1/"})[0] == 201


def test_a_server_without_its_database_says_so_and_ends_with_five(tmp_path: Path, database: str) -> None:
    address = database.replace("/cyberai_test", "/cyberai_missing")
    command = [sys.executable, "-m", "cyberai", "serve", "--port", "0"]
    ended = subprocess.run(
        command, env=environment(tmp_path, address), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 5
    assert "does not exist" in ended.stderr
    assert "Create the database" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "pass" not in ended.stderr.replace("password", "")
