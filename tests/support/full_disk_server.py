"""A child process with a server on a small disk of its own: `unshare -Urm python -m support.full_disk_server FOLDER`.

It mounts memory of 64 MB as the server's data folder, lets others fill it, and holds the server to its promises
over HTTP. Any failure is a traceback and exit code 1.
"""

import contextlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from support.hostile_sites import serving_sites
from support.processes import Server, running_server

DISK = 64 << 20


LARGE = [f"{n:03}" + "x" * 190 for n in range(4)]
"""Tags that make a scan's rows large: the disk fills before a minute's requests are spent."""


def post(
    server: Server, target: str, tags: list[str] | None = None, **options: Any
) -> tuple[int, dict[str, Any]]:
    wanted = {"target": target, "options": options, "tags": tags or []}
    status, headers, body = server.call("POST", "/v1/scans", wanted)
    if status == 503:
        check_envelope(body)
        assert "x-ratelimit-limit" in headers, headers
    else:
        assert status == 201, body
    return status, body


def check_envelope(body: Any) -> None:
    error = body["error"]
    assert error["code"] == "storage_full", body
    assert "full" in error["message"], body
    assert "space" in error["details"]["reason"], body


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


def refused(server: Server, target: str) -> list[str]:
    """Post until the disk is full; the ids acknowledged before."""
    acknowledged: list[str] = []
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        status, body = post(server, target, LARGE)
        if status == 503:
            return acknowledged
        acknowledged.append(body["id"])
    raise AssertionError("the disk never filled")


def accepted(server: Server, target: str) -> str:
    """Post until there is space again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status, body = post(server, target, timeout=30, request_timeout=2)
        if status == 201:
            return str(body["id"])
        time.sleep(0.2)
    raise AssertionError("the server did not recover")


def check_reads(server: Server, done: dict[str, Any], ids: list[str]) -> None:
    assert server.call("GET", f"/v1/scans/{done['id']}")[2] == done
    for scan_id in ids:
        assert server.call("GET", f"/v1/scans/{scan_id}")[0] == 200, scan_id
    status, _, found = server.call("GET", f"/v1/vulnerabilities?scan_id={done['id']}")
    assert status == 200
    assert len(found["data"]) == done["statistics"]["total_vulnerabilities"] > 0
    assert server.call("GET", "/v1/scans?limit=200")[0] == 200


def check_ready(server: Server, expected: int) -> None:
    status, _, body = server.call("GET", "/ready")
    assert status == expected, body
    if status == 503:
        check_envelope(body)


def check_cancel(server: Server, scan_id: str) -> None:
    status, _, body = server.call("DELETE", f"/v1/scans/{scan_id}")
    assert status == 200, body
    assert server.wait_for_end(scan_id, 15)["status"] == "cancelled"


def scenario(server: Server, sites: dict[str, str], others: Path) -> None:
    _, first = post(server, sites["healthy"])
    done = server.wait_for_end(first["id"], 30)
    assert done["status"] == "completed", done
    _, silent = post(server, sites["silent"], request_timeout=60)
    _, busy = post(server, sites["maze"])
    _, _, unused = server.call("POST", "/v1/api-keys", {"name": "not used before"})
    time.sleep(1)

    fill(others)
    ids = [silent["id"], busy["id"], *refused(server, sites["silent"])]
    check_ready(server, 503)
    check_reads(server, done, ids)
    for scan_id in ids:
        check_cancel(server, scan_id)
    # Now somebody takes even what the server had set aside: it still reads, and refuses to promise anything.
    fill(others)
    assert post(server, sites["healthy"])[0] == 503
    check_reads(server, done, ids)
    # Its first use cannot be noted, which is no reason to refuse a read.
    assert server.call("GET", f"/v1/scans/{done['id']}", key=unused["key"])[0] == 200

    others.unlink()
    again = server.wait_for_end(accepted(server, sites["healthy"]), 60)
    assert again["status"] == "completed", again
    check_ready(server, 200)
    assert again["counts_by_severity"] == done["counts_by_severity"]
    check_reads(server, done, ids)
    for scan_id in ids:
        assert server.call("GET", f"/v1/scans/{scan_id}")[2]["status"] == "cancelled"


def main(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(data)], check=True)
    with serving_sites() as sites, running_server(data, "--workers", "2") as server:
        server.patient = True
        scenario(server, sites, data / "others")
        assert server.process.poll() is None
    print("ok")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
