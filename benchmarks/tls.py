"""TLS assessment against testssl.sh, sslscan and sslyze: findings line by line on real servers; time, CPU, connections.

`python -m benchmarks.tls [--rounds 3] [--jobs 2] [--testssl WORDS] [--write]`, as root (some of the servers change to
accounts of their own). Every server of tests/support/tls_servers runs; what each program says of each door is read in the same words and held
against what is known of the door. Then the programs take turns over one server that is alone in its nginx, which counts
their connections. CPU is that of the program's processes. testssl.sh takes minutes per door: `--testssl` names
parts of the names of those that it is sent to. `--write` keeps the table in benchmarks/results/tls.md.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.tls_peers import SECONDS, SSLSCAN, TESTSSL, Peer, prepared, sslyze
from benchmarks.tls_table import Cost, Row, peers_that_know_better, rendered, sums
from netkit.certificates import issue
from support.debian_services.running import running
from support.debian_services.service import free_port, program
from support.tls_servers.door import TlsDoor
from support.tls_servers.every import SERVERS
from support.tls_servers.nginx import counted
from support.tls_servers.weaknesses import WEAKNESSES

RESULT = Path(__file__).with_name("results") / "tls.md"
OURS = "Cyber AI"
LEAST_TIMES_FASTER = 10
"""Than testssl.sh."""
MOST_SECONDS = 3.0


def timed(cost: Cost, command: list[str], environment: dict[str, str]) -> bytes:
    """What the command prints; its wall time and CPU are noted."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=environment
        ).stdout
    except subprocess.TimeoutExpired:
        done = b""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost.wall.append(time.perf_counter() - started)
    cost.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return done


def compiled(folder: Path) -> dict[str, str]:
    """The environment of an installation: Python keeps what it has compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def ours(folder: Path, authority: Path) -> Peer:
    """A scan of one door, of which only TLS is asked for."""

    def command(host: str, port: int, _starttls: str, out: Path, _authority: Path) -> list[str] | None:
        scan = [sys.executable, "-m", "cyberai", "scan", f"{host}:{port}", "--allow", "127.0.0.0/8"]
        what = ["--type", "network", "--checks", "tls", "--concurrent", "8", "--ca-file", str(authority)]
        data = folder / f"data-{port}-{time.monotonic_ns()}"
        return [*scan, *what, "--format", "json", "--quiet", "--output", str(out), "--data-dir", str(data)]

    def read(out: Path, _printed: bytes) -> set[str]:
        rows = json.loads(out.read_text())["vulnerabilities"]
        return {
            next(
                (
                    key
                    for key, flaw in WEAKNESSES.items()
                    if row["check_id"] == flaw.check and all(word in row["title"] for word in flaw.words)
                ),
                f"{row['check_id']}: {row['title']}",
            )
            for row in rows
        }

    return Peer(OURS, command, read)


def said(peer: Peer, door: TlsDoor, folder: Path, authority: Path) -> set[str] | None:
    """What the program says of the door; None where it does not know the way into its TLS, or gives no answer."""
    out = folder / f"{peer.name}-{door.port}"
    command = peer.command("127.0.0.1", door.port, door.starttls, out, authority)
    if command is None:
        return None
    printed = timed(Cost(), command, compiled(folder))
    try:
        found = peer.read(out, printed)
    except (OSError, ValueError, KeyError, StopIteration) as error:
        print(f"{peer.name} on {door.name}: {error!r}", file=sys.stderr)
        return None
    # Who renegotiates insecurely does so at a client's wish: one thing, said once or twice.
    return found - {"client-renegotiation"} if "insecure-renegotiation" in found else found


@dataclass(frozen=True)
class Asked:
    """How much is to be done: rounds of the race, doors side by side, words of the doors that testssl.sh is sent to."""

    rounds: int
    jobs: int
    testssl: tuple[str, ...]


def compare(
    peers: list[Peer], asked: Asked, folder: Path, authority: Path, doors: list[TlsDoor]
) -> list[Row]:
    """One row per door, several doors side by side: nothing is measured here."""

    def row(door: TlsDoor) -> Row:
        told: dict[str, set[str] | None] = {}
        for peer in peers:
            left_out = peer is TESTSSL and not any(word in door.name for word in asked.testssl)
            told[peer.name] = None if left_out else said(peer, door, folder, authority)
        print(
            door.name, {name: sorted(found) for name, found in told.items() if found is not None}, flush=True
        )
        return door, told

    with ThreadPoolExecutor(asked.jobs) as pool:
        return list(pool.map(row, doors))


def race(
    peers: list[Peer], rounds: int, folder: Path, authority: Path, port: int, count: Callable[[], int]
) -> dict[str, Cost]:
    """The programs in turns over one server."""
    costs = {peer.name: Cost() for peer in peers}
    first = peers[0].command("127.0.0.1", port, "", folder / "first", authority)
    assert first is not None
    timed(Cost(), first, compiled(folder))
    for number in range(rounds):
        # Of the slowest, whose time is minutes, one run says enough.
        for peer in peers if number == 0 else peers[:-1]:
            out = folder / f"race-{peer.name}-{number}"
            command = peer.command("127.0.0.1", port, "", out, authority)
            assert command is not None
            before = count()
            timed(costs[peer.name], command, compiled(folder))
            costs[peer.name].connections.append(count() - before - 1)
            print(
                peer.name, f"{costs[peer.name].wall[-1]:.1f} s", costs[peer.name].connections[-1], flush=True
            )
    return costs


def connections_at(status: int) -> Callable[[], int]:
    """How many connections nginx has taken, this question among them."""

    def asked() -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{status}/", timeout=10) as answer:
            return int(answer.read().split(b"\n")[2].split()[0])

    return asked


def verdict(rows: list[Row], costs: dict[str, Cost], rounds: int, *, write: bool) -> int:
    """0 when we say nothing false, no peer knows better, and the bounds hold."""
    text = rendered(rows, costs, rounds)
    print(text)
    if write:
        RESULT.write_text(text)
    worse = peers_that_know_better(rows, OURS)
    print("a peer knows better:", "; ".join(worse) or "nowhere")
    wall = {name: median(cost.wall) for name, cost in costs.items()}
    faster = wall[TESTSSL.name] / wall[OURS]
    print(f"{faster:.0f} times faster than testssl.sh, {wall[OURS]:.1f} s")
    kept = (
        not worse and sums(rows, OURS)[2] == 0 and faster >= LEAST_TIMES_FASTER and wall[OURS] <= MOST_SECONDS
    )
    return 0 if kept else 1


def main() -> int:
    """0 when nothing is said wrong, no peer knows more, and the bounds hold; 1 when not, 2 when a program is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--testssl", default="", help="words of the doors that it is sent to, by commas")
    parser.add_argument("--sslyze", type=Path, help="its program, where it is installed already")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    wanted = Asked(asked.rounds, asked.jobs, tuple(asked.testssl.split(",")))
    absent = [name for name in ("testssl", "sslscan") if shutil.which(name) is None]
    if absent:
        print(f"not installed: {', '.join(absent)} (apt-get install testssl.sh sslscan)")
        return 2
    authority = issue("Quay authority", authority=True, to_days=400)
    leaf = issue("127.0.0.1", authority, names=("127.0.0.1", "localhost"), to_days=90, rsa_bits=2_048)
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        trusted = folder / "authority.pem"
        trusted.write_bytes(authority.pem)
        peers = [ours(folder, trusted), SSLSCAN, sslyze(asked.sslyze or prepared(folder / "sslyze")), TESTSSL]
        status = free_port()
        installed = tuple(one for one in SERVERS if program(one.program) is not None)
        up = undo.enter_context(
            running((*installed, counted(status)), hardened=False, authority=authority, leaf=leaf)
        )
        *servers, alone = up
        costs = race(peers, asked.rounds, folder, trusted, alone.setup.doors[0].port, connections_at(status))
        doors = [door for each in servers for door in each.setup.doors if isinstance(door, TlsDoor)]
        rows = compare(peers, wanted, folder, trusted, doors)
    return verdict(rows, costs, asked.rounds, write=asked.write)


if __name__ == "__main__":
    sys.exit(main())
