"""The operator's day in real processes: going on after a crash, watching, backing up, keeping others out."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import KEY, environment, running_lab, running_server

pytestmark = pytest.mark.e2e

LIMIT = 180
CANARY = "cai_live_Canary0Canary0Canary0Canary0abcdef"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield description


def target(description: dict[str, Any], kind: str) -> str:
    return next(str(item["target"]) for item in description["targets"] if item["kind"] == kind)


def cyberai(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cyberai", *words]
    return subprocess.run(
        command, env=environment(home), cwd=home, capture_output=True, text=True, timeout=LIMIT
    )


def started(home: Path, *words: str, until: str) -> tuple["subprocess.Popen[str]", str]:
    """The process once it has said this on stderr, and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cyberai", *words],
        env=environment(home),
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    while until not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return process, said


def ended(process: "subprocess.Popen[str]") -> str:
    process.kill()
    return process.communicate(timeout=10)[1]


def fingerprints(told: dict[str, Any]) -> set[str]:
    return {row["fingerprint"] for row in told["vulnerabilities"]}


@pytest.fixture(scope="module")
def calm(lab: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What an undisturbed scan of the demo site finds."""
    home = tmp_path_factory.mktemp("calm")
    done = cyberai(home, "scan", target(lab, "http"), "--allow", "127.0.0.0/8", "-o", "calm.json", "-q")
    assert done.returncode == 0, done.stderr
    return fingerprints(json.loads((home / "calm.json").read_text()))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_scan_that_was_stopped_goes_on_where_it_was(
    lab: dict[str, Any], calm: set[str], tmp_path: Path, number: int
) -> None:
    words = ("scan", target(lab, "http"), "--allow", "127.0.0.0/8", "--data-dir", "data")
    process, _ = started(tmp_path, *words, "--rate", "100", until="Testing")
    os.kill(process.pid, number)
    process.communicate(timeout=30)
    newest = cyberai(tmp_path, "report", "--format", "json", "--data-dir", "data")
    before = json.loads(newest.stdout)
    assert before["scan"]["status"] == ("running" if number == signal.SIGKILL else "cancelled")
    scan_id = before["scan"]["id"]
    assert f"cyberai scan --resume {scan_id}" in newest.stderr
    if number == signal.SIGKILL:
        # Nobody else is there to notice that the process is gone.
        watching = cyberai(tmp_path, "watch", scan_id, "--data-dir", "data")
        assert watching.returncode == 3, watching.stderr
        assert f"cyberai scan --resume {scan_id}" in watching.stderr
    resume = ("scan", "--resume", scan_id, "--data-dir", "data", "-o", "r.json")
    assert cyberai(tmp_path, *resume).returncode == 2  # the policy of this process forbids loopback
    assert not (tmp_path / "r.json").exists()
    done = cyberai(tmp_path, *resume, "--allow", "127.0.0.0/8")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["scan"]["id"] == scan_id
    assert told["scan"]["resumed_count"] == 1
    assert told["scan"]["verdict"]["result"] == "fail"
    assert fingerprints(told) == calm
    assert f" {len(calm)} findings, " in done.stderr, "what was found before is counted as well"
    again = cyberai(tmp_path, *resume, "--allow", "127.0.0.0/8")
    assert again.returncode == 2
    assert "nothing to go on with" in again.stderr


def test_a_scan_that_somebody_works_on_is_not_taken_away(lab: dict[str, Any], tmp_path: Path) -> None:
    words = ("scan", target(lab, "http"), "--allow", "127.0.0.0/8", "--data-dir", "data")
    process, _ = started(tmp_path, *words, "--rate", "3", until=" %  ")
    try:
        newest = cyberai(tmp_path, "report", "--format", "json", "--data-dir", "data")
        scan_id = json.loads(newest.stdout)["scan"]["id"]
        done = cyberai(tmp_path, "scan", "--resume", scan_id, "--allow", "127.0.0.0/8", "--data-dir", "data")
        assert done.returncode == 2
        assert "Another process works on this scan" in done.stderr
        watching, _ = started(tmp_path, "watch", "--data-dir", "data", until=" %  ")
        watching.send_signal(signal.SIGINT)
        assert "the scan goes on" in watching.communicate(timeout=30)[1]
        assert watching.returncode == 130
        assert process.poll() is None
    finally:
        ended(process)


def test_project_and_ignore_file_in_the_working_directory(lab: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "cyberai.toml").write_text(
        f'target = "{target(lab, "service")}"\nallow = ["127.0.0.0/8"]\nfail-on = "low"\noutput = ["r.json", "r.html"]\n'
    )
    first = cyberai(tmp_path, "scan")
    assert first.returncode == 1, first.stderr
    assert "Read cyberai.toml: target, allow, fail-on, output" in first.stderr
    (row,) = json.loads((tmp_path / "r.json").read_text())["vulnerabilities"]
    assert row["id"] in (tmp_path / "r.html").read_text()
    entry = f'[[ignore]]\nfingerprint = "{row["fingerprint"]}"\nreason = "Practice"\nexpires = '
    (tmp_path / ".cyberai-ignore.toml").write_text(entry + "2999-01-01\n")
    ignored = cyberai(tmp_path, "scan")
    assert ignored.returncode == 0, ignored.stderr
    assert json.loads((tmp_path / "r.json").read_text())["ignored"][0]["reason"] == "Practice"
    (tmp_path / ".cyberai-ignore.toml").write_text(entry + "2001-01-01\n")
    expired = cyberai(tmp_path, "scan")
    assert expired.returncode == 1
    assert "expired on 2001-01-01" in expired.stderr


def test_watching_ends_with_the_scan_on_store_and_server(lab: dict[str, Any], tmp_path: Path) -> None:
    with running_server(tmp_path / "data", "--workers", "1", "--log-format", "json") as server:
        _, _, scan = server.call("POST", "/v1/scans", {"target": target(lab, "http")})
        watching, _ = started(tmp_path, "watch", "--server", server.base, until=" %  ")
        here = cyberai(tmp_path, "watch", scan["id"], "--data-dir", str(server.data_dir))
        out, err = watching.communicate(timeout=LIMIT)
        assert (watching.returncode, here.returncode) == (0, 0), err + here.stderr
        assert "FAIL" in out
        assert "FAIL" in here.stdout
        assert "100 %" in err
        assert cyberai(tmp_path, "watch", "--server", server.base).returncode == 2
        refused = {**environment(tmp_path), "CYBERAI_API_KEY": CANARY}
        words = [sys.executable, "-m", "cyberai", "watch", "--server", server.base]
        assert subprocess.run(words, env=refused, capture_output=True, timeout=LIMIT).returncode == 4


def test_a_second_server_is_refused_and_the_first_one_goes_on(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", "--workers", "1") as server:
        second = cyberai(tmp_path, "serve", "--port", "0", "--data-dir", str(server.data_dir))
        assert second.returncode == 5
        assert f"process {server.process.pid} at {server.base}" in second.stderr
        assert "--data-dir" in second.stderr
        assert server.call("GET", "/v1/scans")[0] == 200
        port = server.base.rpartition(":")[2]
        words = (
            "scan",
            f"http://127.0.0.1:{port}/",
            "--allow",
            "127.0.0.0/8",
            "--data-dir",
            str(server.data_dir),
        )
        refused = cyberai(tmp_path, *words)
        assert refused.returncode == 2
        assert "never scans itself" in refused.stderr
        assert "--allow" not in refused.stderr


def test_a_backup_during_a_scan_holds_a_sound_store(lab: dict[str, Any], tmp_path: Path) -> None:
    words = ("scan", target(lab, "http"), "--allow", "127.0.0.0/8", "--data-dir", "data")
    process, _ = started(tmp_path, *words, "--rate", "60", until="Testing")
    try:
        done = cyberai(tmp_path, "backup", "b.backup", "--data-dir", "data")
        assert done.returncode == 0, done.stderr
    finally:
        ended(process)
    assert cyberai(tmp_path, "restore", "b.backup", "--data-dir", "new").returncode == 0
    newest = cyberai(tmp_path, "report", "--format", "json", "--data-dir", "new")
    scan_id = json.loads(newest.stdout)["scan"]["id"]
    resumed = cyberai(
        tmp_path, "scan", "--resume", scan_id, "--data-dir", "new", "--allow", "127.0.0.0/8", "-q"
    )
    assert resumed.returncode == 0, resumed.stderr


@pytest.mark.parametrize("kind", ["text", "json"])
def test_no_secret_reaches_the_servers_log(tmp_path: Path, kind: str) -> None:
    flags = ("--workers", "1", "--log-format", kind, "--log-level", "debug", "--allow", "127.0.0.0/8")
    with running_server(tmp_path / "data", *flags) as server:
        start = server.log.read_text()
        secret = {"custom_headers": {"Authorization": f"Bearer {CANARY}", "X-Key": CANARY}}
        server.call("POST", "/v1/scans", {"target": "http://127.0.0.1:9/", "policies": secret})
        server.call("GET", f"/v1/scans?token={CANARY}", key=CANARY)
        server.call("GET", f"/v1/{CANARY}")
        server.call("GET", f"/v1/ws?token={CANARY}")
        server.call("POST", "/v1/scans", {"target": f"http://user:{CANARY}@127.0.0.1/"})
        _, _, scan = server.call("POST", "/v1/scans", {"target": "http://127.0.0.1:9/"})
        server.wait_for_end(scan["id"])
    logged = server.log.read_text()
    assert "Canary0" not in logged
    assert KEY not in logged
    lines = [line for line in logged.removeprefix(start).splitlines() if "cyberai.access" in line]
    assert len(lines) >= 6
    if kind == "json":
        assert all(json.loads(line)["request"]["path"] for line in lines)
