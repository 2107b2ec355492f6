"""Every injection check against every simulated noisy application, none of which has a flaw: no claim may be made.

`python -m benchmarks.noise [--runs 10000] [--write]`, which is `make noise`. A run is one check on one input of one
application with its own seed; the runs of a check are spread evenly over the applications and four original values.
Applications, seeds and payloads are all drawn from the seed, so that a claim can be repeated. `--write` keeps the
table in benchmarks/results/noise.md.
"""

import argparse
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from cyberai import __version__
from cyberai.checkkit import Check, HttpRequest, Scope, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.registry import all_checks
from support.direct_probe import DirectProbe, collect, run
from support.noisy_targets import targets

RESULT = Path(__file__).with_name("results") / "noise.md"
VALUES = ("7", "rope", "", "/guides/knots.html")
FIRST_SEED = 1_000
"""The tests of every change begin at 0: other runs than those."""


@dataclass
class Tally:
    """What one check did."""

    check: str
    runs: int = 0
    requests: int = 0
    cpu: float = 0.0
    claims: list[str] = field(default_factory=list)


def injection_checks() -> list[Check]:
    """The checks that put something into an input."""
    return [check for check in all_checks() if check.meta.scope is Scope.INSERTION]


def point(value: str) -> InsertionPoint:
    """The input that is tested."""
    url = Url.parse(f"http://shop.test/find?v={value}&page=1")
    return InsertionPoint(HttpRequest("GET", url), InsertionKind.QUERY, "v", value)


def measure(check_id: str, seeds: int) -> Tally:
    """One check on every application, with that many seeds."""
    check = next(check for check in injection_checks() if check.meta.id == check_id)
    tally = Tally(check_id)
    started = time.process_time()
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        for value in VALUES:
            for name, target in targets(seed):
                probe = DirectProbe(target, seed=seed * 31 + len(value), budget=check.meta.max_requests)
                hits = run(collect(check, point(value), probe))
                tally.runs += 1
                tally.requests += probe.requests
                tally.claims += [f"{name}, seed {seed}, value {value!r}: {hit.detail}" for hit in hits]
    tally.cpu = time.process_time() - started
    return tally


def report(tallies: list[Tally], seeds: int) -> str:
    """The table as Markdown."""
    applications = len(list(targets(0)))
    lines = [
        "# Noise: injection checks against applications without a flaw",
        "",
        f"Made by `make noise` on {datetime.now(UTC):%Y-%m-%d}, Cyber AI {__version__}, Python "
        f"{platform.python_version()}. Seeds {FIRST_SEED} to {FIRST_SEED + seeds - 1}, {len(VALUES)} original values, "
        f"{applications} applications (`tests/support/noisy_targets.py`: random tokens and offers, A/B pages, "
        "counters, latency of five kinds, firewalls, rate limits, errors, echoes, redirects).",
        "",
        "| Check | Runs | Requests | Requests per run | CPU | Claims |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{tally.check}` | {tally.runs:,} | {tally.requests:,} | {tally.requests / tally.runs:.1f} "
        f"| {tally.cpu:.0f} s | {len(tally.claims)} |"
        for tally in tallies
    ]
    runs = sum(tally.runs for tally in tallies)
    requests = sum(tally.requests for tally in tallies)
    claims = [f"{tally.check}: {claim}" for tally in tallies for claim in tally.claims]
    lines.append(
        f"| all | {runs:,} | {requests:,} | {requests / runs:.1f} "
        f"| {sum(tally.cpu for tally in tallies):.0f} s | {len(claims)} |"
    )
    return "\n".join([*lines, "", *(f"- {claim}" for claim in claims[:50])]).rstrip() + "\n"


def main() -> int:
    """Run, print, and keep the table if told to; 1 when anything was claimed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="at least that many per check")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    seeds = -(-options.runs // (len(VALUES) * len(list(targets(0)))))
    names = [check.meta.id for check in injection_checks()]
    with ProcessPoolExecutor(options.processes) as pool:
        tallies = list(pool.map(measure, names, [seeds] * len(names)))
    text = report(tallies, seeds)
    print(text)
    if options.write:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(text)
    return int(any(tally.claims for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
