"""The doctor tells what is wrong and what to do."""

import json
import socket
from pathlib import Path

import pytest

from cyberai.bootstrap.server_lock import Holder, ServerLock
from cyberai.cli import diagnosis
from cyberai.cli import diagnosis_of_data as of_data
from cyberai.cli.finding_level import Level
from cyberai.cli.main import run
from cyberai.storage.migrations import HEAD


def test_a_sound_machine_passes(tmp_path: Path, capsys) -> None:
    assert run(["doctor", "--data-dir", str(tmp_path / "new"), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {f["subject"] for f in findings} == {
        "python",
        "libraries",
        "sqlite",
        "uvloop",
        "files",
        "data",
        "access",
        "filesystem",
        "store",
        "server",
        "port",
        "clock",
        "locale",
    }
    assert not [f for f in findings if f["level"] == "fail"]
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_fails_and_says_what_to_do(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert run(["doctor", "--data-dir", str(tmp_path / "file" / "data")]) == 5
    shown = capsys.readouterr().out
    assert "fail  data" in shown
    assert "--data-dir" in shown


def test_the_port_of_our_own_server_is_no_warning(tmp_path: Path) -> None:
    lock = ServerLock(tmp_path)
    lock.take()
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            lock.tell(Holder(4711, f"http://127.0.0.1:{port}", (("127.0.0.1", port),)))
            finding = diagnosis.port_free(port, tmp_path)
    finally:
        lock.release()
    assert finding.level is Level.OK
    assert "4711" in finding.text


def test_a_taken_port_is_a_warning(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        finding = diagnosis.port_free(listener.getsockname()[1], tmp_path)
    assert finding.level is Level.WARN
    assert "--port" in finding.next_step


@pytest.mark.parametrize(
    ("version", "level"),
    [("3.51.2", Level.FAIL), ("3.51.3", Level.OK), ("3.60.0", Level.OK), ("4.0.0", Level.OK)],
)
def test_sqlite_must_have_the_repair(version: str, level: Level, monkeypatch) -> None:
    monkeypatch.setattr("cyberai.cli.version.sqlite_version", lambda: version)
    assert diagnosis.sqlite().level is level


def test_a_missing_library_fails_by_name(monkeypatch) -> None:
    monkeypatch.setattr(diagnosis, "LIBRARIES", ("msgspec", "no_such_library"))
    finding = diagnosis.libraries()
    assert finding.level is Level.FAIL
    assert "no_such_library" in finding.text


def test_few_descriptors_are_a_warning(monkeypatch) -> None:
    monkeypatch.setattr(diagnosis.resource, "getrlimit", lambda _: (256, 512))
    finding = diagnosis.descriptors()
    assert finding.level is Level.WARN
    assert "512" in finding.next_step


def test_a_folder_open_to_others_is_a_warning(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert of_data.permissions(tmp_path).level is Level.WARN
    tmp_path.chmod(0o700)
    assert of_data.permissions(tmp_path).level is Level.OK


def test_a_network_file_system_fails(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(of_data, "_file_system_of", lambda path: "nfs4")
    assert of_data.file_system(tmp_path).level is Level.FAIL


def test_a_store_is_looked_through(recorded: Path) -> None:
    assert {f.subject: f.level for f in of_data.store(recorded)} == {
        "schema": Level.WARN,
        "integrity": Level.OK,
    } | ({"schema": Level.OK} if HEAD == "0001" else {})
    content = (recorded / "cyberai.db").read_bytes()
    (recorded / "cyberai.db").write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
    damaged = [f for f in of_data.store(recorded) if f.level is Level.FAIL]
    assert damaged
    assert "cyberai restore" in damaged[0].next_step


def test_a_clock_that_went_back_is_told_by_the_store(recorded: Path, monkeypatch) -> None:
    assert of_data.clock(recorded).level is Level.OK
    monkeypatch.setattr("cyberai.bootstrap.clock.SystemClock.now", lambda self: of_data.EARLIEST + 1)
    finding = of_data.clock(recorded)
    assert finding.level is Level.FAIL
    assert "newest event" in finding.text


def test_a_running_server_is_named(tmp_path: Path) -> None:
    lock = ServerLock(tmp_path)
    lock.take()
    lock.tell(Holder(4711, "http://127.0.0.1:8080"))
    assert "4711" in of_data.server(tmp_path).text
    lock.release()
    assert "none" in of_data.server(tmp_path).text


def test_a_broken_setting_is_said_and_ends_nothing(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CYBERAI_PORT", "eighty")
    assert run(["doctor", "--data-dir", str(tmp_path)]) == 5
    assert "CYBERAI_PORT" in capsys.readouterr().out


def test_a_database_that_cannot_be_reached_fails_and_one_that_is_not_set_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CYBERAI_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/store")
    found = diagnosis.database()
    assert found.level is diagnosis.Level.FAIL
    assert "store at 127.0.0.1:1 as me cannot be used" in found.text
    assert "secret" not in found.text
    monkeypatch.delenv("CYBERAI_DATABASE_URL")
    assert diagnosis.database_url() is None
