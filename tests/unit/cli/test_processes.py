"""Children are ended by their id, whatever happens."""

import json
import os
from pathlib import Path

import pytest

from cyberai.cli.demo_run import scan_targets
from cyberai.cli.failures import Failure
from cyberai.cli.lab_announcement import listing, scan_command
from cyberai.cli.processes import Child

LAB = ["lab", "--port", "0", "--set", "demo", "--json"]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_runs_within_its_block_and_not_after(tmp_path: Path) -> None:
    with Child("lab", LAB, tmp_path / "log") as child:
        description = json.loads(child.output.readline())
        pid = child.pid
        assert child.running
        assert is_alive(pid)
        assert len(scan_targets(description)) >= 3
        assert all(target in scan_command(description) for target in scan_targets(description))
        assert all(target in listing(description) for target in scan_targets(description))
    assert not is_alive(pid)


def interrupted(log: Path, pids: list[int]) -> None:
    with Child("lab", LAB, log) as child:
        child.output.readline()
        pids.append(child.pid)
        raise KeyboardInterrupt


def test_an_error_in_the_block_ends_the_child_too(tmp_path: Path) -> None:
    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "log", pids)
    assert not is_alive(pids[0])


def test_a_child_that_fails_is_quoted(tmp_path: Path) -> None:
    with Child("lab", ["lab", "--port", "70000"], tmp_path / "log") as child:
        child.wait()
        failure = child.failure("The practice target did not start")
    assert isinstance(failure, Failure)
    assert "70000" in failure.why
