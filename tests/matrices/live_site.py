"""A real server with one of everything, and enough keys that no limit is spent. Its scans reach one address only."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from inventory import Operation

from support.processes import Server, running_server

KEYS = 12
"""Each may ask 1,000 times a minute."""


class _Plain(http.server.BaseHTTPRequestHandler):
    """A page without any protection, so that a scan finds something."""

    def do_GET(self) -> None:
        body = b"<html><title>plain</title><form action=/a><input name=q></form></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", "session=0123456789abcdef0123")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@dataclass
class LiveSite:
    """The server, keys in turn, and real ids by kind."""

    server: Server
    keys: "cycle[str]"
    ids: dict[str, list[str]]
    url: str

    def headers(self) -> dict[str, str]:
        """Of the next key."""
        return {"Authorization": f"Bearer {next(self.keys)}"}

    def ids_for(self, operation: Operation) -> list[str]:
        """Ids on which it works; new ones where it uses them up."""
        match operation.id:
            case "cancelScan" | "pauseScan":
                return [self._slow_scan() for _ in range(3)]
            case "resumeScan":
                found = [self._slow_scan() for _ in range(3)]
                for id in found:
                    _made(self.server.call("POST", f"/v1/scans/{id}/pause"))
                return found
            case "purgeScan":
                found = [self._slow_scan() for _ in range(3)]
                for id in found:
                    _made(self.server.call("DELETE", f"/v1/scans/{id}"))
                    self.server.wait_for_end(id)
                return found
            case "revokeApiKey" | "rotateApiKey":
                return [new_key(self.server)["id"] for _ in range(3)]
        return self.ids[operation.id_kind]

    def _slow_scan(self) -> str:
        body = {"target": self.url, "policies": {"max_requests_per_second": 1}}
        return str(_made(self.server.call("POST", "/v1/scans", body))["id"])


@contextlib.contextmanager
def _target() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Plain) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}/"
        finally:
            site.shutdown()
            thread.join(5)


@contextlib.contextmanager
def live_site(folder: Path) -> Iterator[LiveSite]:
    """Serve. No name resolves, and whatever target a test makes up lies outside of the one allowed address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as no_names, _target() as url:
        no_names.bind(("127.0.0.1", 0))
        flags = ("--only-allow", "127.0.0.1/32", "--resolver", f"127.0.0.1:{no_names.getsockname()[1]}")
        with running_server(folder, "--workers", "1", "--log-level", "error", *flags) as server:
            keys = [new_key(server)["key"] for _ in range(KEYS)]
            yield LiveSite(server, cycle(keys), _ids(server, url), url)


def _made(answer: tuple[int, dict[str, str], Any]) -> dict[str, Any]:
    status, _, body = answer
    assert status in (200, 201), body
    return dict(body)


def new_key(server: Server) -> dict[str, Any]:
    """A new key with the higher limit."""
    return _made(server.call("POST", "/v1/api-keys", {"name": "matrix", "plan": "enterprise"}))


def _ids(server: Server, url: str) -> dict[str, list[str]]:
    body = {"target": url, "options": {"checks": {"include": ["passive"]}}, "scan_type": "web"}
    scans = [_made(server.call("POST", "/v1/scans", body))["id"] for _ in range(3)]
    assert server.wait_for_end(scans[0])["status"] == "completed"
    rows = server.vulnerabilities(scans[0])
    assert rows, "the plain page is found to be faulty"
    reports = [
        _made(server.call("POST", "/v1/reports", {"scan_id": scans[0], "format": f}))["id"]
        for f in ("csv", "html")
    ]
    keys = [new_key(server)["id"]]
    return {
        "scan": scans,
        "vuln": [row["id"] for row in rows][:3],
        "ast": [row["id"] for row in _made(server.call("GET", "/v1/assets"))["data"]][:3],
        "report": reports,
        "key": keys,
        "": ["not_found"],
    }
