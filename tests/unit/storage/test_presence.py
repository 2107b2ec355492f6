"""A store whose file has gone acknowledges nothing."""

import shutil
from pathlib import Path

import pytest

from cyberai.domain.errors import Unavailable
from support.store import sqlite_stored
from support.store_samples import event


def test_what_only_a_deleted_file_holds_is_not_acknowledged(tmp_path: Path) -> None:
    with sqlite_stored(tmp_path / "data") as stored:
        stored.write(lambda tx: tx.events.append(event("kept")))
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(Unavailable, match="removed or replaced"):
            stored.write(lambda tx: tx.events.append(event("lost")))
    assert not (tmp_path / "data").exists()


def test_a_directory_that_is_put_back_goes_on(tmp_path: Path) -> None:
    data, away = tmp_path / "data", tmp_path / "away"
    with sqlite_stored(data) as stored:
        data.rename(away)
        with pytest.raises(Unavailable):
            stored.write(lambda tx: tx.events.append(event("refused")))
        away.rename(data)
        stored.write(lambda tx: tx.events.append(event("kept")))
        assert [e.id for e in stored.read(lambda tx: tx.events.after(0, 10))] == ["evt_kept"]


def test_a_replaced_file_is_not_the_store(tmp_path: Path) -> None:
    with sqlite_stored(tmp_path) as stored:
        store = tmp_path / "cyberai.db"
        copy = store.read_bytes()
        store.unlink()
        store.write_bytes(copy)
        with pytest.raises(Unavailable, match="removed or replaced"):
            stored.write(lambda tx: tx.events.append(event("lost")))
