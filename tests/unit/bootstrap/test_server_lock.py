"""One server per data directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from cyberai.bootstrap.server_lock import Holder, ServerLock, server_of
from cyberai.domain.errors import StoreError

HOLDER = Holder(4711, "http://127.0.0.1:8080", (("127.0.0.1", 8080),))
_HOLD = """
import sys, time
from pathlib import Path
from cyberai.bootstrap.server_lock import Holder, ServerLock
lock = ServerLock(Path(sys.argv[1]))
lock.take()
lock.tell(Holder(1, "http://x:1"))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_the_first_is(tmp_path: Path) -> None:
    first, second = ServerLock(tmp_path), ServerLock(tmp_path)
    first.take()
    first.tell(HOLDER)
    with pytest.raises(StoreError, match=r"4711 at http://127\.0\.0\.1:8080.*--data-dir"):
        second.take()
    assert server_of(tmp_path) == HOLDER
    first.release()
    first.release()
    assert server_of(tmp_path) is None
    second.take()
    second.release()


def test_a_killed_server_holds_nothing(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "src"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(source)},
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert server_of(tmp_path) == Holder(1, "http://x:1")
    finally:
        holder.kill()
        holder.communicate(timeout=10)
    assert server_of(tmp_path) is None
    lock = ServerLock(tmp_path)
    lock.take()
    lock.release()


def test_no_directory_has_no_server_and_nonsense_is_no_holder(tmp_path: Path) -> None:
    assert server_of(tmp_path / "none") is None
    lock = ServerLock(tmp_path)
    lock.take()
    (tmp_path / "server.lock").write_bytes(b"\xff nonsense")
    assert server_of(tmp_path) == Holder(0, "unknown")
    lock.release()


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--data-dir"):
        ServerLock(tmp_path / "none").take()
