"""Rate-limit counters: exact across processes and kills, and never a reason not to start."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberai.ports.store import RateDecision
from cyberai.storage.limits import SqliteRateLimiter

MINUTE = 60_000_000
NOW = 28_333_333 * MINUTE + 12_345_678
END = (28_333_333 + 1) * 60


@pytest.fixture
def limiter(tmp_path: Path) -> Iterator[SqliteRateLimiter]:
    made = SqliteRateLimiter(tmp_path / "limits.db")
    yield made
    made.close()


def test_a_window_allows_its_limit_and_says_what_is_left(limiter: SqliteRateLimiter) -> None:
    decisions = [limiter.hit("a", 3, NOW + n) for n in range(5)]
    assert decisions == [
        RateDecision(True, 3, 2, END),
        RateDecision(True, 3, 1, END),
        RateDecision(True, 3, 0, END),
        RateDecision(False, 3, 0, END),
        RateDecision(False, 3, 0, END),
    ]
    assert limiter.hit("b", 3, NOW).remaining == 2


def test_windows_start_at_whole_minutes(limiter: SqliteRateLimiter) -> None:
    start = NOW // MINUTE * MINUTE
    assert limiter.hit("a", 1, start).allowed
    assert not limiter.hit("a", 1, start + MINUTE - 1).allowed
    after = limiter.hit("a", 1, start + MINUTE)
    assert after.allowed
    assert after.reset == END + 60


def test_a_refund_gives_one_request_back_even_after_refusals(limiter: SqliteRateLimiter) -> None:
    for _ in range(5):
        limiter.hit("a", 2, NOW)
    limiter.refund("a", NOW)
    assert [limiter.hit("a", 2, NOW).allowed for _ in range(2)] == [True, False]
    limiter.refund("nobody", NOW)
    assert limiter.hit("nobody", 5, NOW).remaining == 4


def test_a_limit_of_nothing_allows_nothing(limiter: SqliteRateLimiter) -> None:
    assert limiter.hit("a", 0, NOW) == RateDecision(False, 0, 0, END)


def test_old_windows_are_forgotten(limiter: SqliteRateLimiter) -> None:
    for minute in range(20):
        for subject in range(10):
            limiter.hit(str(subject), 5, NOW + minute * MINUTE)
    rows = limiter._connection.execute("SELECT count(DISTINCT window) FROM hit").fetchall()
    assert rows == [(2,)]


_HITS = """
import sys
from pathlib import Path
from cyberai.storage.limits import SqliteRateLimiter
limiter = SqliteRateLimiter(Path(sys.argv[1]))
print(sum(limiter.hit("a", 1000, int(sys.argv[2])).allowed for _ in range(400)), flush=True)
if len(sys.argv) > 3:
    import time; time.sleep(60)
"""


def child(path: Path, *more: str) -> "subprocess.Popen[str]":
    source = Path(__file__).parents[3] / "src"
    return subprocess.Popen(
        [sys.executable, "-c", _HITS, str(path), str(NOW), *more],
        env={**os.environ, "PYTHONPATH": str(source)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_exact_across_processes_and_kill(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    killed = child(path, "stay")
    assert killed.stdout is not None
    allowed = int(killed.stdout.readline())
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)
    assert allowed == 400
    others = [child(path) for _ in range(4)]
    allowed += sum(int(process.communicate(timeout=60)[0]) for process in others)
    assert allowed == 1000


def test_a_damaged_file_is_made_anew_at_the_start_and_in_use(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    path.write_bytes(b"no database at all" * 1000)
    limiter = SqliteRateLimiter(path)
    assert limiter.hit("a", 2, NOW).remaining == 1
    limiter.close()
    content = bytearray(path.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    path.write_bytes(bytes(content))
    again = SqliteRateLimiter(path)
    assert again.hit("a", 2, NOW).remaining == 1
    again.close()


def test_a_file_made_anew_by_another_process_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    mine = SqliteRateLimiter(path)
    mine.hit("a", 9, NOW)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    other = SqliteRateLimiter(path)
    assert other.hit("a", 9, NOW + MINUTE).remaining == 8
    assert mine.hit("a", 9, NOW + MINUTE).remaining == 7
    mine.close()
    other.close()
