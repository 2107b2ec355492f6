"""Several processes on one store: no hole, no lost wake-up, no lost lock."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberai.ports.store import Store, Tx
from cyberai.storage.doctor import examine
from support.postgres import stored_at
from support.store import Stored, opened, sqlite_store, sqlite_stored
from support.store_samples import HERE, event

EACH = 150

_WRITE = f"""
import asyncio, sys
from support.store import store_at
from support.store_samples import HERE, event

async def main():
    store = store_at(sys.argv[1])
    async def write(writer):
        for n in range({EACH} // 3):
            await store.write(HERE, lambda tx: tx.events.append(event(f"{{sys.argv[2]}}-{{writer}}-{{n}}")))
    await asyncio.gather(*(write(w) for w in range(3)))
    await store.aclose()

asyncio.run(main())
"""


def child(*arguments: str) -> "subprocess.Popen[str]":
    here = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}
    return subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True)


def answer(process: "subprocess.Popen[str]") -> str:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out.strip()


def test_a_tailer_misses_nothing_that_two_other_processes_write(place: str) -> None:
    """Events are numbered without holes in the order of commits, whoever commits."""
    with stored_at(place) as stored:
        writers = [child("-c", _WRITE, place, name) for name in "xy"]

        async def tail(store: Store) -> list[int]:
            seen: list[int] = []
            while True:
                found = await store.read(HERE, lambda tx, s=seen: tx.events.after(s[-1] if s else 0, 1000))
                seen.extend(e.seq for e in found)
                if len(seen) >= 2 * EACH:
                    return seen
                assert await store.changed(60), "no commit was noticed"

        try:
            seen = stored.run(asyncio.wait_for(tail(stored.store), 120))
        finally:
            for writer in writers:
                answer(writer)
        assert seen == list(range(1, 2 * EACH + 1))


def test_two_processes_make_one_new_store(tmp_path: Path) -> None:
    make = "import sys, pathlib; from support.store import *; asyncio.run(sqlite_store(pathlib.Path(sys.argv[1])).aclose())"
    for process in [child("-c", make, str(tmp_path)) for _ in range(3)]:
        answer(process)
    with sqlite_stored(tmp_path) as stored:
        stored.write(lambda tx: tx.events.append(event("a")))


def _while_writing(stored: Stored, probe: Callable[[], str]) -> str:
    """What a probe says while a closure of ours holds the write lock."""

    async def scenario() -> str:
        running, go_on = threading.Event(), threading.Event()

        def hold(tx: Tx) -> None:
            tx.events.append(event("a"))
            running.set()
            go_on.wait(60)

        write = asyncio.ensure_future(stored.store.write(HERE, hold))
        await asyncio.to_thread(running.wait, 10)
        try:
            return await asyncio.to_thread(probe)
        finally:
            go_on.set()
            await write

    return stored.run(scenario())


def test_nothing_in_this_process_drops_the_locks_of_the_store(tmp_path: Path) -> None:
    """POSIX locks vanish when any descriptor of the file is closed: whatever looks at the store beside its
    own connections must not open the file. A second process is the witness."""
    path = tmp_path / "cyberai.db"

    def probe() -> str:
        examine(tmp_path)
        with opened(lambda: sqlite_store(tmp_path)):
            pass
        return answer(child("-m", "support.store_locker", str(path)))

    with sqlite_stored(tmp_path) as stored:
        assert _while_writing(stored, probe) == "locked"
        assert answer(child("-m", "support.store_locker", str(path))) == "free"


def test_the_witness_sees_a_lock_that_was_dropped(tmp_path: Path) -> None:
    """What another library would do to us, so that the test above is known to be able to fail."""
    path = tmp_path / "cyberai.db"

    def probe() -> str:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).open("rb").close()
        return answer(child("-m", "support.store_locker", str(path)))

    with sqlite_stored(tmp_path) as stored:
        assert _while_writing(stored, probe) == "free"


@pytest.mark.parametrize("way", ["prepare", "upgrade"])
def test_the_standard_library_s_sqlite_is_never_loaded(tmp_path: Path, way: str) -> None:
    """Neither by a store that is made nor by Alembic, which upgrades one."""
    code = {
        "prepare": "from support.store import *; asyncio.run(sqlite_store(folder).aclose())",
        "upgrade": (
            "import apsw; from cyberai.storage.migrations.run import upgrade; "
            "c = apsw.Connection(str(folder / 'x.db')); c.execute('BEGIN'); upgrade(c); c.execute('COMMIT')"
        ),
    }[way]
    script = (
        f"import sys, pathlib; folder = pathlib.Path(sys.argv[1]); {code}; print('sqlite3' in sys.modules)"
    )
    assert answer(child("-c", script, str(tmp_path))) == "False"
