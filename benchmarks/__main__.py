"""`python -m benchmarks` runs every benchmark but the longest, `python -m benchmarks NAME...` the named ones.

Each runs in a process of its own and ends with 0 (bounds kept), 1 (a bound missed) or 2 (a program it needs is
missing); so does the whole, with the worst of them.
"""

import importlib
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

NAMES = (
    "cli",
    "first_event",
    "http_core",
    "ports",
    "crawl",
    "store",
    "million",
    "ingest",
    "api",
    "events",
    "progress",
    "writers",
    "api_postgres",
    "scan_cost",
    "reports",
    "sdks",
    "tls_connections",
)
BY_NAME = ("noise", "reality", "wapiti", "identification", "known_flaws", "tls")
"""Long, in need of the package registries or of root: run only when they are named."""
LIMIT_SECONDS = 600
LONG_SECONDS = 5_400
LONG = (*BY_NAME, "million")
"""`million` also fills a PostgreSQL database."""
VERDICTS = {0: "bounds kept", 1: "a bound was missed", 2: "a program is missing"}


def purpose(name: str) -> str:
    """The first line of the module's docstring."""
    return (importlib.import_module(f"benchmarks.{name}").__doc__ or "").partition("\n")[0]


def run(name: str) -> tuple[int, float]:
    """(exit code, seconds) of one benchmark; what it prints goes straight out."""
    print(f"\n== {name}: {purpose(name)}", flush=True)
    started = time.perf_counter()
    limit = LONG_SECONDS if name in LONG else LIMIT_SECONDS
    try:
        code = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"],
            cwd=Path(__file__).parent.parent,
            timeout=limit,
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{name} did not end within {limit} seconds")
        code = 3
    return code, time.perf_counter() - started


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks; without a name all but those that want to be named."""
    unknown = [name for name in arguments if name not in NAMES + BY_NAME]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES + BY_NAME)}", file=sys.stderr)
        return 2
    finished = {name: run(name) for name in arguments or NAMES}
    print()
    for name, (code, seconds) in finished.items():
        print(f"{name:12} {seconds:6.1f} s  {VERDICTS.get(code, 'failed')}")
    print(f"{'all':12} {sum(seconds for _, seconds in finished.values()):6.1f} s")
    return max(code if code >= 0 else 3 for code, _ in finished.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
