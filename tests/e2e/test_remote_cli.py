"""The command line against a real server: what it prints is what it prints on the store, and every failure says what to
do."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cyberai.cli.main import run
from cyberai_sdk import Client
from netkit.certificates import issue
from support.processes import KEY, Server, environment, running_lab, running_server

pytestmark = pytest.mark.e2e

LIMIT = 180
CANARY = "cai_live_Canary0Canary0Canary0Canary0abcdef"


@dataclass
class Place:
    """A server, a home in which `cyberai login` has made the profile `work`, and targets to scan."""

    server: Server
    home: Path
    targets: dict[str, str]

    def cyberai(self, *words: str, input: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """A command in this home, without a key in its environment."""
        return subprocess.run(
            [sys.executable, "-m", "cyberai", *words],
            env={**clean(self.home), **more},
            cwd=self.home,
            input=input,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )


def clean(home: Path) -> dict[str, str]:
    made = environment(home)
    for name in ("CYBERAI_API_KEY", "CYBERAI_PROFILE", "XDG_CONFIG_HOME"):
        made.pop(name, None)
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    with (
        running_lab("--set", "demo", home=home) as lab,
        running_server(home / "data", "--workers", "1") as server,
    ):
        targets = {str(item["kind"]): str(item["target"]) for item in lab["targets"]}
        made = Place(server, home, targets)
        done = made.cyberai("login", "--server", server.base, "--profile", "work", "--key-stdin", input=KEY)
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
        assert "workspace default" in done.stdout
        yield made


@pytest.fixture(scope="module")
def scanned(place: Place) -> dict[str, Any]:
    """What a scan by the server brought: its JSON result."""
    words = ("scan", place.targets["service"], "--profile", "work", "--fail-on", "high", "-o", "r.json")
    done = place.cyberai(*words, "-o", "r.sarif", "-o", "-")
    assert done.returncode == 1, done.stderr
    assert f"The scan runs on {place.server.base}" in done.stderr
    assert "100 %" in done.stderr
    assert "1 finding, " in done.stderr
    assert "FAIL" in done.stdout
    sarif = json.loads((place.home / "r.sarif").read_text())
    assert len(sarif["runs"][0]["results"]) == 1
    told: dict[str, Any] = json.loads((place.home / "r.json").read_text())
    return told


def test_server_and_store_are_printed_alike(
    place: Place, scanned: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    monkeypatch.setenv("HOME", str(place.home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("CYBERAI_API_KEY", raising=False)
    scan, (row,) = scanned["scan"]["id"], scanned["vulnerabilities"]
    again = place.cyberai("scan", place.targets["service"], "--profile", "work", "-q", "--fail-on-new", scan)
    assert again.returncode == 0, "nothing is new"
    for line in (
        "scans",
        "scans --json --status completed",
        "findings list --severity critical,high --sort -risk_score",
        "findings list --json --limit 1",
        f"findings show {row['id']}",
        f"findings show {row['id']} --json",
        f"report {scan}",
        f"report {scan} --format json",
        f"report {scan} --format jsonl",
        f"report {scan} --format sarif",
        f"report {scan} --format csv --type executive",
        "diff --all",
        f"diff {scan} --json",
        "assets list",
        "assets list --kind host,port --json",
        "assets changes --since 2020-01-31 --change appeared",
        "assets changes --json --limit 1",
        "assets expiring --days 99",
        "assets expiring --json",
        "keys list --json",
        # And what is refused.
        "report scan_none",
        "findings show ../x",
        "findings list --created-after never",
        "assets changes --since never",
        "assets show ast_none",
        f"findings set {row['id']} --status accepted_risk",
        "keys revoke key_none",
    ):
        here = run([*line.split(), "--data-dir", str(place.server.data_dir)]), *capfdbinary.readouterr()
        there = run([*line.split(), "--profile", "work"]), *capfdbinary.readouterr()
        # When a key was used last moves with every request.
        assert _without_use(there[1]) == _without_use(here[1]), line
        assert (there[0], there[2]) == (here[0], here[2]), line


def _without_use(out: bytes) -> object:
    if b'"last_used_at"' not in out:
        return out
    return [{**key, "last_used_at": None} for key in json.loads(out)]


def test_people_decide_and_a_server_retests(place: Place, scanned: dict[str, Any]) -> None:
    (row,) = scanned["vulnerabilities"]
    decided = place.cyberai("findings", "set", row["id"], "--assignee", "kim", CYBERAI_PROFILE="work")
    assert decided.returncode == 0, decided.stderr
    shown = place.cyberai("findings", "show", row["id"], "--json", "--profile", "work")
    assert json.loads(shown.stdout)["assignee"] == "kim"
    retested = place.cyberai("findings", "retest", row["id"], "--profile", "work")
    assert retested.returncode == 1, retested.stderr
    assert f"{row['id']}  present: " in retested.stdout


def test_interrupting_cancels_the_scan_of_the_server(place: Place) -> None:
    words = ("scan", place.targets["http"], "--profile", "work", "--rate", "5", "--format", "json")
    process = subprocess.Popen(
        [sys.executable, "-m", "cyberai", *words],
        env=clean(place.home),
        cwd=place.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        while " %  " not in (line := process.stderr.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 130, err
    assert "Stopping; what was found so far follows" in err
    told = json.loads(out)["scan"]
    assert told["status"] == "cancelled"
    assert place.server.call("GET", f"/v1/scans/{told['id']}")[2]["status"] == "cancelled"


def test_a_key_that_is_typed_is_not_shown(place: Place, tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cyberai", "login"],
        env=clean(tmp_path),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    )
    os.close(follower)
    try:
        shown = _until(leader, b"Server")
        os.write(leader, place.server.base.encode() + b"\n")
        shown += _until(leader, b"is not shown")
        os.write(leader, KEY.encode() + b"\n")
        shown += _until(leader, b"Next:")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait(10)
        os.close(leader)
    assert KEY.encode() not in shown
    file = tmp_path / ".config" / "cyberai" / "profiles.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["profiles"]["127.0.0.1"]["api_key"] == KEY


def _until(descriptor: int, words: bytes) -> bytes:
    text = b""
    while words not in text:
        assert select.select([descriptor], [], [], 60)[0], text
        text += os.read(descriptor, 4096)
    return text


def test_the_python_sdk_reads_what_login_wrote(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CYBERAI_API_KEY", "CYBERAI_PROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(place.home))
    with Client() as client:
        assert client.base_url == place.server.base + "/v1"
        assert client.account.me().workspace == "default"


def test_a_key_that_is_refused_is_not_kept(place: Place, tmp_path: Path) -> None:
    for words, key, code in (
        (("login", "--server", place.server.base, "--key-stdin"), CANARY, 4),
        (("login", "--server", "http://127.0.0.1:1", "--key-stdin"), CANARY, 5),
        (("login", "--server", place.server.base), "", 2),
        (("login", "--key-stdin"), CANARY, 2),
    ):
        done = place.cyberai(*words, input=key, HOME=str(tmp_path))
        assert done.returncode == code, done.stderr
        assert "Next:" in done.stderr
        assert CANARY not in done.stdout + done.stderr
    assert not (tmp_path / ".config").exists()


def test_a_key_without_the_scope_is_told_which(place: Place) -> None:
    made = place.cyberai("keys", "create", "--name", "reader", "--scope", "scans:read", "--profile", "work")
    assert made.returncode == 0, made.stderr
    words = ("scan", place.targets["service"], "--server", place.server.base)
    done = place.cyberai(*words, CYBERAI_API_KEY=made.stdout.strip())
    assert done.returncode == 4
    assert "scans:write" in done.stderr


def test_a_certificate_of_ones_own_is_named_once(place: Place, tmp_path: Path) -> None:
    root = issue("root", authority=True)
    leaf = issue("here", root, names=("127.0.0.1",))
    (tmp_path / "ca.pem").write_bytes(root.pem)
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(leaf.pem)
    key.write_bytes(leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    flags = ("--workers", "1", "--tls-cert", str(cert), "--tls-key", str(key))
    with running_server(tmp_path / "data", *flags) as server:
        words = ("login", "--server", server.base, "--profile", "tls", "--key-stdin")
        refused = place.cyberai(*words, input=KEY, HOME=str(tmp_path))
        assert refused.returncode == 5
        assert "--ca-file" in refused.stderr
        done = place.cyberai(*words, "--ca-file", str(tmp_path / "ca.pem"), input=KEY, HOME=str(tmp_path))
        assert done.returncode == 0, done.stderr
        listed = place.cyberai("scans", "--profile", "tls", HOME=str(tmp_path))
        assert (listed.returncode, listed.stdout) == (0, "No scans.\n")


class Liar(BaseHTTPRequestHandler):
    """Answers each path as no Cyber AI server does; `seen` is what it was sent."""

    seen: ClassVar[list[str]] = []
    elsewhere = ""

    def do_GET(self) -> None:
        type(self).seen.append(str(self.headers.get("Authorization")))
        status, headers, body = {
            "redirect": (307, {"Location": self.elsewhere}, b""),
            "html": (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>"),
            "old": (404, {"Content-Type": "application/json"}, _envelope("not_found")),
            "strange": (200, {"Content-Type": "application/json"}, b'{"data": [{"id": "\\u001b[31m"}]}'),
            "busy": (
                429,
                {"Content-Type": "application/json", "Retry-After": "600"},
                _envelope("rate_limited"),
            ),
        }[self.path.split("/")[1]]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


def _envelope(code: str) -> bytes:
    details = {"field": None, "reason": "so"}
    return json.dumps({"error": {"code": code, "message": "No", "details": details}}).encode()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("redirect", "sends elsewhere"),
        ("html", "does not answer as Cyber AI"),
        ("old", "Bring the server to the version"),
        ("strange", "does not answer as Cyber AI"),
        ("busy", "Try again in 600 seconds"),
    ],
)
def test_servers_that_lie_are_found_out(
    path: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("CYBERAI_API_KEY", CANARY)
    other = type("Other", (Liar,), {"seen": []})
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), other) as second,
        ThreadingHTTPServer(
            ("127.0.0.1", 0),
            type("First", (Liar,), {"elsewhere": f"http://localhost:{second.server_port}/html"}),
        ) as first,
    ):
        threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in (first, second)]
        for thread in threads:
            thread.start()
        try:
            code = run(["scans", "--server", f"http://127.0.0.1:{first.server_port}/{path}"])
        finally:
            for each in (first, second):
                each.shutdown()
            for thread in threads:
                thread.join(10)
    err = capsys.readouterr().err
    assert code == 5, err
    assert said in err
    assert CANARY not in err
    assert "\x1b" not in err
    assert other.seen == [], "the key went to another host"
