"""Opening a store file: create it, check its schema, bring it up to date, set up connections."""

import os
import time
from pathlib import Path

import apsw

from cyberai.domain.errors import StoreError
from cyberai.storage.migrations import HEAD

BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another process's transaction before it gives up."""
BUSY_PAUSE_MILLISECONDS = 3
"""How often it tries. SQLite's own handler pauses up to 100 ms and starves beside a busy process (measured with
two processes: the longest wait fell from 1,040 to 75 ms)."""
READ_BUSY_MILLISECONDS = 2_000
"""A reader waits only while another process recovers the log after a crash."""
OLDEST_SQLITE = (3, 51, 3)
"""The first release whose write-ahead log is safe with several writers (its WAL-reset fix)."""
STATEMENTS = 400
"""Prepared statements kept per connection."""


def library_problem() -> str:
    """What is wrong with the SQLite library in use; empty when nothing is."""
    version = apsw.sqlite_lib_version()
    if tuple(int(part) for part in version.split(".")[:3]) >= OLDEST_SQLITE:
        return ""
    wanted = ".".join(str(part) for part in OLDEST_SQLITE)
    return f"SQLite {version} can corrupt a store with several writers; install apsw {wanted} or newer"


def prepare(path: Path) -> None:
    """Make the file if it is new and bring its schema up to date; raise StoreError."""
    problem = library_problem()
    if problem:
        raise StoreError(problem)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_private(path)
        connection = apsw.Connection(str(path))
    except (OSError, apsw.Error) as error:
        raise StoreError(f"The store {path} cannot be opened: {error}") from error
    try:
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        if schema_version(connection) != HEAD:
            _bring_up_to_date(connection, path)
    except apsw.Error as error:
        raise StoreError(f"The store {path} cannot be used: {error}") from error
    finally:
        connection.close()


def create_private(path: Path) -> None:
    """Make a file that only its owner may read, unless it is there; raise OSError."""
    # Only a file that is new is opened here: closing a descriptor of a store in use would drop its locks.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _bring_up_to_date(connection: apsw.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have done it while this one waited for the lock.
        version = schema_version(connection)
        if version is None:
            _create(connection, path)
        elif version != HEAD:
            _migrate(connection, path, version)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def schema_version(connection: apsw.Connection) -> str | None:
    """The store's schema version; None when it has none."""
    tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'"
    if connection.execute(tables).fetchall() == [(0,)]:
        return None
    rows = connection.execute("SELECT version_num FROM schema_version").fetchall()
    return str(rows[0][0]) if rows else None


def _create(connection: apsw.Connection, path: Path) -> None:
    from cyberai.storage.dialect import Backend, table_ddl, text_index_ddl
    from cyberai.storage.schema import metadata

    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchall() != [(0,)]:
        raise StoreError(f"{path} is a database of something else; name another data directory")
    for table in metadata.sorted_tables:
        for statement in table_ddl(table, Backend.SQLITE):
            connection.execute(statement)
    for statement in text_index_ddl():
        connection.execute(statement)
    connection.execute("INSERT INTO schema_version (version_num) VALUES (?)", (HEAD,))


def _migrate(connection: apsw.Connection, path: Path, version: str) -> None:
    if not version.isdigit() or int(version) > int(HEAD):
        raise StoreError(
            f"The store {path} was written by a newer Cyber AI (schema {version}, this one knows {HEAD}); "
            "install that version again or restore a backup made before the upgrade"
        )
    from cyberai.storage.migrations.run import upgrade

    upgrade(connection)


def _connection(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=STATEMENTS)
    # Else a statement with ORDER BY or LIMIT is planned anew whenever its parameters change, which is always: 3 µs in
    # an empty schema, 20 in ours. Our plans come from the indexes; nothing is left to the values.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


def writer_connection(path: Path) -> apsw.Connection:
    """The connection that writes: every commit is on the disk before it returns."""
    connection = _connection(path)
    connection.set_busy_handler(_wait_for_lock)
    for pragma in ("synchronous=FULL", "mmap_size=0", "cache_size=-16000", "journal_size_limit=67108864"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _wait_for_lock(tries: int) -> bool:
    time.sleep(BUSY_PAUSE_MILLISECONDS / 1000)
    return tries < BUSY_MILLISECONDS // BUSY_PAUSE_MILLISECONDS


def reader_connection(path: Path) -> apsw.Connection:
    """A connection that never writes and never checkpoints."""
    connection = _connection(path)
    connection.set_busy_timeout(READ_BUSY_MILLISECONDS)
    for pragma in ("query_only=ON", "mmap_size=0", "cache_size=-16000", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection
