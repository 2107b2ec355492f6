"""The comparison of TLS scanners as a table."""

import platform
import subprocess
from dataclasses import dataclass, field
from statistics import median

from cyberai import __version__
from support.tls_servers.door import TlsDoor

Row = tuple[TlsDoor, dict[str, set[str] | None]]
"""A door, and what each program said of it; None where it knows no way in or was not sent there."""


@dataclass
class Cost:
    """What each run cost: seconds, seconds of CPU, connections."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)


def lines(row: Row) -> list[tuple[str, bool, dict[str, str]]]:
    """(weakness, whether it is there, what each program said of it) for all that is there or was said to be."""
    door, told = row
    every = sorted(door.weak.union(*(found for found in told.values() if found is not None)))
    return [
        (key, key in door.weak, {name: _word(key, found) for name, found in told.items()}) for key in every
    ]


def _word(key: str, found: set[str] | None) -> str:
    if found is None:
        return "not asked"
    return "yes" if key in found else "-"


def peers_that_know_better(rows: list[Row], ours: str) -> list[str]:
    """The lines in which a peer is right and we are wrong."""
    worse = []
    for row in rows:
        for key, there, told in lines(row):
            right = {name for name, word in told.items() if word != "not asked" and (word == "yes") == there}
            if right and ours not in right:
                worse.append(f"{row[0].name}: {key} ({', '.join(sorted(right))})")
    return worse


def sums(rows: list[Row], name: str) -> tuple[int, int, int]:
    """(found, missed, false) of a program, on the doors that it was sent to."""
    found = missed = false = 0
    for row in rows:
        for _, there, told in lines(row):
            found += there and told[name] == "yes"
            missed += there and told[name] == "-"
            false += not there and told[name] == "yes"
    return found, missed, false


def rendered(rows: list[Row], costs: dict[str, Cost], rounds: int) -> str:
    """The whole result as Markdown."""
    names = list(costs)
    head = [
        "# TLS assessment",
        "",
        f"Cyber AI {__version__} (`--type network --checks tls --concurrent 8`), {_versions()}, each as it comes, on",
        f"{platform.machine()}, {platform.system()}, a machine shared with other work.",
        "",
        "## Cost",
        "",
        "One server that speaks TLS 1.0 to 1.3 with every suite of OpenSSL, alone in its nginx, which counts the connections;",
        f"{rounds} interleaved rounds, medians, of testssl.sh one. Ours is the whole process, with its store and its report.",
        "",
        "| | wall | CPU | connections |",
        "|---|---|---|---|",
        *(
            f"| {name} | {median(cost.wall):.1f} s | {median(cost.cpu):.1f} s | {median(cost.connections):.0f} |"
            for name, cost in costs.items()
        ),
        "",
        "## Findings",
        "",
        f"{len(rows)} doors of real servers; what is wrong with each is known from its settings (`tests/support/tls_servers`).",
        "",
        "| | found | missed | false |",
        "|---|---|---|---|",
        *(f"| {name} | {' | '.join(map(str, sums(rows, name)))} |" for name in names),
        "",
        f"| server | weakness | there | {' | '.join(names)} |",
        f"|---|---|---|{'---|' * len(names)}",
    ]
    for row in rows:
        found = lines(row)
        if not found:
            silent = ["not asked" if row[1][name] is None else "-" for name in names]
            head.append(f"| {row[0].name} | none | | {' | '.join(silent)} |")
        for key, there, told in found:
            words = " | ".join(_marked(told[name], there) for name in names)
            head.append(f"| {row[0].name} | {key} | {'yes' if there else 'no'} | {words} |")
    return "\n".join(head) + "\n"


def _marked(word: str, there: bool) -> str:
    return "**yes**" if word == "yes" and not there else word


def _versions() -> str:
    scan = subprocess.run(["sslscan", "--version"], capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )[0]
    package = ["dpkg-query", "-W", "-f", "${Version}", "testssl.sh"]
    shell = subprocess.run(package, capture_output=True, text=True, check=False).stdout.partition("+")[0]
    return f"sslscan {scan.split()[-1] if scan else ''}, sslyze 6.3.1, testssl.sh {shell}"
