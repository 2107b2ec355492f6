"""The steps of the demo."""

import json
import os
import select
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import msgspec

from cyberai.app.requests import KeyRequest
from cyberai.app.results import ScanResult
from cyberai.app.times import parse_time
from cyberai.cli.client import ApiClient, ApiError
from cyberai.cli.console import stderr, stdout
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.following import Update, follower
from cyberai.cli.processes import Child, free_port
from cyberai.cli.results import show

START_SECONDS = 40
SILENCE_SECONDS = 60.0
"""A running scan tells its progress every second; after so long without a word it will not go on."""

SCAN_TIMEOUT = 300
_POLL = 0.1
_REPORT_POLLS = 300
_TERMINAL = ("scan.completed", "scan.failed", "scan.cancelled")


class Demo:
    """One run: started processes are put on the caller's stack, which ends them."""

    def __init__(self, *, folder: Path, data_dir: Path, logs: Path) -> None:
        self._folder = folder
        self._data_dir = data_dir
        self._logs = logs
        self._client = ApiClient(f"http://127.0.0.1:{free_port()}", "")
        self._key = ""

    def run(self, stack: ExitStack) -> ExitCode:
        """Everything; the exit code."""
        self._folder.mkdir(parents=True, exist_ok=True)
        click.echo("Starting the practice target and the server on this machine ...", err=True)
        lab = stack.enter_context(
            Child("lab", ["lab", "--port", "0", "--set", "demo", "--json"], self._logs / "lab.log")
        )
        self._key = _make_key(self._data_dir)
        self._client = ApiClient(self._client.base_url, self._key)
        description = _first_line(lab)
        targets = scan_targets(description)
        arguments = self._serve_arguments(description.get("ca_file"))
        server = stack.enter_context(Child("server", arguments, self._logs / "server.log"))
        self._wait_until_ready(server)
        click.echo(f"Server {self._client.base_url}, scanning {', '.join(targets)}", err=True)
        scan = self._scan(targets, server)
        result, paths = self._reports(scan)
        show(stdout(), result)
        self._farewell(paths)
        completed = scan["status"] == "completed"
        return ExitCode.OK if completed else ExitCode.INCOMPLETE

    def keep(self) -> None:
        """Until Ctrl-C."""
        click.echo(f"\nServer: {self._client.base_url}\nKey:    {self._key}\nCtrl-C ends both.")
        while True:
            time.sleep(3600)

    def _serve_arguments(self, ca_file: str | None) -> list[str]:
        port = self._client.base_url.rpartition(":")[2]
        arguments = ["serve", "--port", port, "--allow", "127.0.0.0/8", "--data-dir", str(self._data_dir)]
        return [*arguments, "--ca-file", ca_file] if ca_file else arguments

    def _wait_until_ready(self, server: Child) -> None:
        for _ in range(round(START_SECONDS / _POLL)):
            if self._client.is_ready():
                return
            if not server.running:
                raise server.failure("The server ended while it started")
            time.sleep(_POLL)
        raise server.failure(f"The server was not ready within {START_SECONDS} seconds")

    def _scan(self, targets: list[str], server: Child) -> dict[str, Any]:
        """Create the scan and follow it to its end; the finished scan."""
        following = follower(stderr(), quiet=False)
        try:
            with self._client.events() as frames:
                scan_id = self._client.call("POST", "/v1/scans", scan_body(targets))["id"]
                while True:
                    frame = frames.next(SILENCE_SECONDS)
                    data = frame["data"]
                    if scan_id not in (data.get("id"), data.get("scan_id")):
                        continue
                    following(Update(frame["type"], parse_time(frame["timestamp"]), data))
                    if frame["type"] in _TERMINAL:
                        return dict(data)
        except (ConnectionError, TimeoutError) as error:
            raise server.failure("The server stopped talking during the scan") from error
        finally:
            following.close()

    def _reports(self, scan: dict[str, Any]) -> tuple[ScanResult, list[Path]]:
        """An HTML and a JSON report through the API; the result as the latter tells it."""
        wanted = [
            self._client.call("POST", "/v1/reports", _report_body(scan["id"], kind))
            for kind in ("html", "json")
        ]
        paths = []
        for report in wanted:
            path = (self._folder / f"report.{report['format']}").absolute()
            path.write_bytes(self._download(report["id"]))
            paths.append(path)
        told = json.loads(paths[1].read_bytes())
        result = {"scan": scan, "vulnerabilities": told["vulnerabilities"], "coverage": told["coverage"]}
        return msgspec.convert(result, ScanResult), paths

    def _download(self, report_id: str) -> bytes:
        for _ in range(_REPORT_POLLS):
            try:
                return self._client.fetch("GET", f"/v1/reports/{report_id}/download")
            except ApiError as error:
                if error.code != "report_not_ready":
                    raise
            time.sleep(_POLL)
        raise Failure(f"The report {report_id} was not ready in time", next_step="Run the demo again")

    def _farewell(self, paths: list[Path]) -> None:
        # Plain and unwrapped, each on a line of its own: made to be copied or clicked.
        click.echo("\nReports, with the evidence of every finding:")
        for path in paths:
            click.echo(str(path))
        click.echo("\nNow a site of your own (one that you are allowed to scan):")
        click.echo(f"{program()} scan https://your-site.example")


def scan_targets(description: dict[str, Any]) -> list[str]:
    """The scan targets of a lab, from what `cyberai lab --json` prints."""
    return [str(target["target"]) for target in description["targets"]]


def program() -> str:
    """How the reader calls this command."""
    if shutil.which("cyberai"):
        return "cyberai"
    called = Path(sys.argv[0])
    if called.name != "cyberai":
        return "python -m cyberai"
    path = called.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _make_key(data_dir: Path) -> str:
    from cyberai.cli.place import Place, on_platform

    request = KeyRequest(name="demo", plan="enterprise")
    place = Place(data_dir=data_dir, may_be_new=True)
    return str(on_platform(place, lambda platform: platform.create_key(request)).key)


def _first_line(child: Child) -> dict[str, Any]:
    """The JSON object that the child prints when it is ready."""
    text = b""
    descriptor = child.output.fileno()
    while not text.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], START_SECONDS)
        piece = os.read(descriptor, 65_536) if readable else b""
        if not piece:
            raise child.failure("The practice target did not start")
        text += piece
    return dict(json.loads(text.splitlines()[0]))


def scan_body(targets: list[str]) -> dict[str, Any]:
    """The body of POST /v1/scans."""
    return {"targets": targets, "name": "Demo", "options": {"timeout": SCAN_TIMEOUT, "concurrent": 4}}


def _report_body(scan_id: str, format: str) -> dict[str, str]:
    return {"scan_id": scan_id, "type": "technical", "format": format, "title": "Cyber AI demo"}
