"""`cyberai scan` as people run it: a process of its own, against the practice target."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import running_lab

pytestmark = pytest.mark.e2e

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
LIMIT = 180


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield description


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab("--set", "demo", "--fixed", home=tmp_path_factory.mktemp("fixed")) as description:
        yield description


def target(description: dict[str, Any], kind: str) -> str:
    return next(str(item["target"]) for item in description["targets"] if item["kind"] == kind)


def environment(home: Path, **extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CYBERAI_", "XDG_"))}
    return {**kept, "PYTHONPATH": SOURCE, "HOME": str(home), **extra}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cyberai", "scan", *arguments, "--allow", "127.0.0.0/8"]


def scan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment(home), capture_output=True, text=True, timeout=LIMIT, cwd=home
    )


def test_one_json_object_on_stdout_and_progress_on_stderr(lab: dict[str, Any], tmp_path: Path) -> None:
    done = scan(tmp_path, target(lab, "service"), "--format", "json", "-o", "-")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["scan", "vulnerabilities", "coverage", "ignored", "services"]
    assert told["scan"]["status"] == "completed"
    assert [row["check_id"] for row in told["vulnerabilities"]] == ["network.redis-unauthenticated"]
    assert told["vulnerabilities"][0]["evidence"]
    assert any(
        row["check_id"] == "network.redis-unauthenticated" and row["found"] for row in told["coverage"]
    )
    assert "100 %" in done.stderr
    assert (tmp_path / ".local/share/cyberai/cyberai.db").exists()


def test_a_table_with_verdict_and_coverage(lab: dict[str, Any], tmp_path: Path) -> None:
    done = scan(tmp_path, target(lab, "service"))
    assert done.returncode == 0, done.stderr
    assert "vuln_" in done.stdout
    assert "FAIL" in done.stdout
    assert "Coverage " in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(("bar", "code"), [("critical", 1), ("info", 1)])
def test_findings_at_the_bar_end_with_1(lab: dict[str, Any], tmp_path: Path, bar: str, code: int) -> None:
    done = scan(tmp_path, target(lab, "service"), "--fail-on", bar, "--quiet")
    assert done.returncode == code, done.stderr
    assert done.stderr == ""


def test_the_mended_twin_passes_at_every_bar(fixed: dict[str, Any], tmp_path: Path) -> None:
    output = tmp_path / "result.json"
    done = scan(tmp_path, target(fixed, "http"), "--fail-on", "info", "-o", str(output), "--concurrent", "4")
    told = json.loads(output.read_text())
    assert told["vulnerabilities"] == []
    assert told["scan"]["verdict"]["result"] == "pass", told["scan"]["verdict"]
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_the_flaws_of_the_demo_site_are_found(lab: dict[str, Any], tmp_path: Path) -> None:
    done = scan(tmp_path, target(lab, "http"), "--format", "json", "--concurrent", "4", "--fail-on", "high")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    expected = {flaw["check"] for flaw in lab["flaws"] if flaw["target"] == target(lab, "http")}
    assert {row["check_id"] for row in told["vulnerabilities"]} == expected


def test_a_dead_target_is_incomplete_not_clean(tmp_path: Path) -> None:
    done = scan(tmp_path, "http://127.0.0.1:9/", "--fail-on", "low")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "INCONCLUSIVE" in done.stdout


def test_a_network_that_is_not_allowed_is_refused_with_advice(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "cyberai", "scan", "http://127.0.0.1:9/"]
    done = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 2
    assert "--allow 127.0.0.0/8" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_is_resolved_as_told(lab: dict[str, Any], tmp_path: Path) -> None:
    port = target(lab, "service").rpartition(":")[2]
    done = scan(tmp_path, f"redis.example:{port}", "--resolve", "redis.example=127.0.0.1", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["vulnerabilities"][0]["target"] == f"redis.example:{port}"


def interrupted(home: Path, address: str, *numbers: int) -> tuple[int, str, str]:
    """Start a slow scan, send the signals (each after the scan's next words), and wait for its end."""
    process = subprocess.Popen(
        command(address, "--format", "json", "--rate", "5"),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = ""
    try:
        assert process.stderr is not None
        for number, words in zip(numbers, (" %  ", "Stopping"), strict=False):
            while words not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            process.send_signal(number)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait(10)
    return process.returncode, out, said + err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_prints_what_it_has(lab: dict[str, Any], tmp_path: Path, number: int) -> None:
    code, out, err = interrupted(tmp_path, target(lab, "http"), number)
    assert code == 130, err
    assert json.loads(out)["scan"]["status"] == "cancelled"
    assert "Stopping" in err


def test_a_second_signal_ends_it_at_once_and_the_store_stays_sound(
    lab: dict[str, Any], tmp_path: Path
) -> None:
    code, _, err = interrupted(tmp_path, target(lab, "http"), signal.SIGINT, signal.SIGINT)
    assert code == 130, err
    assert scan(tmp_path, target(lab, "service"), "--quiet").returncode == 0


def test_a_reader_that_goes_away_is_no_traceback(lab: dict[str, Any], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*command(target(lab, "service"), "--format", "json", "--quiet")],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 5
    assert err == ""


def test_on_a_terminal_there_is_a_bar_in_colour(lab: dict[str, Any], tmp_path: Path) -> None:
    coloured = on_terminal(command(target(lab, "service")), environment(tmp_path, TERM="xterm-256color"))
    assert "\x1b[?25h" in coloured
    assert "\x1b[1" in coloured
    plain = on_terminal(command(target(lab, "service")), environment(tmp_path, TERM="xterm", NO_COLOR="1"))
    assert "\x1b[31m" not in plain
    assert "\x1b[1;3" not in plain


def on_terminal(words: list[str], variables: dict[str, str]) -> str:
    """Everything a process writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, env=variables, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + LIMIT
    try:
        while time.monotonic() < deadline:
            readable, _, _ = select.select([ours], [], [], 1)
            if not readable:
                continue
            try:
                shown += os.read(ours, 65_536)
            except OSError:  # the terminal's other end is closed
                break
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
    return shown.decode()
