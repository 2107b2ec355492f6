"""The real programs in a test: a server, a lab, ended by their process ids whatever happens."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.document_check import judge

KEY = "test-key-0123456789abcdefghij"
START_SECONDS = 40


@dataclass
class Server:
    """A running `cyberai serve` and a client for it."""

    process: subprocess.Popen[bytes]
    base: str
    data_dir: Path
    log: Path
    key: str = KEY
    headers: dict[str, str] = field(default_factory=dict)
    patient: bool = False
    """Whether a spent rate limit is waited for, as a well-behaved client does, instead of being answered."""

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """(status, headers in lower case, decoded body)."""
        while True:
            status, headers, reply = self._once(method, path, body, key)
            if status != 429 or not self.patient:
                return status, headers, reply
            time.sleep(int(headers["retry-after"]))

    def _once(self, method: str, path: str, body: Any, key: str | None) -> tuple[int, dict[str, str], Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        request.add_header("Authorization", f"Bearer {key or self.key}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return _judged(method, path, reply.status, reply)
        except urllib.error.HTTPError as error:
            with error:
                return _judged(method, path, error.code, error)

    def wait_for_end(self, scan_id: str, seconds: float = 120) -> dict[str, Any]:
        """The scan once it is terminal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _, _, scan = self.call("GET", f"/v1/scans/{scan_id}")
            if scan.get("status") in ("completed", "failed", "cancelled"):
                return dict(scan)
            time.sleep(0.2)
        raise AssertionError(f"scan {scan_id} did not end in {seconds} s: {scan}")

    def vulnerabilities(self, scan_id: str) -> list[dict[str, Any]]:
        """All vulnerabilities of a scan, through every page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            _, _, page = self.call("GET", f"/v1/vulnerabilities?scan_id={scan_id}&limit=200{cursor}")
            found += page["data"]
            if not page["has_more"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def family(self) -> list[int]:
        """The process ids of the server and its workers."""
        return [self.process.pid, *_children(self.process.pid)]

    def kill_everything(self) -> None:
        """SIGKILL to server and workers, the server first."""
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in text.read_text().split()] if text.exists() else []


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _judged(method: str, path: str, status: int, reply: Any) -> tuple[int, dict[str, str], Any]:
    """The reply, which is what the OpenAPI document says."""
    raw = reply.read()
    judge(method, path, status, list(reply.headers.items()), raw)
    return status, _lower(reply.headers), _decoded(reply, raw)


def _decoded(reply: Any, raw: bytes) -> Any:
    if "json" in (reply.headers.get("Content-Type") or ""):
        return json.loads(raw)
    return raw


def environment(home: Path, database_url: str | None = None) -> dict[str, str]:
    source = str(Path(__file__).resolve().parents[2] / "src")
    made = {**os.environ, "PYTHONPATH": source, "HOME": str(home), "CYBERAI_API_KEY": KEY}
    return made if database_url is None else {**made, "CYBERAI_DATABASE_URL": database_url}


@contextlib.contextmanager
def running_server(
    data_dir: Path, *flags: str, port: int = 0, database_url: str | None = None
) -> Iterator[Server]:
    """`cyberai serve` on a free loopback port, ready; loopback may be scanned. The store is in `data_dir`, or in
    the PostgreSQL database that is named."""
    data_dir.mkdir(exist_ok=True)
    log = data_dir.with_suffix(".log")
    command = [sys.executable, "-m", "cyberai", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with log.open("ab") as sink:
        start = sink.tell()
        process = subprocess.Popen(
            [*command, "--allow", "127.0.0.0/8", *flags],
            stdout=sink,
            stderr=sink,
            env=environment(data_dir, database_url),
        )
    server = Server(process, "", data_dir, log)
    try:
        server.base = _await_base(server, start)
        yield server
    finally:
        _end(process, server)


def _await_base(server: Server, start: int) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        text = server.log.read_bytes()[start:].decode()
        for line in text.splitlines():
            if "listens on" in line:
                return line.split("listens on ", 1)[1].split("/v1", 1)[0]
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended with {server.process.returncode}:\n{text}")
        time.sleep(0.05)
    raise AssertionError(f"the server was not ready in {START_SECONDS} s:\n{text}")


def _end(process: subprocess.Popen[bytes], server: Server) -> None:
    workers = _children(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def running_lab(*flags: str, home: Path) -> Iterator[dict[str, Any]]:
    """`cyberai lab` on free loopback ports; its description."""
    command = [sys.executable, "-m", "cyberai", "lab", "--port", "0", "--json", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(home))
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the lab ended with {process.wait(10)}"
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        if process.stdout is not None:
            process.stdout.close()
