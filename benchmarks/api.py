"""CPU per API request, beside a raw ASGI hello on uvicorn as it comes, in the same interleaved run.

`python -m benchmarks.api [ROWS]` (1,000,000 vulnerabilities by default; the filled store is kept in `out`). The load comes from `wrk` in a process of its own; what counts is the CPU time of the server
process, all its threads included, so that a busy machine slows both sides alike and wall time does not matter.
"""

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fill import START, STEP, WORKSPACE, filled_folder, identity
from benchmarks.table import Row, show

ROUNDS = 5
SECONDS = 2
CONNECTIONS = 16
LIMITS = {"GET one scan": 5.0, "page of 50 vulnerabilities": 9.0, "POST scan": 8.0}
DEPTH_LIMIT = 1.3
TICKS = os.sysconf("SC_CLK_TCK")
BODY = '{"target": "example.com", "scan_type": "vulnerability", "options": {"depth": 3, "concurrent": 2}}'


# ---- the two servers (child processes) ----


async def hello(scope: Any, _receive: Any, send: Any) -> None:
    """The least an ASGI application can do."""
    assert scope["type"] == "http"
    headers = [(b"content-type", b"application/json"), (b"content-length", b"17")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"hello":"world"}'})


class UnboundedLimiter:
    """The real limiter at its real price, with a limit no load reaches."""

    def __init__(self, limiter: Any) -> None:
        self._limiter = limiter

    async def hit(self, subject: str, _limit: int, now: int) -> Any:
        return await self._limiter.hit(subject, 10**9, now)

    async def refund(self, subject: str, now: int) -> None:
        await self._limiter.refund(subject, now)


async def serve_bare(asgi: Any) -> None:
    """Serve with uvicorn's own protocols, so that what we change in ours does not move the yardstick; the collector of
    garbage is set as in our server."""
    import gc

    import uvicorn

    from cyberai.api.server import listen

    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    sock = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        asgi,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    print(json.dumps({"port": sock.getsockname()[1]}), flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()
    server.should_exit = True
    await serving


async def serve_api(folder: Path, rows: int, port: int = 0) -> None:
    from cyberai.api.server import listen, make_asgi
    from cyberai.app.events import events_after, frame, head, oldest
    from cyberai.app.keys import create_key
    from cyberai.app.listing import encode_cursor
    from cyberai.app.requests import KeyRequest, ScanRequest
    from cyberai.app.scan_creation import create_scan
    from cyberai.bootstrap.build import open_app, open_limiter
    from cyberai.config import load
    from cyberai.ports.repositories import VulnerabilityFilter
    from cyberai.realtime.hub import EventLog, Hub
    from cyberai.storage.codec import first_rank

    settings = load(data_dir=str(folder))
    async with open_app(settings) as app, open_limiter(settings) as limiter:
        key = await create_key(app, WORKSPACE, KeyRequest(name="benchmark", plan="enterprise"))
        scan = await create_scan(app, WORKSPACE, ScanRequest(target="example.com"))
        rank = first_rank(START + rows // 2 * STEP)
        cursor = encode_cursor(app, "vulnerabilities", WORKSPACE, VulnerabilityFilter(), rank)
        log = EventLog(
            after=lambda workspace, seq, limit: events_after(app, workspace, seq, limit),
            head=lambda workspace: head(app, workspace),
            oldest=lambda workspace: oldest(app, workspace),
            changed=app.store.changed,
            frame=frame,
        )
        asgi = make_asgi(app, UnboundedLimiter(limiter), Hub(log))
        told = {"key": key.key, "scan": scan.id, "cursor": cursor}
        await _serve(asgi, listen("127.0.0.1", port), told)


async def _serve(asgi: Any, sock: Any, told: dict[str, Any]) -> None:
    """Serve until standard input ends; the first line out says where and with what."""
    from cyberai.api.server import run_server

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), stop.set)

    def ready() -> None:
        print(json.dumps({"port": sock.getsockname()[1], **told}), flush=True)

    await run_server(asgi, sock, stop=stop, new_request_id=lambda: "req", on_ready=ready)


# ---- the measuring process ----


@contextmanager
def server(*arguments: str, database_url: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
    """A server child: its process id and what it told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.api", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "CYBERAI_DATABASE_URL": database_url},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the server did not start")
        yield process.pid, json.loads(line)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def load(
    spent: Callable[[], tuple[float, float]], url: str, key: str | None, *, post: Path | None = None
) -> tuple[float, float]:
    """CPU microseconds of the server, and of its database, per request of one burst."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    if key is not None:
        command += ["-H", f"Authorization: Bearer {key}"]
    if post is not None:
        command += ["-s", str(post)]
    before = spent()
    output = subprocess.run(
        [*command, url], capture_output=True, text=True, check=True, timeout=SECONDS + 30
    ).stdout
    after = spent()
    if "Non-2xx" in output:
        raise SystemExit(f"{url}: not every reply was a success\n{output}")
    requests = next(int(line.split()[0]) for line in output.splitlines() if "requests in" in line)
    own, beside = ((late - early) / requests * 1e6 for early, late in zip(before, after, strict=True))
    return own, beside


def measure(
    rows: int,
    folder: Path,
    databases: tuple[str, str] = ("", ""),
    beside: Callable[[], float] = lambda: 0.0,
) -> dict[str, tuple[float, float]]:
    """Name -> the least CPU microseconds per request of all rounds: of the server, and of what works `beside` it.

    `databases` are the addresses of the filled and of an empty store in PostgreSQL; without them the filled one is in
    `folder`.
    """
    script = folder / "post.lua"
    script.write_text(
        f"wrk.method = 'POST'\nwrk.body = '{BODY}'\nwrk.headers['Content-Type'] = 'application/json'\n"
    )
    times: dict[str, list[tuple[float, float]]] = {}
    filled, empty = databases
    with (
        tempfile.TemporaryDirectory() as fresh,
        server("--hello") as (plain, at),
        server("--api", str(folder), str(rows), database_url=filled) as (pid, told),
        server("--api", fresh, "0", database_url=empty) as (writing, taken),
    ):
        root = f"http://127.0.0.1:{told['port']}"
        scans = f"http://127.0.0.1:{taken['port']}/v1/scans"
        page, key = f"{root}/v1/vulnerabilities", told["key"]
        cases: list[tuple[str, int, str, str | None, Path | None]] = [
            ("hello", plain, f"http://127.0.0.1:{at['port']}/", None, None),
            ("GET one scan", pid, f"{root}/v1/scans/{told['scan']}", key, None),
            ("page of 50 vulnerabilities", pid, page, key, None),
            ("page of 50, deep", pid, f"{page}?cursor={told['cursor']}", key, None),
            ("GET one vulnerability", pid, f"{page}/{identity(1)}", key, None),
            # On a store of its own: what it leaves behind must not grow the filled one.
            ("POST scan", writing, scans, taken["key"], script),
            ("GET /health", pid, f"{root}/health", None, None),
        ]
        for _ in range(ROUNDS):
            for name, process, url, bearer, post in cases:
                spent = load(lambda pid=process: (cpu_seconds(pid), beside()), url, bearer, post=post)
                times.setdefault(name, []).append(spent)
    return {name: min(values) for name, values in times.items()}


def main() -> int:
    """Print the table; 1 when a bound is missed."""
    if shutil.which("wrk") is None:
        print("benchmarks.api needs wrk: apt-get install wrk")
        return 2
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    best = {name: own for name, (own, _) in measure(rows, filled_folder(rows)).items()}
    base = best["hello"]
    deep = best["page of 50, deep"] / best["page of 50 vulnerabilities"]
    table = [Row(name, f"{value:.0f} us CPU", value / base, LIMITS.get(name)) for name, value in best.items()]
    table.append(Row("deep page / first page", "", deep, DEPTH_LIMIT))
    return show(f"hello; {rows:,} vulnerabilities; minimum of {ROUNDS} rounds", table)


if __name__ == "__main__":
    from cyberai.bootstrap.loops import run

    if sys.argv[1:2] == ["--hello"]:
        run(serve_bare(hello))
    elif sys.argv[1:2] == ["--bare"]:
        from benchmarks.events import bare

        run(serve_bare(bare))
    elif sys.argv[1:2] == ["--api"]:
        run(serve_api(Path(sys.argv[2]), *map(int, sys.argv[3:])))
    else:
        raise SystemExit(main())
