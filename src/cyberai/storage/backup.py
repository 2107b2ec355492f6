"""A store in one file: taken while it is in use, proven before it is put back.

The file is one zstd frame with a checksum around a copy that SQLite's online backup made in a single read
transaction, so that it is the store of one moment however busy scans are beside it.
"""

import os
import shutil
from pathlib import Path

import apsw
import zstandard
from msgspec import Struct

from cyberai.domain.errors import StoreError
from cyberai.storage.failures import is_full
from cyberai.storage.migrations import HEAD
from cyberai.storage.opening import reader_connection, schema_version

LEVEL = 6
REPLACED = "-replaced"
"""Behind the name of the store that a restore has put aside."""
_SIDE_FILES = ("-wal", "-shm")
_CHUNK = 1 << 20


class Copied(Struct, frozen=True):
    """What a backup holds: its schema, and how many bytes the store and the file have."""

    schema: str
    store_bytes: int
    file_bytes: int


def back_up(store: Path, destination: Path) -> Copied:
    """Write a backup of the store; the file appears only when it is whole. Raise StoreError or OSError."""
    raw = _beside(destination, ".copy")
    packed = _beside(destination, ".partial")
    try:
        schema = _copy(store, raw)
        size = raw.stat().st_size
        _compress(raw, packed, size)
        packed.replace(destination)
        _flush_folder(destination.parent)
        return Copied(schema, size, destination.stat().st_size)
    finally:
        for path in (raw, packed):
            path.unlink(missing_ok=True)


def restore(backup: Path, store: Path, *, force: bool) -> Copied:
    """Put a backup in the store's place after it was proven sound; a store that is there is put aside under its name
    with `-replaced`, and only with `force`. Raise StoreError or OSError, and leave everything as it was."""
    if store.exists() and not force:
        raise StoreError(
            f"There is a store at {store} already. With --force it is put aside as {store.name}{REPLACED}"
        )
    fresh = _beside(store, ".restored")
    try:
        _decompress(backup, fresh)
        schema = _proven(fresh, backup)
        size = fresh.stat().st_size
        if store.exists():
            _put_aside(store)
        fresh.replace(store)
        _flush_folder(store.parent)
        return Copied(schema, size, backup.stat().st_size)
    finally:
        for path in (fresh, *(fresh.with_name(fresh.name + end) for end in _SIDE_FILES)):
            path.unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}{ending}")


def _copy(store: Path, raw: Path) -> str:
    raw.unlink(missing_ok=True)
    os.close(os.open(raw, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    target = apsw.Connection(str(raw))
    try:
        source = reader_connection(store)
        try:
            with target.backup("main", source, "main") as copying:
                while not copying.done:
                    copying.step(-1)
        finally:
            source.close()
        # The copy carries the mark of a write-ahead log; a single file has none.
        target.execute("PRAGMA journal_mode=DELETE").fetchall()
        return _sound(target, store)
    except apsw.Error as error:
        if is_full(error, target):
            raise StoreError(f"There is no room for the backup beside {raw.parent}") from error
        raise StoreError(f"The store {store} cannot be copied: {error}") from error
    finally:
        target.close()


def _sound(connection: apsw.Connection, what: Path) -> str:
    """The schema's version; raise StoreError when the database is damaged or none of ours."""
    result = str(connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0])
    if result != "ok":
        raise StoreError(f"{what} is damaged: {result}. Use another backup")
    version = schema_version(connection)
    if version is None:
        raise StoreError(f"{what} holds no store of Cyber AI")
    return version


def _compress(raw: Path, packed: Path, size: int) -> None:
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True)
    packed.unlink(missing_ok=True)
    handle = os.open(packed, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with raw.open("rb") as source, os.fdopen(handle, "wb") as target:
        compressor.copy_stream(source, target, size=size)
        target.flush()
        os.fsync(target.fileno())


def _decompress(backup: Path, fresh: Path) -> None:
    broken = f"{backup} is no backup of Cyber AI, or it is damaged. Use another one"
    with backup.open("rb") as source:
        try:
            size = zstandard.get_frame_parameters(source.read(64)).content_size
        except zstandard.ZstdError as error:
            raise StoreError(broken) from error
        if size > shutil.disk_usage(fresh.parent).free:
            raise StoreError(f"There is no room for the store of {size:,} bytes in {fresh.parent}")
        source.seek(0)
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        written = 0
        try:
            with os.fdopen(handle, "wb") as target:
                for chunk in zstandard.ZstdDecompressor().read_to_iter(source):
                    written += len(chunk)
                    if written > size:
                        break
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
        except zstandard.ZstdError as error:
            raise StoreError(broken) from error
    if written != size:
        raise StoreError(broken)


def _proven(fresh: Path, backup: Path) -> str:
    try:
        connection = apsw.Connection(str(fresh), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            version = _sound(connection, backup)
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreError(f"{backup} holds no store of Cyber AI: {error}") from error
    if not version.isdigit() or int(version) > int(HEAD):
        raise StoreError(
            f"{backup} was made by a newer Cyber AI (schema {version}, this one knows {HEAD}); install that version"
        )
    return version


def _put_aside(store: Path) -> None:
    """Rename the store that is there, once it is certain that nobody has it open."""
    try:
        connection = apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READWRITE)
    except apsw.Error as error:
        raise StoreError(f"The store {store} cannot be put aside: {error}") from error
    try:
        # In this mode SQLite takes the file itself, which it cannot while any other process has it open.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreError(
            f"The store {store} is in use by another process. End the server and every scan on it first"
        ) from error
    except (apsw.NotADBError, apsw.CorruptError):
        pass  # a damaged store is what a restore is for
    finally:
        connection.close()
    store.replace(store.with_name(store.name + REPLACED))
    for end in _SIDE_FILES:
        store.with_name(store.name + end).unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def compact(store: Path) -> tuple[int, int]:
    """Give free pages back to the disk; the file's bytes before and after. Raise StoreError."""
    before = store.stat().st_size
    connection = apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(30_000)
        connection.execute("VACUUM").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except apsw.Error as error:
        raise StoreError(f"The store cannot be compacted: {error}. Try again when it is less busy") from error
    finally:
        connection.close()
    return before, store.stat().st_size
