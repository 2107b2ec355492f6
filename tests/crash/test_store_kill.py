"""`kill -9` of a process that writes: nothing acknowledged is lost, nothing is doubled, no number is missing."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cyberai.domain.ids import ScanId
from cyberai.domain.unit import Stage
from support.store import Stored, opened, sqlite_store
from support.store_samples import shard

pytestmark = pytest.mark.crash

KILLS = 20
WRITERS = 4
SEED = 20_240_501


@contextmanager
def writing(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The child, killed by its id at the end."""
    command = [sys.executable, "-m", "support.store_writer", str(folder), str(WRITERS)]
    here = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        # What was acknowledged before the kill may still stand in the pipe.
        child.stdout.close() if child.stdout else None
        child.wait(30)


def acknowledged(child: "subprocess.Popen[str]", lines: int, last: dict[int, int]) -> None:
    """Read so many lines, kill the child, and read what it still managed to say."""
    assert child.stdout is not None
    for count, line in enumerate(child.stdout, start=1):
        writer, _, number = line.partition(" ")
        # A line cut off by the kill is no acknowledgement.
        if number.endswith("\n"):
            last[int(writer)] = int(number)
        if count == lines:
            child.send_signal(signal.SIGKILL)


def check(stored: Stored, last: dict[int, int]) -> int:
    """Compare what the store holds with what was acknowledged; return how many steps are in it."""
    events = stored.read(lambda tx: tx.events.after(0, 1_000_000))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    told = [msgspec.json.decode(event.data)["name"] for event in events]
    assert len(set(told)) == len(told)
    done = dict.fromkeys(range(WRITERS), -1)
    for name in told:
        writer, number = map(int, name.split("-"))
        # A chain has no gap either.
        assert number == done[writer] + 1
        done[writer] = number
    for writer, number in last.items():
        assert number <= done[writer] <= number + 1
    # The one step that a kill left unacknowledged is known now; the next kill may leave another.
    last.update(done)
    found = stored.read(lambda tx: tx.vulnerabilities.of_scan(ScanId("scan_a")))
    assert sorted(v.id.removeprefix("vuln_") for v in found) == sorted(told)
    assert stored.read(lambda tx: tx.vulnerabilities.severities(ScanId("scan_a")))["high"] == len(told)
    (counts,) = stored.read(lambda tx: tx.units.counts(ScanId("scan_a")))
    assert (counts.stage, counts.done, counts.total) == (Stage.CRAWL, len(told), len(told) + WRITERS)
    assert len(stored.read(lambda tx: tx.units.pending(shard(), 100))) == WRITERS
    return len(told)


def test_nothing_acknowledged_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    last = dict.fromkeys(range(WRITERS), -1)
    steps = 0
    for _ in range(KILLS):
        with writing(tmp_path) as child:
            acknowledged(child, chance.randrange(1, 80), last)
        with opened(lambda: sqlite_store(tmp_path)) as stored:
            now = check(stored, last)
        assert now > steps
        steps = now
