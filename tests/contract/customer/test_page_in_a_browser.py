"""The customer's JavaScript in a real Chromium: the lines as printed, with another host and key."""

from pathlib import Path

import pytest
from the_page import PLACEHOLDER, block

from support.browser import browser
from support.processes import Server

pytestmark = pytest.mark.contract


def test_the_javascript_as_printed_in_chromium(server: Server, practice_target: str, tmp_path: Path) -> None:
    own = server.base.replace("http://", "ws://")
    printed = block("Websocket API").replace("wss://api.cyberai.com", own).replace(PLACEHOLDER, server.key)
    with browser(tmp_path) as tab:
        tab.run("window.printed = []; console.log = (...values) => printed.push(values)")
        tab.run(f"{printed}\n;0")
        tab.wait_for("ws.readyState === WebSocket.OPEN")
        body = {"target": practice_target, "policies": {"max_requests_per_second": 1}}
        status, _, scan = server.call("POST", "/v1/scans", body)
        assert status == 201
        try:
            tab.wait_for(f"printed.some(([, frame]) => frame.data.id === '{scan['id']}')", 30)
        finally:
            server.call("DELETE", f"/v1/scans/{scan['id']}")
        first = tab.run(f"printed.find(([, frame]) => frame.data.id === '{scan['id']}')")
        assert first[0] == "Received update:"
        assert first[1]["type"] == "scan.created"
        assert tab.complaints == []
