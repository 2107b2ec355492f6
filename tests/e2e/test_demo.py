"""`cyberai demo`: a newcomer's first minute."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
LIMIT = 120
CHECKS = 13


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CYBERAI_", "XDG_"))}
    return {**kept, "PYTHONPATH": SOURCE, "HOME": str(home)}


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cyberai", "demo", *arguments],
        env=environment(home),
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def descendants(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in path.read_text().split()] if path.exists() else []
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def assert_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        alive = [pid for pid in pids if Path(f"/proc/{pid}").exists() and not is_zombie(pid)]
        if not alive:
            return
        time.sleep(0.1)
    raise AssertionError(f"left running: {alive}")


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_it_finds_shows_and_reports_and_leaves_nothing_running(tmp_path: Path) -> None:
    process = start(tmp_path)
    pids: list[int] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            pids = descendants(process.pid)
            if line.lstrip().startswith("100 %"):
                break
        out, err = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 0, err
    assert len(pids) >= 2
    assert_gone(pids)
    lines = out.splitlines()
    html, told = tmp_path / "cyberai-demo/report.html", tmp_path / "cyberai-demo/report.json"
    assert str(html) in lines
    assert str(told) in lines
    assert lines[-1].endswith("scan https://your-site.example")
    rows = json.loads(told.read_text())["vulnerabilities"]
    assert len(rows) >= 15
    assert len({row["check_id"] for row in rows}) == CHECKS
    page = html.read_text()
    assert all(row["id"] in page and row["id"] in out for row in rows)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_its_children(tmp_path: Path, number: int) -> None:
    process = start(tmp_path)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Server "):
                break
        pids = descendants(process.pid)
        assert len(pids) >= 2
        process.send_signal(number)
        process.communicate(timeout=40)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 130
    assert_gone(pids)


def test_kept_it_tells_address_and_key_until_it_is_interrupted(tmp_path: Path) -> None:
    process = start(tmp_path, "--keep", "--output", "reports", "--data-dir", "data")
    told = {}
    try:
        assert process.stdout is not None
        for line in process.stdout:
            name, _, value = line.partition(":")
            told[name] = value.strip()
            if line.startswith("Key:"):
                break
        request = urllib.request.Request(told["Server"] + "/v1/scans")
        request.add_header("Authorization", f"Bearer {told['Key']}")
        with urllib.request.urlopen(request, timeout=30) as reply:
            assert len(json.load(reply)["data"]) == 1
        pids = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=40)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 130
    assert_gone(pids)
    assert (tmp_path / "reports/report.html").exists()
    assert (tmp_path / "data/cyberai.db").exists()
