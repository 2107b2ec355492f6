"""The file of the rate-limit counters: never a reason not to start. What they count is in tests/contract/store."""

import asyncio
from pathlib import Path

from cyberai.ports.store import RateDecision
from cyberai.storage.limits import SqliteRateLimiter

MINUTE = 60_000_000
NOW = 28_333_333 * MINUTE + 12_345_678


def hit(limiter: SqliteRateLimiter, subject: str, limit: int, now: int) -> RateDecision:
    return asyncio.run(limiter.hit(subject, limit, now))


def test_a_damaged_file_is_made_anew_at_the_start_and_in_use(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    path.write_bytes(b"no database at all" * 1000)
    limiter = SqliteRateLimiter(path)
    assert hit(limiter, "a", 2, NOW).remaining == 1
    limiter.close()
    content = bytearray(path.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    path.write_bytes(bytes(content))
    again = SqliteRateLimiter(path)
    assert hit(again, "a", 2, NOW).remaining == 1
    again.close()


def test_only_the_owner_may_read_who_asked_how_often(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    files = [path, tmp_path / "limits.db-wal", tmp_path / "limits.db-shm"]
    for step in ("new", "made by an older version"):
        limiter = SqliteRateLimiter(path)
        hit(limiter, "a", 9, NOW)
        assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3, step
        for file in files:
            file.chmod(0o644)
        limiter.close()


def test_a_file_made_anew_by_another_process_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    mine = SqliteRateLimiter(path)
    hit(mine, "a", 9, NOW)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    other = SqliteRateLimiter(path)
    assert hit(other, "a", 9, NOW + MINUTE).remaining == 8
    assert hit(mine, "a", 9, NOW + MINUTE).remaining == 7
    mine.close()
    other.close()
