"""The WebSocket beside real scans: every event, in order, once, live and replayed alike."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from support.node import WITH_WEBSOCKET, node
from support.processes import Server, running_lab, running_server

pytestmark = pytest.mark.e2e

ENDS = ("scan.completed", "scan.failed", "scan.cancelled")
# The page's own lines, with the whole frame printed as JSON instead of in console.log's shortened form.
PAGE = """
const ws = new WebSocket('%s')

ws.onmessage = (event) => {
  const data = JSON.parse(event.data)
  console.log(JSON.stringify(data))
}
ws.onopen = () => console.log('open')
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("events") / "data", "--workers", "2") as running:
        yield running


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield description


def address(server: Server, query: str = "") -> str:
    return f"{server.base.replace('http', 'ws', 1)}/v1/ws?token={server.key}{query}"


def receive_until_ended(server: Server, scans: set[str], query: str = "") -> list[dict[str, Any]]:
    """All frames up to the last scan's end."""
    frames: list[dict[str, Any]] = []
    left = set(scans)
    with connect(address(server, query), open_timeout=10) as ws:
        while left:
            frames.append(json.loads(ws.recv(60)))
            if frames[-1]["type"] in ENDS:
                left.discard(frames[-1]["data"]["id"])
    return frames


def post(server: Server, lab: dict[str, Any]) -> str:
    targets = [target["target"] for target in lab["targets"] if not target["auth"]]
    body = {"targets": targets, "options": {"concurrent": 4}}
    status, _, scan = server.call("POST", "/v1/scans", body)
    assert status == 201, scan
    return str(scan["id"])


def heard_in_node(server: Server, lab: dict[str, Any], folder: Path) -> tuple[set[str], list[Any]]:
    """Two scans one after the other, heard by the customer's lines; (scans, frames)."""
    script = folder / "page.js"
    script.write_text(PAGE % address(server))
    process = subprocess.Popen([node(WITH_WEBSOCKET), str(script)], stdout=subprocess.PIPE, text=True)
    frames: list[Any] = []
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        scans = {post(server, lab), post(server, lab)}
        left = set(scans)
        while left:
            frames.append(json.loads(process.stdout.readline()))
            if frames[-1]["type"] in ENDS:
                left.discard(frames[-1]["data"]["id"])
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
    return scans, frames


def test_two_real_scans_heard_live_and_replayed(server: Server, lab: dict[str, Any], tmp_path: Path) -> None:
    scans, live = heard_in_node(server, lab, tmp_path)
    # From 1 without holes.
    assert [frame["seq"] for frame in live] == list(range(1, len(live) + 1))
    assert len({frame["id"] for frame in live}) == len(live)
    replayed = receive_until_ended(server, scans, "&since=0")
    without_progress = [f for f in live if f["type"] != "scan.progress"]
    assert [f for f in replayed if f["type"] != "scan.progress"] == without_progress
    middle = live[len(live) // 2]["seq"]
    assert receive_until_ended(server, {live[-1]["data"]["id"]}, f"&since={middle}")[0]["seq"] == middle + 1
    for scan_id in scans:
        check_scan(server, scan_id, live)


def check_scan(server: Server, scan_id: str, frames: list[dict[str, Any]]) -> None:
    mine = [f for f in frames if scan_id in (f["data"].get("id"), f["data"].get("scan_id"))]
    kinds = [frame["type"] for frame in mine]
    assert kinds[0] == "scan.created"
    assert kinds[-1] == "scan.completed"
    assert Counter(kinds)["scan.created"] == Counter(kinds)["scan.started"] == 1
    assert [kind for kind in kinds if kind in ENDS] == ["scan.completed"]
    found = [frame["data"]["id"] for frame in mine if frame["type"] == "vulnerability.found"]
    assert len(found) == len(set(found)) >= 15
    assert set(found) == {row["id"] for row in server.vulnerabilities(scan_id)}
    currents = [f["data"]["progress"]["current"] for f in mine if f["type"].startswith("scan.")]
    assert currents == sorted(currents)
    _, _, scan = server.call("GET", f"/v1/scans/{scan_id}")
    assert mine[-1]["data"] == scan
    assert scan["statistics"]["total_vulnerabilities"] == len(found)
    assert scan["progress"]["current"] == 100


def test_an_event_arrives_within_a_second(server: Server) -> None:
    with connect(address(server), open_timeout=10) as ws:
        started = time.monotonic()
        _, _, scan = server.call("POST", "/v1/scans", {"target": "http://127.0.0.1:9/"})
        seen: list[str] = []
        while "scan.created" not in seen:
            frame = json.loads(ws.recv(5))
            if frame["data"]["id"] == scan["id"]:
                seen.append(frame["type"])
        assert time.monotonic() - started < 1
    assert server.wait_for_end(scan["id"], 30)["status_reason"] == "target_unreachable"
