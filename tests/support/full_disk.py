"""A child process on a small disk of its own: `unshare -Urm python -m support.full_disk FOLDER`.

It mounts memory of 64 MB on the folder, fills it, and holds the store to its promises. Any failure is a
traceback and exit code 1.
"""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cyberai.domain.errors import StorageFull
from cyberai.domain.scan import ScanStatus
from cyberai.ports.store import Tx
from cyberai.storage.sqlite import SqliteStore
from support.store import RealClock
from support.store_samples import HERE, NOW, event, scan

DISK, OTHERS = 64 << 20, 20 << 20
BLOB = 300_000


def noise(seed: str) -> bytes:
    """Bytes that do not compress."""
    return hashlib.shake_256(seed.encode()).digest(BLOB)


async def fits(store: SqliteStore, fn: Callable[[Tx], None]) -> bool:
    """Write it; False when the answer is that the disk is full."""
    try:
        await store.write(HERE, fn)
    except StorageFull:
        return False
    return True


async def fill(store: SqliteStore) -> int:
    """Store files until the disk is full; return how many were acknowledged."""
    for count in range(1_000):
        content = noise(str(count))

        def put(tx: Tx, name: str = f"f{count}", content: bytes = content) -> None:
            tx.blobs.put(name, content, "a/b", "f")
            tx.events.append(event(name))

        if not await fits(store, put):
            return count
    raise AssertionError("the disk never filled")


async def check_rows(store: SqliteStore, count: int) -> None:
    """Everything acknowledged is there, and nothing else."""
    for number in range(count):
        row = await store.read(HERE, lambda tx, n=number: tx.blobs.get(f"f{n}"))
        assert row is not None
        assert row[0] == noise(str(number))
    assert await store.read(HERE, lambda tx: tx.blobs.get(f"f{count}")) is None


async def scenario(folder: Path) -> None:
    store = SqliteStore.open(folder / "cyberai.db", RealClock())
    ballast = folder / "cyberai.db-ballast"
    assert ballast.exists()
    await store.write(HERE, lambda tx: tx.ensure_workspace(NOW))
    scans = [scan(str(n)) for n in range(100)]
    await store.write(HERE, lambda tx: [tx.scans.insert(value) for value in scans])
    others = folder / "others"
    others.write_bytes(b"x" * OTHERS)

    count = await fill(store)
    assert count > 10
    assert not ballast.exists()
    await check_rows(store, count)
    seq = await store.read(HERE, lambda tx: tx.events.head())
    assert seq == count

    # A new scan is refused however small it is: a thousand small ones would take what the cancels need.
    taken = [await fits(store, lambda tx, n=n: tx.scans.insert(scan(f"new{n}"))) for n in range(20)]
    assert not any(taken), taken
    # Every scan can still be cancelled, and nobody else uses the room that takes.
    for value in scans:
        cancelled = value.replace(status=ScanStatus.CANCELLED)

        def cancel(tx: Tx, cancelled: object = cancelled) -> None:
            tx.scans.update(cancelled)  # type: ignore[arg-type]
            tx.events.append(event("cancelled"))

        await store.write(HERE, cancel)
    for number in range(3):
        assert not await fits(store, lambda tx, n=number: tx.blobs.put(f"b{n}", noise("b"), "a", "b"))

    others.unlink()
    await asyncio.sleep(1.2)
    await store.write(HERE, lambda tx: tx.blobs.put("after", noise("y"), "a", "b"))
    assert ballast.exists()
    assert await store.read(HERE, lambda tx: tx.events.head()) == seq + len(scans)
    await check_rows(store, count)
    await store.aclose()


def main(folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    asyncio.run(scenario(folder))
    print("ok")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
