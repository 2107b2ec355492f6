"""CPU of starting the command line, beside a bare interpreter; the size of the base install.

`python -m benchmarks.cli`. The runs are interleaved, so that a busy machine slows all alike; the median counts.
"""

import os
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.table import Row, show

ROUNDS = 15
LIMITS = {"--version": 2.0, "--help": 6.0}
MAX_PACKAGES = 50
MAX_MEGABYTES = 250
DISTRIBUTION = "cyberai-platform"


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one run."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def start_up() -> dict[str, float]:
    """Command -> CPU seconds; `bare` is `python -c pass`."""
    commands = {"bare": [sys.executable, "-c", "pass"]}
    for option in (*LIMITS, "scan --help", "checks list"):
        commands[option] = [*program(), *option.split()]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(cpu_seconds(command))
    return {name: statistics.median(values) for name, values in times.items()}


def program() -> list[str]:
    """The installed command of this environment, else the module."""
    installed = Path(sys.executable).with_name("cyberai")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "cyberai"]


def base_install() -> tuple[int, float]:
    """Packages of the base install, our own included, and their size in MB."""
    seen: set[str] = set()
    queue = [str(line) for line in requires(DISTRIBUTION) or ()]
    while queue:
        requirement = Requirement(queue.pop())
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = str(canonicalize_name(requirement.name))
        if name not in seen:
            seen.add(name)
            queue += requires(name) or ()
    size = 0
    for name in seen:
        for file in distribution(name).files or ():
            path = Path(str(file.locate()))
            if path.suffix != ".pyc" and path.is_file():
                size += path.stat().st_size
    return len(seen) + 1, size / 1e6


def main() -> int:
    """Print the tables; 1 when a bound is missed."""
    times = start_up()
    rows = [
        Row(name, f"{seconds * 1000:.0f} ms CPU", seconds / times["bare"], LIMITS.get(name))
        for name, seconds in times.items()
    ]
    missed = show(f"a bare interpreter; median of {ROUNDS} rounds", rows)
    try:
        packages, megabytes = base_install()
    except PackageNotFoundError:
        print("base install: not measured, run `make setup` first")
        return missed
    size = [
        Row("packages of the base install", str(packages), packages / MAX_PACKAGES, 1),
        Row("its size", f"{megabytes:.0f} MB", megabytes / MAX_MEGABYTES, 1),
    ]
    return show(f"{MAX_PACKAGES} packages, {MAX_MEGABYTES} MB", size) or missed


if __name__ == "__main__":
    sys.exit(main())
