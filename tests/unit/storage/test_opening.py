"""Making, upgrading and refusing store files."""

import stat
from pathlib import Path

import apsw
import pytest
from alembic.script import ScriptDirectory

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.severity import Severity
from cyberai.ports.repositories import Order, Page, VulnerabilityFilter
from cyberai.storage import opening
from cyberai.storage.dialect import Backend, table_ddl
from cyberai.storage.doctor import examine
from cyberai.storage.migrations import HEAD
from cyberai.storage.migrations.run import config, upgrade
from cyberai.storage.schema import schema_version
from support.store import Stored, opened, sqlite_store, sqlite_stored
from support.store_samples import NOW, sighting, vulnerability
from support.take_back import TO_0003


def shape(connection: apsw.Connection) -> dict[tuple[str, str], str]:
    """Every table and index with its text, spaces apart."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    return {(str(kind), str(name)): " ".join(str(sql).split()) for kind, name, sql in rows}


def test_the_migrations_lead_to_the_schema_of_a_new_store(tmp_path: Path) -> None:
    opening.prepare(tmp_path / "new.db")
    new, old = (apsw.Connection(str(tmp_path / name)) for name in ("new.db", "old.db"))
    for statement in table_ddl(schema_version, Backend.SQLITE):
        old.execute(statement)
    old.execute("BEGIN")
    upgrade(old)
    old.execute("COMMIT")
    assert shape(old) == shape(new)
    assert opening.schema_version(old) == opening.schema_version(new) == HEAD
    old.close()
    new.close()


def test_the_rows_of_the_first_schema_are_listed_and_found_after_the_upgrade(tmp_path: Path) -> None:
    """A store made now, taken back to what version 0001 knew, and opened again."""

    def lists(stored: Stored) -> list[list[str]]:
        pages = [
            (VulnerabilityFilter(), Page(50, None, Order.LAST_SEEN)),
            (VulnerabilityFilter(cwe=("CWE-79",)), Page(50, None, Order.LAST_SEEN, ascending=True)),
            (VulnerabilityFilter(severity=("low",)), Page(50, None, Order.LAST_SEEN)),
            (VulnerabilityFilter(), Page(50, None, Order.RISK)),
            (VulnerabilityFilter(q="injected"), Page(50)),
            (VulnerabilityFilter(q="nothing"), Page(50)),
        ]
        return [
            [row.vulnerability.id for row in stored.read(lambda tx, a=a: tx.vulnerabilities.slice(*a).rows)]
            for a in pages
        ]

    with sqlite_stored(tmp_path) as stored:
        for n in range(40):
            row = vulnerability(
                f"v{n}", severity=list(Severity)[n % 5], cwe=(f"CWE-{78 + n % 3}",), at=NOW + n
            )
            row = row.replace(
                last_seen=NOW + n * 7 % 40 * 1_000_000, title="Injection" if n % 4 else "Nothing"
            )
            stored.write(lambda tx, row=row: tx.vulnerabilities.record(sighting(row)))
        expected = lists(stored)
    connection = apsw.Connection(str(tmp_path / "cyberai.db"))
    for statement in (
        *TO_0003,
        "DELETE FROM posting WHERE term < 0",
        "DROP TABLE idempotency",
        "DROP TABLE vulnerability_text",
        "DROP TABLE scan_log",
        "DROP TABLE ws_ticket",
        "DROP TABLE usage_count",
        "DROP INDEX event_scan",
        "DROP INDEX shard_scan",
        "UPDATE schema_version SET version_num = '0001'",
    ):
        connection.execute(statement)
    connection.close()
    with sqlite_stored(tmp_path) as stored:
        assert lists(stored) == expected
        assert [len(ids) for ids in expected] == [40, 13, 8, 40, 30, 10]
        again = vulnerability("v0", severity=Severity.CRITICAL, scan="b").replace(last_seen=NOW + 99_000_000)
        stored.write(lambda tx: tx.vulnerabilities.record(sighting(again)))
        assert lists(stored)[0][0] == "vuln_v0"


def test_a_store_of_the_first_version_with_rows_in_it_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.db"
    connection = apsw.Connection(str(path))
    for statement in table_ddl(schema_version, Backend.SQLITE):
        connection.execute(statement)
    connection.execute("BEGIN")
    upgrade(connection, "0001")
    connection.execute("COMMIT")
    assert opening.schema_version(connection) == "0001"
    connection.execute("INSERT INTO workspace (id, seq, created_at) VALUES ('default', 2, 0)")
    for seq in (1, 2):
        connection.execute(
            "INSERT INTO event VALUES (1, ?, ?, 'scan.progress', 0, 'scan_a', '{}')", (seq, f"evt_{seq}")
        )
    connection.close()
    with opened(lambda: sqlite_store(tmp_path)) as stored:
        events = stored.read(lambda tx: tx.events.of_scan(ScanId("scan_a"), 1, 9))
        assert [event.seq for event in events] == [2]
        assert stored.read(lambda tx: tx.log.after(ScanId("scan_a"), 0, 9)) == []


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_a_store_with_a_version_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.db"
    connection = apsw.Connection(str(path))
    for statement in table_ddl(schema_version, Backend.SQLITE):
        connection.execute(statement)
    connection.execute("INSERT INTO schema_version VALUES ('0000')")
    connection.close()
    with pytest.raises(StoreError, match="cannot be upgraded"):
        opening.prepare(path)


def test_a_newer_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.db"
    opening.prepare(path)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE schema_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match=r"newer Cyber AI \(schema 9999.*install that version"):
        opening.prepare(path)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreError, match="something else"):
        opening.prepare(path)
    assert [name for _, name in shape(connection)] == ["theirs"]
    connection.close()


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cyberai.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be used"):
        opening.prepare(path)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        opening.prepare(tmp_path / "file" / "cyberai.db")


def test_a_store_is_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with opened(lambda: sqlite_store(folder)) as stored:
        stored.write(lambda tx: None)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert {"cyberai.db", "cyberai.db-wal", "cyberai.db-ballast"} <= set(modes)


def test_every_commit_is_flushed_and_the_log_is_written_ahead(tmp_path: Path) -> None:
    opening.prepare(tmp_path / "cyberai.db")
    connection = opening.writer_connection(tmp_path / "cyberai.db")

    def pragma(name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchall()[0][0]

    assert (pragma("journal_mode"), pragma("synchronous"), pragma("mmap_size")) == ("wal", 2, 0)
    connection.close()


def test_an_old_library_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(StoreError, match=r"SQLite 3\.51\.2 can corrupt.*3\.51\.3 or newer"):
        opening.prepare(tmp_path / "cyberai.db")


def test_doctor_looks_at_a_store_and_at_none(tmp_path: Path) -> None:
    assert {finding.subject for finding in examine(tmp_path / "not" / "yet")} == {
        "SQLite",
        "data directory",
        "free space",
    }
    opening.prepare(tmp_path / "cyberai.db")
    well = {finding.subject: finding for finding in examine(tmp_path)}
    assert well["store integrity"].detail == "ok"
    assert well["store schema"].detail == HEAD
    assert not [f for f in well.values() if f.problem and f.subject != "free space"]


def test_doctor_names_a_damaged_store(tmp_path: Path) -> None:
    path = tmp_path / "cyberai.db"
    opening.prepare(path)
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert any("restore a backup" in finding.problem for finding in examine(tmp_path))
