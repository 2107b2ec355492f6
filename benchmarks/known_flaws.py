"""Feeds of known flaws: import of a file with the size and shape of a full NVD year, and matching of 10,000 services.

`python -m benchmarks.known_flaws [--cves 40000] [--services 10000] [--write]`. The file is made here (invented numbers and
flaws): one record of four kilobytes after the other, most with a few names of CPE, some with hundreds. Each import runs in a
process of its own, whose peak of memory counts; the services are of some 300 products in 40 versions each. On PostgreSQL as
well, where it is installed. `--write` keeps the table in benchmarks/results/known-flaws.md.
"""

import argparse
import gzip
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.known_feeds import DAY, configuration, cpe, match, node
from tools.postgres_server import postgres_server, program

RESULT = Path(__file__).with_name("results") / "known-flaws.md"
MAX_SECONDS, MAX_MIB, MAX_MATCHING = 240.0, 300, 30.0
PRODUCTS = 9_000
MET = 300
"""Products that services are of: the most often named ones."""
LINUX = "o:linux:linux_kernel"


def record(rng: random.Random, number: int) -> dict[str, object]:
    """One CVE; every product is named as often as its place in the list says, as the real ones roughly are."""
    names = [
        f"a:vendor{at % 3000}:product{at}"
        for at in (int(PRODUCTS * rng.random() ** 4) for _ in range(1 + number % 3))
    ]
    many = 400 if number % 400 == 0 else 1 + number % 7
    matches = []
    for name in names:
        for _ in range(many):
            low, high = rng.randint(0, 20), rng.randint(0, 60)
            bounds = {"si": f"{low // 5}.{low}.0", "ex": f"{low // 5 + 1}.{high}.{rng.randint(0, 9)}"}
            exact = rng.random() < 0.3
            matches.append(
                match(cpe(name, f"{low // 5}.{low}.{high}")) if exact else match(cpe(name), **bounds)
            )
            matches[-1]["matchCriteriaId"] = "0123456789ABCDEF0123456789ABCDEF"
    nodes = [node(*matches)]
    if number % 6 == 0:
        nodes.append(node(match(cpe(LINUX), vulnerable=False)))
    text = (
        "An invented flaw of invented software, described at the length at which such flaws are described. "
        * 4
    )
    score = {
        "version": "3.1",
        "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "baseScore": 9.8,
        "baseSeverity": "CRITICAL",
    }
    return {"cve": {
        "id": f"CVE-2099-{number + 1000}", "sourceIdentifier": "nobody@example.org", "published": DAY, "lastModified": DAY,
        "vulnStatus": "Analyzed", "cveTags": [],
        "descriptions": [{"lang": "en", "value": text}, {"lang": "es", "value": text}],
        "metrics": {"cvssMetricV31": [{"source": "a@example.org", "type": kind, "cvssData": score, "exploitabilityScore": 3.9, "impactScore": 5.9} for kind in ("Primary", "Secondary")]},
        "weaknesses": [{"source": "a@example.org", "type": "Primary", "description": [{"lang": "en", "value": "CWE-79"}]}],
        "configurations": [configuration(*nodes, operator="AND" if len(nodes) > 1 else "OR")],
        "references": [{"url": f"https://example.org/{number}/{at}/{'x' * 60}", "source": "a@example.org", "tags": ["Patch"]} for at in range(6)],
    }}  # fmt: skip


def write_year(path: Path, count: int) -> int:
    """The file, compressed as NVD does; bytes that it expands to."""
    rng, size = random.Random(8), 0
    head = {
        "resultsPerPage": count,
        "startIndex": 0,
        "totalResults": count,
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": DAY,
    }

    def pieces() -> Iterator[str]:
        yield json.dumps(head)[:-1] + ', "vulnerabilities": ['
        for number in range(count):
            yield (", " if number else "") + json.dumps(record(rng, number))
        yield "]}"

    with gzip.open(path, "wb", compresslevel=1) as packed:
        for piece in pieces():
            size += packed.write(piece.encode())
    return size


def settings_of(folder: str, url: str) -> object:
    from cyberai.config import load

    return load(data_dir=folder, database_url=url or None, log_level="error")


def child(folder: str, url: str, file: str, services: int) -> None:
    """In a process of its own: import, then match; prints figures as JSON."""
    import asyncio

    from cyberai.app.feed_files import FeedFile
    from cyberai.app.feed_import import import_file
    from cyberai.app.known_flaws import find_flaws
    from cyberai.bootstrap.build import open_app
    from cyberai.domain.asset import ProductAsset
    from cyberai.domain.ids import SYSTEM

    def asset(rng: random.Random, number: int) -> ProductAsset:
        at = number % MET
        version = f"{rng.randint(0, 4)}.{rng.randint(0, 7)}.{at % 10}"
        name = f"cpe:2.3:a:vendor{at % 3000}:product{at}:{version}:*:*:*:*:*:*:*"
        return ProductAsset("h.example", number % 65_535 + 1, "http", "p", version, name, "", 95)

    async def work() -> dict[str, float]:
        async with open_app(settings_of(folder, url)) as app:  # type: ignore[arg-type]
            started, cpu = time.perf_counter(), time.process_time()
            with Path(file).open("rb") as opened:  # noqa: ASYNC230 - nothing else runs here
                done = await import_file(app, FeedFile("nvdcve-2.0-2099.json.gz", opened))
            imported, used = time.perf_counter() - started, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            rng, found, slowest, started = random.Random(9), 0, 0.0, time.perf_counter()
            for number in range(services):
                one, begun = asset(rng, number), time.perf_counter()
                known = await app.store.read(
                    SYSTEM, lambda tx, one=one: find_flaws(tx, one, None, app.clock.now())
                )
                slowest = max(slowest, time.perf_counter() - begun)
                found += len(known.flaws) if known else 0
            return {
                "import": imported, "cpu": used, "mib": peak, "rows": done.feed.rows, "matching": time.perf_counter() - started,
                "slowest": slowest, "matches": found,
            }  # fmt: skip

    print(json.dumps(asyncio.run(work())))


def measure(folder: Path, url: str, file: Path, services: int) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.known_flaws",
        "--child",
        str(folder),
        "--url",
        url,
        "--file",
        str(file),
        "--services",
        str(services),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def table(size: int, packed: int, cves: int, services: int, results: dict[str, dict[str, float]]) -> str:
    lines = [
        "# Known flaws", "",
        f"Made by `python -m benchmarks known_flaws`. One file of {cves:,} CVEs, {size >> 20} MiB ({packed >> 20} MiB compressed), "
        f"{next(iter(results.values()))['rows']:,.0f} rows; {services:,} services of {MET} products. Python {platform.python_version()}, "
        "two cores shared with other work.", "",
        "| Store | Import | CPU | Peak memory | Matching | Slowest service | Matches |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, found in results.items():
        lines.append(
            f"| {name} | {found['import']:.1f} s | {found['cpu']:.1f} s | {found['mib']:.0f} MiB | {found['matching']:.2f} s "
            f"| {1000 * found['slowest']:.0f} ms | {found['matches']:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.known_flaws")
    parser.add_argument("--cves", type=int, default=40_000)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    for name in ("--child", "--url", "--file"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child, asked.url, asked.file, asked.services)
        return 0
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = folder / "nvdcve-2.0-2099.json.gz"
        size = write_year(file, asked.cves)
        for name in ("SQLite", "PostgreSQL"):
            data = folder / name
            data.mkdir()
            if name == "SQLite":
                results[name] = measure(data, "", file, asked.services)
            elif program("initdb"):
                with postgres_server(fsync=True) as server:
                    server.run("CREATE DATABASE known TEMPLATE template0 ENCODING 'UTF8' OWNER cyberai")
                    results[name] = measure(data, server.url("known"), file, asked.services)
        text = table(size, file.stat().st_size, asked.cves, asked.services, results)
    print(text)
    if asked.write:
        RESULT.write_text(text)
    kept = all(
        one["import"] <= MAX_SECONDS and one["mib"] <= MAX_MIB and one["matching"] <= MAX_MATCHING
        for one in results.values()
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
