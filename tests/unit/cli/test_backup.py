"""Backups: whole or not there at all, proven before they replace anything."""

import asyncio
import json
import stat
from pathlib import Path

import apsw
import pytest
import zstandard

from cyberai.bootstrap.build import open_app
from cyberai.bootstrap.server_lock import Holder, ServerLock
from cyberai.cli.main import run
from cyberai.config import load
from cyberai.storage.backup import back_up
from support.record_store import everything
from support.store import sqlite_stored
from support.store_samples import event


def held(folder: Path) -> object:
    async def read() -> object:
        async with open_app(load(data_dir=folder)) as app:
            return await everything(app)

    return asyncio.run(read())


def test_what_was_backed_up_comes_back(recorded: Path, tmp_path: Path, capsys) -> None:
    before = held(recorded)
    file = tmp_path / "cyberai.backup"
    assert run(["backup", str(file), "--data-dir", str(recorded), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file_bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(["restore", str(file), "--data-dir", str(tmp_path / "new")]) == 0
    assert held(tmp_path / "new") == before
    assert {path.name for path in tmp_path.iterdir()} == {"recorded", "cyberai.backup", "new"}


def test_a_backup_beside_busy_writers_is_the_store_of_one_moment(tmp_path: Path) -> None:
    with sqlite_stored(tmp_path / "data") as stored:
        stored.write(lambda tx: tx.blobs.put("file", b"x" * 3_000_000, "a/b", "f"))

        async def write_and_copy() -> None:
            done = asyncio.Event()

            async def write() -> int:
                count = 0
                while not done.is_set():

                    def both(tx, n=count) -> None:
                        tx.events.append(event(f"{n}"))
                        tx.blobs.put("count", str(n + 1).encode(), "a/b", "f")

                    await stored.store.write("default", both)
                    count += 1
                return count

            writing = asyncio.create_task(write())
            for number in range(5):
                await asyncio.to_thread(
                    back_up, tmp_path / "data" / "cyberai.db", tmp_path / f"{number}.backup"
                )
            done.set()
            assert await writing > 5

        stored.run(write_and_copy())
    for number in range(5):
        folder = tmp_path / f"restored-{number}"
        assert run(["restore", str(tmp_path / f"{number}.backup"), "--data-dir", str(folder)]) == 0
        with sqlite_stored(folder) as copy:
            blob = copy.read(lambda tx: tx.blobs.get("count"))
            events = copy.read(lambda tx: tx.events.after(0, 10_000))
            # Both were written in one transaction each: no copy holds half of one.
            assert int(blob[0] if blob else 0) == len(events)


def damaged(content: bytes) -> dict[str, bytes]:
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    raw = zstandard.ZstdDecompressor().decompress(content)
    other = zstandard.ZstdCompressor(write_checksum=True)
    return {
        "cut": content[: len(content) // 2],
        "flipped": bytes(flipped),
        "empty": b"",
        "text": b"no backup at all" * 10,
        "other database": other.compress(b"SQLite format 3\0" + b"\xff" * 5000),
        "page lost": other.compress(raw[:8192] + b"\xff" * 4096 + raw[12288:]),
        "no database": other.compress(b"text"),
    }


@pytest.mark.parametrize("kind", list(damaged(zstandard.ZstdCompressor().compress(b"x" * 20_000))))
def test_a_damaged_backup_replaces_nothing(recorded: Path, tmp_path: Path, capsys, kind: str) -> None:
    file = tmp_path / "b.backup"
    assert run(["backup", str(file), "--data-dir", str(recorded)]) == 0
    file.write_bytes(damaged(file.read_bytes())[kind])
    before = (recorded / "cyberai.db").read_bytes()
    assert run(["restore", str(file), "--data-dir", str(recorded), "--force"]) == 5
    assert "Error: " in capsys.readouterr().err
    assert (recorded / "cyberai.db").read_bytes() == before
    assert not [path for path in recorded.iterdir() if "restored" in path.name or "replaced" in path.name]


def test_nothing_is_overwritten_without_force(recorded: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "b.backup"
    folder = ["--data-dir", str(recorded)]
    assert run(["backup", str(file), *folder]) == 0
    assert run(["backup", str(file), *folder]) == 2
    assert run(["restore", str(file), *folder]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["backup", str(file), *folder, "--force"]) == 0
    assert run(["restore", str(file), *folder, "--force"]) == 0
    assert (recorded / "cyberai.db-replaced").exists()


def test_a_store_in_use_is_not_replaced(recorded: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "b.backup"
    words = ["restore", str(file), "--data-dir", str(recorded), "--force"]
    assert run(["backup", str(file), "--data-dir", str(recorded)]) == 0
    lock = ServerLock(recorded)
    lock.take()
    lock.tell(Holder(4711, "http://127.0.0.1:8080"))
    assert run(words) == 5
    assert "4711" in capsys.readouterr().err
    lock.release()
    other = apsw.Connection(str(recorded / "cyberai.db"))
    other.execute("SELECT count(*) FROM scan").fetchall()
    assert run(words) == 5
    assert "in use by another process" in capsys.readouterr().err
    other.close()
    assert run(words) == 0


def test_a_backup_of_a_newer_version_is_refused(recorded: Path, tmp_path: Path, capsys) -> None:
    connection = apsw.Connection(str(recorded / "cyberai.db"))
    connection.execute("UPDATE schema_version SET version_num = '9999'")
    connection.close()
    back_up(recorded / "cyberai.db", tmp_path / "b.backup")
    assert run(["restore", str(tmp_path / "b.backup"), "--data-dir", str(tmp_path / "new")]) == 5
    assert "newer Cyber AI (schema 9999" in capsys.readouterr().err
    assert not (tmp_path / "new" / "cyberai.db").exists()


def test_a_folder_that_is_not_there_is_named(recorded: Path, tmp_path: Path, capsys) -> None:
    assert run(["backup", str(tmp_path / "no" / "b"), "--data-dir", str(recorded)]) == 2
    assert "no" in capsys.readouterr().err
    assert run(["backup", str(tmp_path / "b"), "--data-dir", str(tmp_path / "typo")]) == 2
