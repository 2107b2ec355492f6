"""CPU of a new TLS connection with one page, beside Go's own HTTP client and `openssl s_time` on the same local nginx.

Interleaved rounds; user + system CPU of the client only, each after a warm-up. Both verify the certificate against one
authority, shake hands in full each time (no session is resumed) and close after the page. Ours runs whole: scope, policy,
slots, rate gate, health, deadlines. Exits 1 when the ratio of the minima is over 1.2, 2 when nginx or Go is missing.

    python -m benchmarks.tls_connections [--rounds 8] [--connections 600]
"""

import argparse
import asyncio
import contextlib
import ipaddress
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.http_core import PAGE_BYTES, SystemClock, pin, program, wait_for
from benchmarks.table import Row, show
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import PortTarget
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.net.tls_contexts import TlsContexts
from cyberai.ports.network import SessionLimits
from netkit.certificates import issue
from support.debian_services.service import free_port

AT_A_TIME = 8
BUDGET = 1.2
CLIENT = Path(__file__).with_name("tls_client")
CONFIG = """
daemon off; pid {root}/pid; error_log {root}/error.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_timeout 0;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
  uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  server {{ listen 127.0.0.1:{port} ssl; root {root}; ssl_protocols TLSv1.3;
            ssl_certificate {root}/certificate.pem; ssl_certificate_key {root}/key.pem; }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """A local nginx with one small page over TLS 1.3; yields its port."""
    authority = issue("Quay authority", authority=True)
    leaf = issue("127.0.0.1", authority, names=("127.0.0.1",))
    port = free_port()
    folder.chmod(0o755)
    (folder / "authority.pem").write_bytes(authority.pem)
    (folder / "certificate.pem").write_bytes(leaf.pem)
    (folder / "key.pem").write_bytes(leaf.key_pem)
    (folder / "page").write_bytes(b"a" * PAGE_BYTES)
    (folder / "conf").write_text(CONFIG.format(root=folder, port=port))
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "conf"), "-e", f"{folder}/error.log"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pin(server.pid, 1)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def built(folder: Path) -> Path:
    """Go's client as a program."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")
    if go is None:
        print("go is missing; install it with: apt-get install -y golang-go")
        sys.exit(2)
    own = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    subprocess.run(
        [go, "build", "-o", f"{folder}/client", "."], cwd=CLIENT, env={**os.environ, **own}, check=True
    )
    return folder / "client"


def run_go(client: Path, folder: Path, port: int, connections: int) -> float:
    """CPU microseconds per connection."""
    arguments = [
        f"https://127.0.0.1:{port}/page",
        f"{folder}/authority.pem",
        str(connections),
        str(AT_A_TIME),
    ]
    done = subprocess.run([client, *arguments], capture_output=True, text=True, check=True, timeout=120)
    return float(done.stdout)


def run_openssl(folder: Path, port: int) -> float:
    """The same for `openssl s_time`, which is the library that we use and a loop in C."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-time", "2", "-www", "/page"]
    trust = ["-CAfile", f"{folder}/authority.pem", "-verify", "3"]
    done = subprocess.run([*command, *trust], capture_output=True, text=True, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    match = re.search(r"(\d+) connections in", done.stdout)
    assert match is not None, done.stdout
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / int(match[1]) * 1e6


def run_ours(folder: Path, port: int, connections: int) -> float:
    """The same for the HTTP core, in this process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_ours(folder, port, connections))


async def _ours(folder: Path, port: int, connections: int) -> float:
    network = ScanNetwork(
        EgressPolicy(allow=[ipaddress.ip_network("127.0.0.0/8")]),
        SystemClock(),
        contexts=TlsContexts(ca_file=folder / "authority.pem"),
    )
    limits = SessionLimits(
        concurrent=AT_A_TIME,
        request_timeout=10,
        requests_per_second=1_000_000,
        ignore_ssl=False,
        user_agent="CyberAI/benchmark",
    )
    session = network.open(ScanScope((PortTarget("127.0.0.1", port),)), limits)
    request = HttpRequest("GET", Url("https", "127.0.0.1", port, "/page"))

    async def client(count: int) -> None:
        for _ in range(count):
            response = await session.http.send(request)
            assert response.status == 200
            assert len(response.body) == PAGE_BYTES

    async def load(total: int) -> None:
        await asyncio.gather(*(client(total // AT_A_TIME) for _ in range(AT_A_TIME)))

    await load(connections // 10)
    before = time.process_time()
    await load(connections)
    spent = time.process_time() - before
    await session.aclose()
    return spent / (connections // AT_A_TIME * AT_A_TIME) * 1e6


def main() -> int:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        client = built(folder)
        with nginx(folder) as port:
            pin(0, 0)
            rounds = [
                (
                    run_go(client, folder, port, options.connections),
                    run_openssl(folder, port),
                    run_ours(folder, port, options.connections),
                )
                for _ in range(options.rounds)
            ]
    table = []
    for word, least in (("minimum", min), ("median", statistics.median)):
        beside, library, ours = (least(each[side] for each in rounds) for side in range(3))
        table.append(Row(f"Go, {word}", f"{beside:.0f} us CPU", 1.0))
        table.append(Row(f"openssl s_time, {word}", f"{library:.0f} us CPU", library / beside))
        bound = BUDGET if word == "minimum" else None
        table.append(Row(f"HTTP core, {word}", f"{ours:.0f} us CPU", ours / beside, bound))
    return show(f"Go's client on the same nginx; {options.rounds} rounds", table)


if __name__ == "__main__":
    sys.exit(main())
