"""CPU per request of the HTTP core, beside wrk on the same local nginx (keep-alive, no pipelining).

Interleaved rounds; user + system CPU of the client only. The core runs whole: scope, slots, rate gate, health,
pool, caps and deadlines. Prints the table and exits 1 when the ratio of the minima is over 2: what else runs on
the machine only ever adds to a round's CPU time (caches, clock rate), so the least is the nearest to the truth.

    python -m benchmarks.http_core [--rounds 8] [--seconds 1]
"""

import argparse
import asyncio
import contextlib
import ipaddress
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benchmarks.table import Row, show
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import PortTarget
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import Http, SessionLimits

CONNECTIONS = 64
BUDGET = 2.0
PAGE_BYTES = 2048
APT_LINE = "apt-get install -y nginx-light wrk"

CONFIG = """
daemon off; pid {root}/pid; error_log {root}/error.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
  uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class SystemClock:
    """Time for the benchmark."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def pin(pid: int, core: int) -> None:
    """Client on one core, server on the other, where the machine has two."""
    if len(os.sched_getaffinity(0)) > 1 or pid:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {core})


@contextlib.contextmanager
def nginx() -> Iterator[int]:
    """A local nginx with one small page; yields its port."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        root = Path(folder)
        root.chmod(0o755)
        (root / "page").write_bytes(b"a" * PAGE_BYTES)
        (root / "conf").write_text(CONFIG.format(root=folder, port=port))
        command = [program("nginx"), "-p", folder, "-c", str(root / "conf"), "-e", f"{folder}/error.log"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pin(server.pid, 1)
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def program(name: str) -> str:
    """Its path, or an exit with the line that installs it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        print(f"{name} is missing; install it with: {APT_LINE}")
        sys.exit(2)
    return found


def wait_for(port: int) -> None:
    """Until the server listens, at most five seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    sys.exit("nginx did not start")


def run_wrk(port: int, seconds: float) -> tuple[float, float]:
    """(CPU microseconds per request, requests per second) of wrk."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        program("wrk"),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(round(seconds), 1)}",
        f"http://127.0.0.1:{port}/page",
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    match = re.search(r"(\d+) requests in ([\d.]+)s", output)
    assert match is not None, output
    count = int(match[1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu / count * 1e6, count / float(match[2])


def run_core(port: int, seconds: float) -> tuple[float, float]:
    """The same for the HTTP core, in this process, after a warm-up."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_core(port, seconds))


async def _core(port: int, seconds: float) -> tuple[float, float]:
    network = ScanNetwork(EgressPolicy(allow=[ipaddress.ip_network("127.0.0.0/8")]), SystemClock())
    limits = SessionLimits(
        concurrent=CONNECTIONS,
        request_timeout=10,
        requests_per_second=1_000_000,
        ignore_ssl=False,
        user_agent="CyberAI/benchmark",
    )
    session = network.open(ScanScope((PortTarget("127.0.0.1", port),)), limits)
    await _load(session.http, port, 0.5)
    cpu, wall = time.process_time(), time.monotonic()
    count = await _load(session.http, port, seconds)
    result = (time.process_time() - cpu) / count * 1e6, count / (time.monotonic() - wall)
    await session.aclose()
    return result


async def _load(http: Http, port: int, seconds: float) -> int:
    end = time.monotonic() + seconds
    request = HttpRequest("GET", Url("http", "127.0.0.1", port, "/page"))

    async def client() -> int:
        sent = 0
        while time.monotonic() < end:
            response = await http.send(request)
            assert response.status == 200
            assert len(response.body) == PAGE_BYTES
            sent += 1
        return sent

    return sum(await asyncio.gather(*(client() for _ in range(CONNECTIONS))))


def main() -> int:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    program("nginx"), program("wrk")
    with nginx() as port:
        pin(0, 0)
        rows = [
            (run_wrk(port, options.seconds), run_core(port, options.seconds)) for _ in range(options.rounds)
        ]
    wrk, core = ([pair[side] for pair in rows] for side in (0, 1))
    table = []
    for name, least in (("minimum", min), ("median", statistics.median)):
        beside, ours = least(cpu for cpu, _ in wrk), least(cpu for cpu, _ in core)
        bound = BUDGET if name == "minimum" else None
        table.append(Row(f"wrk, {name}", f"{beside:.1f} us CPU", 1.0))
        table.append(Row(f"HTTP core, {name}", f"{ours:.1f} us CPU", ours / beside, bound))
    table.append(Row("HTTP core, requests/s", f"{statistics.median(rate for _, rate in core):.0f}"))
    return show(f"wrk on the same nginx; {CONNECTIONS} connections, {options.rounds} rounds", table)


if __name__ == "__main__":
    sys.exit(main())
