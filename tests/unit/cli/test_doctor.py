"""The doctor tells what is wrong and what to do."""

import json
import socket
from pathlib import Path

import pytest

from cyberai.cli import diagnosis
from cyberai.cli.diagnosis import Level
from cyberai.cli.main import run


def test_a_sound_machine_passes(tmp_path: Path, capsys) -> None:
    assert run(["doctor", "--data-dir", str(tmp_path / "new"), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {f["subject"] for f in findings} == {
        "python",
        "libraries",
        "sqlite",
        "uvloop",
        "data",
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


def test_a_taken_port_is_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        finding = diagnosis.port_free(listener.getsockname()[1])
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
