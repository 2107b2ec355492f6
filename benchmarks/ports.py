"""CPU of the port sweep, beside nmap -sT -T4 and (with the right) nmap -sS -T4 on the same ports of this machine.

All 65,535 ports of one host, and 100 ports of 1,000 loopback hosts; every program whole (start, imports, output), user and
system time, in interleaved rounds, in a network namespace of its own with known listeners. A state is wrong when a
port that listens is not called open, or one that does not is. Prints the table and exits 1 when a ratio of the minima
is over its bound or a state of ours was wrong; wall time, and a whole `cyberai scan` of the same ports, stand beside it.

    python -m benchmarks.ports [--rounds 5]
"""

import argparse
import contextlib
import json
import os
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import Row, show

APT_LINE = "apt-get install -y nmap util-linux iproute2"
ONE, MANY = "65,535 ports of one host", "100 ports of 1,000 hosts"
FIRST_OF_MANY = 20_000
LISTENERS = (80, 443, 1_024, 8_080, 20_007, 20_042, 33_000, 40_001, 50_002, 55_555, 60_003, 65_535)
BOUNDS = {"connect": 1.3, "half-open": 1.0}
SIDES = {"connect": ("off", "-sT"), "half-open": ("on", "-sS")}


@dataclass
class Measured:
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    wrong: int = 0


def addresses() -> list[str]:
    """The thousand hosts."""
    return [f"127.0.{index >> 8}.{index & 255}" for index in range(1, 1_001)]


def run(command: list[str]) -> tuple[float, float, str]:
    """(CPU seconds, wall seconds, output) of one whole process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} ended with {done.returncode}: {done.stderr[-500:]}")
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, done.stdout


def expected(case: str) -> set[tuple[str, int]]:
    """What listens: every listener at every loopback address."""
    if case == ONE:
        return {("127.0.0.1", port) for port in LISTENERS}
    ports = [port for port in LISTENERS if FIRST_OF_MANY <= port < FIRST_OF_MANY + 100]
    return {(address, port) for address in addresses() for port in ports}


def ours(case: str, syn: str) -> tuple[list[str], set[tuple[str, int]], float, float]:
    """(no error lines, open ports, CPU, wall) of our sweep."""
    ports = "1-65535" if case == ONE else f"{FIRST_OF_MANY}-{FIRST_OF_MANY + 99}"
    hosts = ["127.0.0.1"] if case == ONE else addresses()
    cpu, wall, output = run([sys.executable, "-m", "benchmarks.sweep", syn, ports, *hosts])
    told = json.loads(output)
    silent = ["filtered"] * told["states"].get("filtered", 0)
    return silent, {(host, port) for host, port in told["open"]}, cpu, wall


def nmap(case: str, mode: str) -> tuple[list[str], set[tuple[str, int]], float, float]:
    """The same of nmap."""
    ports = "-p-" if case == ONE else f"-p{FIRST_OF_MANY}-{FIRST_OF_MANY + 99}"
    hosts = ["127.0.0.1"] if case == ONE else addresses()
    cpu, wall, output = run(["nmap", mode, "-T4", "-n", "-Pn", "--open", "-oG", "-", ports, *hosts])
    found = {
        (address, int(port))
        for address, line in re.findall(r"^Host: (\S+) .*?Ports: (.*)$", output, re.M)
        for port in re.findall(r"(\d+)/open/tcp", line)
    }
    return [], found, cpu, wall


def whole_scan(target: str, ports: str) -> float:
    """Wall seconds of `cyberai scan` of these ports, services identified and all."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(str(Path(sys.executable).parent / "cyberai"), "scan", target, "--allow", "127.0.0.0/8"),
            *("--ports", ports, "--type", "network", "--data-dir", folder, "--no-config", "--quiet"),
            *("--request-timeout", "2", "--concurrent", "16"),
        ]
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, timeout=500)
        assert done.returncode in (0, 1, 3), done.stderr
        return time.perf_counter() - started


@contextlib.contextmanager
def listeners() -> Iterator[None]:
    """Every listener, on all addresses of the namespace."""
    opened_all = []
    with contextlib.ExitStack() as stack:
        for port in LISTENERS:
            opened = stack.enter_context(socket.socket())
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(("", port))
            opened.listen(4_096)
            opened.setblocking(False)
            opened_all.append(opened)
        ended = threading.Event()
        accepting = threading.Thread(target=_accept, args=(opened_all, ended), daemon=True)
        accepting.start()
        yield
        ended.set()
        accepting.join(5)


def _accept(listening: list[socket.socket], ended: threading.Event) -> None:
    """Take and close whatever comes: a full backlog answers nobody."""
    while not ended.is_set():
        for ready in select.select(listening, [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                ready.accept()[0].close()


def measure(rounds: int) -> int:
    """The rounds, inside the namespace."""
    results: dict[tuple[str, str, str], Measured] = {}
    with listeners():
        for _ in range(rounds):
            for case in (ONE, MANY):
                for kind, (syn, mode) in SIDES.items():
                    for who, done in (("ours", ours(case, syn)), ("nmap", nmap(case, mode))):
                        silent, found, cpu, wall = done
                        row = results.setdefault((case, kind, who), Measured())
                        row.cpu.append(cpu)
                        row.wall.append(wall)
                        row.wrong += len(silent) + len(found ^ expected(case))
        host, hosts = whole_scan("127.0.0.1", "all"), whole_scan("127.9.0.0/16", "7")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return table(results, host, hosts, memory, rounds)


def table(
    results: dict[tuple[str, str, str], Measured], host: float, hosts: float, memory: float, rounds: int
) -> int:
    """Print; 1 when a bound is missed."""
    rows = []
    for case in (ONE, MANY):
        for kind in SIDES:
            beside, own = results[case, kind, "nmap"], results[case, kind, "ours"]
            rows.append(Row(f"nmap {SIDES[kind][1]}: {case}", f"{min(beside.cpu):.2f} s CPU", 1.0))
            ratio = min(own.cpu) / min(beside.cpu)
            rows.append(Row(f"{kind}: {case}", f"{min(own.cpu):.2f} s CPU", ratio, BOUNDS[kind]))
            walls = min(own.wall) / min(beside.wall)
            rows.append(
                Row("  wall, beside nmap's", f"{min(own.wall):.2f} / {min(beside.wall):.2f} s", walls)
            )
            rows.append(
                Row("  wrong states, ours / nmap's", f"{own.wrong} / {beside.wrong}", float(own.wrong), 0.0)
            )
    rows.append(Row("a whole scan of all ports of one host, wall", f"{host:.1f} s"))
    rows.append(Row("a whole scan of 65,536 addresses, wall", f"{hosts:.1f} s"))
    rows.append(Row("  most memory of any process above", f"{memory:.0f} MB"))
    return show(f"nmap -T4 -n -Pn, whole processes, minima of {rounds} interleaved rounds", rows)


def main() -> int:
    """Start again inside a namespace, or measure there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in ("nmap", "unshare", "ip"):
        if shutil.which(name) is None:
            print(f"{name} is missing; install it with: {APT_LINE}")
            return 2
    if options.inside:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=30)
        return measure(options.rounds)
    command = [
        "unshare",
        "-Urn",
        sys.executable,
        "-m",
        "benchmarks.ports",
        "--inside",
        "--rounds",
        str(options.rounds),
    ]
    return subprocess.run(command, env=os.environ, timeout=1_800).returncode


if __name__ == "__main__":
    sys.exit(main())
