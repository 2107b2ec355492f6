"""Old releases with a public flaw, from the registries: found on the old release, silent on the first mended one.

`python -m benchmarks.reality [NAME...] [--write]`, which is `make reality`. Each release is installed once (below
build/reality), started in the smallest application that its manual shows (tests/reality/apps), and scanned with
default options, for at most four minutes. The column "first run" is read from tests/reality/cases.toml and never rewritten: what the checks
found before anyone had looked at the package. `--write` keeps the table in benchmarks/results/reality.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import msgspec
from msgspec import Struct

from cyberai import __version__
from support.old_releases import INSTALLED, Case, Unavailable, cases, running

KEPT = INSTALLED / "runs.json"
RESULT = Path(__file__).with_name("results") / "reality.md"
SCAN_SECONDS = 240


@dataclass(frozen=True)
class Scanned:
    """One release: what was found of the flaw's check, what of others, at which cost."""

    titles: tuple[str, ...]
    others: tuple[str, ...]
    requests: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """One case; `unavailable` says why it could not be tried."""

    case: Case
    old: Scanned | None
    fixed: Scanned | None
    unavailable: str = ""

    @property
    def found(self) -> bool:
        """The old release's flaw was proven."""
        return self.old is not None and bool(self.old.titles)

    @property
    def false(self) -> bool:
        """The mended release was accused of it."""
        return self.fixed is not None and bool(self.fixed.titles)


def scan(url: str, check: str, folder: Path) -> Scanned:
    """One scan with default options, from the command line."""
    command = [sys.executable, "-m", "cyberai", "scan", url, "--allow", "127.0.0.0/8", "--format", "json"]
    started = time.monotonic()
    flags = ["--no-config", "--quiet", "--timeout", str(SCAN_SECONDS), "--data-dir", str(folder / "data")]
    done = subprocess.run(
        [*command, *flags],
        capture_output=True,
        timeout=2 * SCAN_SECONDS,
        env={**os.environ, "HOME": str(folder)},
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    rows = result["vulnerabilities"]
    return Scanned(
        tuple(f"{row['title']} ({row['tier']})" for row in rows if row["check_id"] == check),
        tuple(f"{row['check_id']}: {row['title']}" for row in rows if row["check_id"] != check),
        result["scan"]["progress"]["requests_sent"],
        time.monotonic() - started,
    )


def attempt(case: Case) -> Outcome:
    """Both releases of one case."""
    found = []
    for version in case.versions:
        with tempfile.TemporaryDirectory(prefix="cyberai-reality-") as folder:
            try:
                with running(case, version, Path(folder)) as url:
                    found.append(scan(url, case.check, Path(folder)))
            except Unavailable as error:
                return Outcome(case, None, None, str(error))
    return Outcome(case, *found)


def _word(found: bool | None) -> str:
    return "" if found is None else "found" if found else "missed"


def line(outcome: Outcome) -> str:
    """The case as a row of the table."""
    case = outcome.case
    if outcome.old is None or outcome.fixed is None:
        now, fixed, cost = f"not tried: {outcome.unavailable}", "", ""
    else:
        now, fixed = _word(outcome.found), "**accused**" if outcome.false else "silent"
        cost = f"{outcome.old.requests:,}, {outcome.old.seconds:.0f} s"
    return (
        f"| {case.kind} | {case.package} | {case.vulnerable} / {case.fixed} | {case.flaw} | {_word(case.first)} "
        f"| {now} | {fixed} | {cost} | {case.note} |"
    )


class Kept(Struct):
    """The last run of one case, so that a part of them can be run again."""

    day: str
    line: str
    tried: bool
    found: bool
    false: bool


def kept() -> dict[str, Kept]:
    """Case -> its last run here."""
    return msgspec.json.decode(KEPT.read_bytes(), type=dict[str, Kept]) if KEPT.exists() else {}


def keep(outcome: Outcome) -> None:
    """Note a run."""
    tried = outcome.old is not None
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    run = Kept(day, line(outcome), tried, outcome.found, outcome.false)
    KEPT.write_bytes(msgspec.json.encode({**kept(), outcome.case.name: run}))


def report() -> str:
    """The table as Markdown: the last run of every case."""
    runs = kept()
    rows = [(case, runs[case.name]) for case in cases() if case.name in runs]
    tried = [run for _, run in rows if run.tried]
    first = sum(bool(case.first) for case, _ in rows)
    days = sorted({run.day for _, run in rows})
    return "\n".join(
        [
            "# Reality: old releases with a public flaw",
            "",
            f"Made by `make reality` on {' and '.join(days)}, Cyber AI {__version__}, default options. "
            "The applications and what else they need are in `tests/reality`.",
            "",
            "| Class | Package | Old / mended | Flaw | First run | Now | Mended one | Requests, time | Remark |",
            "|---|---|---|---|---|---|---|---|---|",
            *(run.line for _, run in rows),
            "",
            f"First run: {first} of {len(rows)}. Now: {sum(run.found for run in tried)} of {len(tried)} tried; "
            f"{sum(run.false for run in tried)} mended releases accused.",
            "",
        ]
    )


def main() -> int:
    """Try the named cases, all without a name; 1 when one differs from what is written down for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    outcomes = []
    for case in cases():
        if not options.names or case.name in options.names:
            outcomes.append(attempt(case))
            print(line(outcomes[-1]), flush=True)
            keep(outcomes[-1])
            for scanned in (outcomes[-1].old, outcomes[-1].fixed):
                for title in scanned.titles + scanned.others if scanned and options.names else ():
                    print(f"    {title}")
    text = report()
    print(f"\n{text}")
    if options.write:
        RESULT.write_text(text)
    return int(any(o.false or (o.old is not None and o.found is not bool(o.case.now)) for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
