"""A data directory of every released version opens in this one, and nothing of it is lost."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cyberai.bootstrap.build import open_app
from cyberai.config import load
from cyberai.domain.http import BROWSER_ACCEPT
from cyberai.storage.doctor import examine
from support.record_store import FOLDER, everything

VERSIONS = sorted(path.name.partition(".")[0] for path in FOLDER.glob("v*.db.zst"))


def unpacked(name: str) -> bytes:
    content: bytes = zstandard.ZstdDecompressor().decompress((FOLDER / name).read_bytes())
    return content


@pytest.fixture
def data(tmp_path: Path, version: str) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(0o700)
    (folder / "cyberai.db").write_bytes(unpacked(f"{version}.db.zst"))
    return folder


async def read(data: Path) -> dict[str, Any]:
    async with open_app(load(data_dir=data)) as app:
        return await everything(app)


def kept(before: Any, now: Any, path: str = "") -> None:
    """Everything that was there is there; keys may have come."""
    if isinstance(before, dict):
        missing = before.keys() - now.keys()
        assert not missing, f"{path} lost {missing}"
        for name, value in before.items():
            kept(value, now[name], f"{path}.{name}")
    elif isinstance(before, list):
        assert len(before) <= len(now), path
        for index, value in enumerate(before):
            kept(value, now[index], f"{path}[{index}]")
    elif path.endswith(".reproduce"):
        # Made when it is shown, from the request that was kept; what a browser accepts was not said before.
        assert before in (now, now.replace(f"-H 'Accept: {BROWSER_ACCEPT}' ", "")), path
    elif before is None and path.endswith(".policies.max_requests_per_second"):
        assert now in (20, 200, None), path  # the default, which older versions did not name
    else:
        assert before == now, path


def test_there_is_a_recording_of_the_first_schema() -> None:
    assert "v0001" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_can_be_read(data: Path, version: str) -> None:
    recorded = json.loads(unpacked(f"{version}.json.zst"))
    now = asyncio.run(read(data))
    # The scan whose process was killed while it was recorded is closed by whoever opens the store.
    closed = {scan["id"] for scan in recorded["scans"] if scan["status"] == "running"}
    for scan in now["scans"]:
        if scan["id"] in closed:
            assert (scan["status"], scan["status_reason"]) == ("failed", "worker_lost")
    for held in (recorded, now):
        held["scans"] = [scan for scan in held["scans"] if scan["id"] not in closed]
        held["results"] = [item for item in held["results"] if item["scan"]["id"] not in closed]
    assert recorded["scans"]
    assert recorded["files"]
    kept(recorded, now)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_sound_afterwards(data: Path, version: str) -> None:
    asyncio.run(read(data))
    assert not [finding for finding in examine(data) if finding.problem and finding.subject != "free space"]
