"""What `cyberai doctor` says about the store of a data directory."""

import os
from pathlib import Path

import apsw
from msgspec import Struct

from cyberai.storage.ballast import ROOM
from cyberai.storage.migrations import HEAD
from cyberai.storage.opening import library_problem, reader_connection, schema_version

STORE = "cyberai.db"
LOW_SPACE = 1 << 30
"""Bytes of free disk below which it is said."""


class Finding(Struct, frozen=True):
    """One thing that was looked at: `problem` is empty when it is well, and says what to do when it is not."""

    subject: str
    detail: str
    problem: str = ""


def examine(data_dir: Path) -> list[Finding]:
    """Look at library, folder, disk and store. The store is only read, through its own library."""
    found = [library(), folder(data_dir), space(data_dir)]
    path = data_dir / STORE
    return [*found, *store(path)] if path.exists() else found


def library() -> Finding:
    """The SQLite library in use."""
    return Finding("SQLite", apsw.sqlite_lib_version(), library_problem())


def folder(data_dir: Path) -> Finding:
    """Whether the data directory can be written."""
    nearest = data_dir
    while not nearest.exists():
        nearest = nearest.parent
    writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    problem = (
        "" if writable else f"{nearest} cannot be written; name another with --data-dir or change its owner"
    )
    return Finding("data directory", str(data_dir), problem)


def space(data_dir: Path) -> Finding:
    """Free space on the disk of the data directory."""
    nearest = data_dir
    while not nearest.exists():
        nearest = nearest.parent
    status = os.statvfs(nearest)
    free = status.f_bavail * status.f_frsize
    problem = ""
    if free < ROOM:
        problem = "The disk is full: scans stop with storage_full until space is freed"
    elif free < LOW_SPACE:
        problem = "The disk is nearly full; free space before the next large scan"
    return Finding("free space", f"{free / (1 << 30):.1f} GiB", problem)


def store(path: Path) -> list[Finding]:
    """The store's schema and integrity."""
    try:
        connection = reader_connection(path)
    except apsw.Error as error:
        return [Finding("store", str(path), f"It cannot be read ({error}); restore a backup")]
    try:
        version = schema_version(connection) or "none"
        checked = connection.execute("PRAGMA quick_check(1)").fetchall()
        result = str(checked[0][0])
    except apsw.Error as error:
        return [Finding("store", str(path), f"It is damaged ({error}); restore a backup")]
    finally:
        connection.close()
    outdated = (
        "" if version == HEAD else f"This version works with schema {HEAD}; start the server to upgrade"
    )
    damage = "" if result == "ok" else f"The store is damaged ({result}); restore a backup"
    return [
        Finding("store schema", version, outdated),
        Finding("store integrity", result if damage else "ok", damage),
    ]


def newest_event(path: Path) -> int:
    """UTC microseconds of the store's newest event; 0 when there is none, or no store that can be read."""
    if not path.exists():
        return 0
    try:
        connection = reader_connection(path)
    except apsw.Error:
        return 0
    try:
        # The newest of each workspace, by its key: the table may be large.
        newest = (
            "SELECT max(at) FROM event JOIN workspace ON workspace = number AND event.seq = workspace.seq"
        )
        (at,) = connection.execute(newest).fetchall()[0]
        return at if isinstance(at, int) else 0
    except apsw.Error:
        return 0
    finally:
        connection.close()
