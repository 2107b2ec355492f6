"""A worker whose loop is stuck ends by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
PROGRAM = """
import asyncio, sys, time
from cyberai.bootstrap.watchdog import watch

async def main():
    task = asyncio.create_task(watch(sys.stderr, stuck=0.5, tick=0.05))
    await asyncio.sleep(1.0)
    print("alive", flush=True)
    time.sleep(float(sys.argv[1]))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    time.sleep(1.0)
    print("done", flush=True)

asyncio.run(main())
"""


def run(stuck: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, stuck],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.slow
def test_a_stuck_loop_ends_the_process_and_says_where() -> None:
    done = run("30")
    assert (done.returncode, done.stdout) == (1, "alive\n")
    assert "line 9 in main" in done.stderr


@pytest.mark.slow
def test_a_turning_loop_and_one_no_longer_watched_are_left_alone() -> None:
    done = run("0")
    assert (done.returncode, done.stdout) == (0, "alive\ndone\n"), done.stderr
