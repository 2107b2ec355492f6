"""Service identification against `nmap -sV`, on real services of Debian packages: agreement with what is installed, time.

`python -m benchmarks.identification [--rounds 3] [--write]`, as root (the services change to accounts of their own).
Every service that is installed runs twice, once misconfigured and once hardened, on ports that say nothing. Both
scanners take turns over all of those ports. A product counts as right when it has the name under which the package's
makers know it; a version when it is the package's, as wrong when it is another, and as not told when there is none, or a range. CPU
is that of the scanner's processes. `--write` keeps the table in benchmarks/results/identification.md.
"""

import argparse
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from cyberai import __version__
from netkit.certificates import issue
from support.debian_services.every import SERVICES
from support.debian_services.running import running
from support.debian_services.service import Door, program, version_of

RESULT = Path(__file__).with_name("results") / "identification.md"
SECONDS = 550
ALSO_CALLED = {"dns": {"domain"}, "smb": {"netbios-ssn", "microsoft-ds"}, "rabbitmq-management": {"http"}}
"""The names that nmap has for protocols."""
OTHER_NAMES = {"amqp": {"rabbitmq"}, "nats": {"nats"}, "mysql": {"mariadb", "mysql"}}


@dataclass(frozen=True)
class Said:
    """What a scanner says of one port."""

    protocol: str = ""
    product: str = ""
    version: str = ""


@dataclass
class Score:
    """What a scanner said of all doors, and what each run cost."""

    protocols: int = 0
    products: int = 0
    versions: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def timed(score: Score, command: list[str]) -> bytes:
    """What the command prints; its wall time and CPU are noted."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    score.wall.append(time.perf_counter() - started)
    score.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return done.stdout


def by_nmap(score: Score, doors: list[Door]) -> dict[int, Said]:
    """One run of nmap over all ports."""
    tcp = ",".join(str(door.port) for door in doors if door.tcp)
    udp = ",".join(str(door.port) for door in doors if not door.tcp)
    kinds = ["-sT", "-sU"] if udp else ["-sT"]
    ports = f"T:{tcp},U:{udp}" if udp else tcp
    said = timed(score, ["nmap", "-n", "-Pn", *kinds, "-sV", "-T4", "-p", ports, "-oX", "-", "127.0.0.1"])
    found = {}
    for port in ElementTree.fromstring(said).iter("port"):
        service = port.find("service")
        told = service.attrib if service is not None else {}
        name = told.get("name", "") if told.get("method") == "probed" else ""
        found[int(port.attrib["portid"])] = Said(name, told.get("product", ""), told.get("version", ""))
    return found


def by_us(score: Score, doors: list[Door], folder: Path) -> dict[int, Said]:
    """One scan of the same ports, of which only the identification is asked for."""
    targets = [f"127.0.0.1:{door.port}" for door in doors]
    command = [
        sys.executable,
        "-m",
        "cyberai",
        "scan",
        *targets,
        "--type",
        "network",
        "--allow",
        "127.0.0.0/8",
    ]
    none = [
        "--checks",
        "network.elasticsearch",
        "--concurrent",
        "16",
        "--format",
        "json",
        "--quiet",
        "--data-dir",
        str(folder),
    ]
    facts = json.loads(timed(score, [*command, *none]))["services"]
    return {fact["port"]: Said(fact["protocol"], fact["product"], fact["version"]) for fact in facts}


def judge(score: Score, door: Door, installed: str, said: Said) -> None:
    """Count what is right, what is not told, and what is wrong."""
    names = {door.protocol, *ALSO_CALLED.get(door.protocol, ())}
    score.protocols += said.protocol.lower() in names
    product = door.product.lower()
    score.products += product in said.product.lower() if product else not said.product
    # A range ("9.6.0 or later", "3.X - 4.X") is no version; what stands around the version makes it no other.
    if not said.version or " or later" in said.version or ".X" in said.version:
        score.silent += 1
    elif installed in said.version:
        score.versions += 1
    else:
        score.wrong.append(f"{door.protocol}: {said.product} {said.version} (installed: {installed})")


def measure(rounds: int) -> tuple[dict[str, Score], int]:
    """Both scanners in turns over all services, as root."""
    scores = {"nmap": Score(), "Cyber AI": Score()}
    authority = issue("Quay authority", authority=True, to_days=400)
    leaf = issue("127.0.0.1", authority, names=("127.0.0.1", "localhost"), to_days=90)
    installed = tuple(service for service in SERVICES if program(service.program) is not None)
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        up = [
            each
            for hardened in (False, True)
            for each in undo.enter_context(
                running(installed, hardened=hardened, authority=authority, leaf=leaf)
            )
        ]
        doors = [(door, version_of(each.service.package)) for each in up for door in each.setup.doors]
        ports = [door for door, _ in doors]
        for number in range(rounds):
            found = {
                "nmap": by_nmap(scores["nmap"], ports),
                "Cyber AI": by_us(scores["Cyber AI"], ports, folder / str(number)),
            }
        for name, score in scores.items():
            for door, version in doors:
                judge(score, door, version, found[name].get(door.port, Said()))
    return scores, len(doors)


def table(scores: dict[str, Score], doors: int, rounds: int) -> str:
    """The result as Markdown."""
    nmap = subprocess.run(["nmap", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    lines = [
        "# Service identification",
        "",
        f"{doors} ports of real services of Debian packages on loopback, each service once misconfigured and once hardened, on",
        f"ports that say nothing; {rounds} interleaved rounds, medians. {nmap.split(' ( ')[0]}, `-sV -T4`; Cyber AI {__version__},",
        f"`--type network --concurrent 16` with one check, {platform.machine()}, {platform.system()}, a machine shared with other work.",
        "",
        "| | protocol right | product right, or rightly not told | version right | version not told | version wrong | wall | CPU |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, s in scores.items():
        lines.append(
            f"| {name} | {s.protocols} | {s.products} | {s.versions} | {s.silent} | {len(s.wrong)} | "
            f"{median(s.wall):.1f} s | {median(s.cpu):.1f} s |"
        )
    for name, s in scores.items():
        lines += ["", f"Wrong versions of {name}: " + ("; ".join(sorted(set(s.wrong))) or "none") + "."]
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 when we say nothing wrong and name no fewer versions than nmap, 1 when not, 2 when nmap is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if shutil.which("nmap") is None:
        print("nmap is not installed: apt-get install nmap")
        return 2
    scores, doors = measure(asked.rounds)
    text = table(scores, doors, asked.rounds)
    print(text)
    if asked.write:
        RESULT.write_text(text)
    ours, theirs = scores["Cyber AI"], scores["nmap"]
    return 1 if ours.wrong or ours.versions < theirs.versions else 0


if __name__ == "__main__":
    sys.exit(main())
