"""A data directory that holds real scans: the recording of the first schema."""

from pathlib import Path

import pytest
import zstandard

from support.record_store import FOLDER


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    folder.mkdir(0o700)
    content = zstandard.ZstdDecompressor().decompress((FOLDER / "v0001.db.zst").read_bytes())
    (folder / "cyberai.db").write_bytes(content)
    return folder
