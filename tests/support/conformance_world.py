"""The world in which the cases of sdks/conformance run: one server with chaos, and what the cases speak of.

`PYTHONPATH=tests python -m support.conformance_world FOLDER` prints its values as one line of JSON, and ends when its input ends.
"""

import contextlib
import hashlib
import http.server
import json
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.processes import Server, running_server

TAGGED = 7
_PASSIVE = {"checks": {"include": ["passive."]}, "depth": 1}


class _Plain(http.server.BaseHTTPRequestHandler):
    """A page without any protection, so that a scan finds something at once."""

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


@contextlib.contextmanager
def plain_site() -> Iterator[str]:
    """The address of a target that is scanned within seconds."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Plain) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}/"
        finally:
            site.shutdown()
            thread.join(5)


@contextlib.contextmanager
def conformance_world(folder: Path, *more: str) -> Iterator[dict[str, Any]]:
    """The values of the README's table; `more` are further options of the server."""
    with socket.socket() as closed, plain_site() as target:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port
        flags = ("--chaos", "on", "--workers", "1", "--log-level", "error", *more)
        with running_server(folder, *flags) as server:
            origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
            yield {"target": target, "closed_origin": origin, **_values(server, target)}


def _made(server: Server, path: str, body: Any) -> dict[str, Any]:
    status, _, made = server.call("POST", path, body)
    assert status in (200, 201), made
    return dict(made)


def _values(server: Server, target: str) -> dict[str, Any]:
    expires = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    expired = _made(server, "/v1/api-keys", {"name": "expired", "expires_at": expires})["key"]
    key = _made(server, "/v1/api-keys", {"name": "conformance", "plan": "enterprise"})["key"]
    reader = _made(server, "/v1/api-keys", {"name": "reader", "plan": "enterprise", "scopes": ["scans:read"]})
    revoked = _made(server, "/v1/api-keys", {"name": "revoked"})
    server.call("DELETE", f"/v1/api-keys/{revoked['id']}")
    body = {"target": target, "scan_type": "web", "tags": ["conformance"], "options": _PASSIVE}
    scans = [_made(server, "/v1/scans", body)["id"] for _ in range(TAGGED)]
    ended = [server.wait_for_end(scan) for scan in scans]
    assert {scan["status"] for scan in ended} == {"completed"}, ended
    rows = server.vulnerabilities(scans[0])
    assert len(rows) >= 3, rows
    report, content = _report(server, scans[0])
    _until_expired(server, expired)
    return {
        "origin": server.base,
        "key": key,
        "reader_key": reader["key"],
        "revoked_key": revoked["key"],
        "expired_key": expired,
        "scan": scans[0],
        "vulnerabilities": len(rows),
        "vulnerability": rows[0]["id"],
        "report": report,
        "report_size": len(content),
        "report_sha256": hashlib.sha256(content).hexdigest(),
        "head_seq": _head(server),
    }


def _report(server: Server, scan: str) -> tuple[str, bytes]:
    report = _made(server, "/v1/reports", {"scan_id": scan, "format": "json"})["id"]
    deadline = time.monotonic() + 120
    while (found := server.call("GET", f"/v1/reports/{report}")[2])["status"] != "completed":
        assert found["status"] != "failed", found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    request = urllib.request.Request(f"{server.base}/v1/reports/{report}/download")
    request.add_header("Authorization", f"Bearer {server.key}")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return str(report), reply.read()


def _until_expired(server: Server, key: str) -> None:
    deadline = time.monotonic() + 60
    while server.call("GET", "/v1/me", key=key)[0] == 200:
        assert time.monotonic() < deadline, "the key does not expire"
        time.sleep(0.2)


def _head(server: Server) -> int:
    after = 0
    while events := server.call("GET", f"/v1/events?after_seq={after}&limit=200")[2]["data"]:
        after = int(events[-1]["seq"])
    return after


def main(folder: str) -> None:
    """Print the values; end with the input."""
    with conformance_world(Path(folder)) as values:
        print(json.dumps(values), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
