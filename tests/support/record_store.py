"""Records a data directory of this version as a fixture: `PYTHONPATH=src:tests python -m support.record_store`.

Run once per released schema, by that release, and never again: `tests/unit/storage/test_old_stores.py` opens every
recording with the newest code and reads everything. The contents come from real scans of the practice target: one completed,
one cancelled half-way, one left by a process that was killed; reports, keys, a second workspace.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw
import msgspec
import zstandard

from cyberai.app.context import App
from cyberai.app.keys import create_key, list_keys, revoke_key
from cyberai.app.report_making import work_on_report
from cyberai.app.reports import create_report, download_report, list_reports
from cyberai.app.requests import KeyRequest, ReportRequest, VulnerabilityPatch
from cyberai.app.results import scan_result
from cyberai.app.scans import list_scans
from cyberai.app.vulnerabilities import list_vulnerabilities, update_vulnerability
from cyberai.bootstrap.build import open_app
from cyberai.config import load
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import DEFAULT_WORKSPACE, WorkspaceId
from cyberai.ports.repositories import ReportFilter, ScanFilter, VulnerabilityFilter
from cyberai.storage.migrations import HEAD
from support.processes import environment, running_lab

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "stores"
BLUE = WorkspaceId("blue")
CHECKS = "web.reflected-xss,web.sql-injection,passive.cookie-flags,network.redis-unauthenticated"


def main() -> None:
    """Write `v{HEAD}.db.zst` and what it holds, `v{HEAD}.json.zst`."""
    with tempfile.TemporaryDirectory() as home:
        data = Path(home) / "data"
        with running_lab("--set", "demo", home=Path(home)) as lab:
            targets = {item["kind"]: item["target"] for item in lab["targets"]}
            scan(data, targets["service"])
            scan(data, targets["http"], "--depth", "1", "--checks", CHECKS)
            scan(data, targets["http"], "--rate", "5", stop_with=signal.SIGINT)
            scan(data, targets["http"], "--rate", "5", stop_with=signal.SIGKILL)
        held = asyncio.run(fill(data))
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"v{HEAD}.db.zst").write_bytes(packed(data / "cyberai.db"))
    (FOLDER / f"v{HEAD}.json.zst").write_bytes(compressed(json.dumps(held).encode()))


def scan(data: Path, target: str, *flags: str, stop_with: int = 0) -> None:
    command = [
        sys.executable,
        "-m",
        "cyberai",
        "scan",
        target,
        "--allow",
        "127.0.0.0/8",
        "--data-dir",
        str(data),
    ]
    process = subprocess.Popen(
        [*command, *flags], env=environment(data.parent), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    if stop_with:
        while " %  " not in process.stderr.readline():
            pass
        time.sleep(2)
        os.kill(process.pid, stop_with)
    process.communicate(timeout=300)


async def fill(data: Path) -> dict[str, Any]:
    """Add reports, keys and a decision; return everything as this version shows it."""
    async with open_app(load(data_dir=data)) as app:
        scans = await list_scans(app, DEFAULT_WORKSPACE, ScanFilter(), limit=200, cursor=None)
        done = [item.id for item in scans.data if item.status == "completed"]
        for kind in ("json", "csv", "html"):
            await create_report(app, DEFAULT_WORKSPACE, ReportRequest(scan_ids=done, format=kind))
            assert await work_on_report(app, "recorder")
        await create_report(app, DEFAULT_WORKSPACE, ReportRequest(scan_id=done[0], title="Not made yet"))
        await create_key(app, DEFAULT_WORKSPACE, KeyRequest(name="ci", expires_at="2999-01-01T00:00:00Z"))
        old = await create_key(app, BLUE, KeyRequest(name="old", scopes=["scans:read"]))
        await revoke_key(app, BLUE, old.id)
        rows = await list_vulnerabilities(
            app, DEFAULT_WORKSPACE, VulnerabilityFilter(), limit=200, cursor=None
        )
        patch = VulnerabilityPatch(
            status="accepted_risk", reason="A test system", accept_until="2999-01-01T00:00:00Z", tags=["lab"]
        )
        await update_vulnerability(app, DEFAULT_WORKSPACE, rows.data[0].id, patch, by=OPERATOR)
        return await everything(app)


async def everything(app: App) -> dict[str, Any]:
    """All that a store holds, as the resources of the API."""
    scans = await list_scans(app, DEFAULT_WORKSPACE, ScanFilter(), limit=200, cursor=None)
    reports = await list_reports(app, DEFAULT_WORKSPACE, ReportFilter(), limit=200, cursor=None)
    results = [await scan_result(app, DEFAULT_WORKSPACE, scan.id) for scan in scans.data]
    events = await app.store.read(DEFAULT_WORKSPACE, lambda tx: tx.events.after(0, 10_000))
    files = {
        report.id: sha256((await download_report(app, DEFAULT_WORKSPACE, report.id)).content).hexdigest()
        for report in reports.data
        if report.status == "completed"
    }
    held = {
        "scans": scans.data,
        "results": results,
        "reports": reports.data,
        "files": files,
        "events": [{"seq": event.seq, "type": event.type.value, "data": event.data} for event in events],
        "keys": {space: await list_keys(app, space) for space in (DEFAULT_WORKSPACE, BLUE)},
    }
    return dict(msgspec.json.decode(msgspec.json.encode(held)))


def packed(store: Path) -> bytes:
    """The store as one compressed file."""
    connection = apsw.Connection(str(store))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("VACUUM").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return compressed(store.read_bytes())


def compressed(content: bytes) -> bytes:
    """One frame with a checksum."""
    made: bytes = zstandard.ZstdCompressor(level=19, write_checksum=True).compress(content)
    return made


if __name__ == "__main__":
    main()
