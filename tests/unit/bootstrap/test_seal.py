"""The key of stored secrets: one for all processes of a data folder, its owner's alone, and not in the store."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cyberai.bootstrap.entropy import SystemRng
from cyberai.bootstrap.seal import KEY_NAME, FileSealer


def sealer(folder: Path) -> FileSealer:
    return FileSealer(folder / KEY_NAME, SystemRng())


def test_another_process_opens_what_was_sealed(tmp_path: Path) -> None:
    sealed = sealer(tmp_path).seal(b"a password", b"purpose")
    assert sealer(tmp_path).open(sealed, b"purpose") == b"a password"
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


def test_the_same_secret_looks_different_each_time(tmp_path: Path) -> None:
    one = sealer(tmp_path)
    assert one.seal(b"x", b"p") != one.seal(b"x", b"p")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda _: sealer(tmp_path).seal(b"x", b"p"), range(16)))
    assert {sealer(tmp_path).open(text, b"p") for text in sealed} == {b"x"}


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    sealed = sealer(tmp_path).seal(b"x", b"p")
    with pytest.raises(ValueError, match="not the key"):
        sealer(tmp_path).open(sealed, b"another purpose")
    with pytest.raises(ValueError, match="not the key"):
        sealer(tmp_path).open(sealed[:-4] + "AAAA", b"p")
    with pytest.raises(ValueError, match="not the key"):
        sealer(tmp_path).open("???", b"p")
    (tmp_path / KEY_NAME).unlink()
    with pytest.raises(ValueError, match="is missing"):
        sealer(tmp_path).open(sealed, b"p")
    (tmp_path / KEY_NAME).write_bytes(b"short")
    with pytest.raises(ValueError, match="must hold 32 bytes"):
        sealer(tmp_path).open(sealed, b"p")
