"""A full disk: `storage_full`, nothing acknowledged is lost, cancels go on, and it recovers by itself."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cyberai.domain.errors import StorageFull
from cyberai.storage.writer import RECHECK_SECONDS
from support.store import Stored, opened, sqlite_store
from support.store_samples import HERE, NOW

pytestmark = pytest.mark.crash


def environment() -> dict[str, str]:
    here = Path(__file__).parents[1]
    return {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}


def own_mounts() -> bool:
    """True when this machine lets an ordinary user mount memory in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    return subprocess.run(probe, capture_output=True, timeout=30).returncode == 0


def test_a_real_full_disk(tmp_path: Path) -> None:
    if not own_mounts():
        pytest.skip("no mounts in a user namespace here")
    command = ["unshare", "-Urm", sys.executable, "-m", "support.full_disk", str(tmp_path)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.stdout == "ok\n", done.stderr


def fill(stored: Stored) -> int:
    """Store files until one is refused; return how many were acknowledged."""
    for count in range(100):
        content = os.urandom(50_000)
        try:
            stored.write(lambda tx, n=count, c=content: tx.blobs.put(str(n), c, "a/b", "f"))
        except StorageFull:
            return count
    raise AssertionError("the limit did not hold")


def store_once_there_is_room(stored: Stored, name: str) -> None:
    """The store looks for space every `RECHECK_SECONDS`; ten times that is a store that never recovers."""
    deadline = time.monotonic() + 10 * RECHECK_SECONDS
    while True:
        try:
            return stored.write(lambda tx: tx.blobs.put(name, b"x", "a/b", "f"), HERE)
        except StorageFull:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """The same refusal where no mount is possible: the log may not grow, then may again."""
    with opened(lambda: sqlite_store(tmp_path)) as stored:
        stored.write(lambda tx: tx.ensure_workspace(NOW))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
            kept = fill(stored)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert kept > 5
        assert stored.read(lambda tx: tx.blobs.get(str(kept))) is None
        assert all(stored.read(lambda tx, n=n: tx.blobs.get(str(n))) for n in range(kept))
        store_once_there_is_room(stored, "after")
        assert stored.read(lambda tx: tx.blobs.get("after")) == (b"x", "a/b", "f")
