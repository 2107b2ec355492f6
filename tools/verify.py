"""Runs the steps of `make check`, `make test` and `make e2e`, and tells how long each took.

The fast steps share two lanes (the budget is a minute on two cores). So do the folders with servers of their own: what a
lane waits for, the other one uses. The tests end to end come last. A folder that does not exist yet is no step.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STEP_LIMIT_SECONDS = 3600
NO_TESTS_COLLECTED = 5
TYPED = ("src", "sdks/python/src", "tools", "tests/architecture", "tests/docs", "tests/skip_policy.py")
SHORT = ("-m", "not long")
FAST = ("-m", "not long and not slow")
# About half of the work of `make check`; the other lane takes what is not named here.
# End to end tests that keep a core busy with scans; the others mostly wait.
SCANNING = (
    "test_door_commands",
    "test_real_domains",
    "test_real_services",
    "test_tls_servers",
    "test_whole_lab",
)
FIRST_LANE = ("unit/net", "unit/reports", "unit/checkkit", "unit/storage", "unit/app")


@dataclass(frozen=True)
class Step:
    name: str
    command: tuple[str, ...]
    is_pytest: bool = False


@dataclass
class Result:
    step: Step
    code: int
    seconds: float
    output: str
    passed: int = 0
    failed: int = 0
    skips: list[tuple[str, str]] = field(default_factory=list)

    @property
    def found_no_tests(self) -> bool:
        return self.step.is_pytest and self.code == NO_TESTS_COLLECTED

    @property
    def ok(self) -> bool:
        return self.code == 0 or self.found_no_tests


def tests(name: str, folders: Sequence[str], *options: str) -> list[Step]:
    """One pytest step over those of the folders that exist; none when none does."""
    present = [f"tests/{folder}" for folder in folders if any((ROOT / "tests" / folder).glob("**/test_*.py"))]
    return tests_in(name, present, *options)


def tests_in(name: str, present: Sequence[str], *options: str) -> list[Step]:
    """One pytest step over these paths; none when there is none."""
    if not present:
        return []
    command = (sys.executable, "-m", "pytest", "-q", "--durations=5", *options, *present)
    return [Step(name, command, is_pytest=True)]


def each_folder(*folders: str, options: Sequence[str] = ()) -> list[Step]:
    return [step for folder in folders for step in tests(folder, [folder], *options)]


def static_steps() -> list[Step]:
    return [
        Step("types", (str(BIN / "mypy"), *TYPED)),
        Step("format", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
        Step("lint", (str(BIN / "ruff"), "check", "--quiet", ".")),
    ]


def second_lane() -> list[str]:
    folders = {f"unit/{path.name}" for path in (ROOT / "tests/unit").iterdir() if path.is_dir()}
    return ["property", "architecture", *sorted(folders - set(FIRST_LANE))]


def check_lanes(options: Sequence[str]) -> list[list[Step]]:
    return [
        tests("unit 1", FIRST_LANE, *options),
        [*static_steps(), *tests("unit 2", second_lane(), *options)],
    ]


def server_lanes() -> list[list[Step]]:
    return [
        each_folder("api", "docs", "sdks", options=SHORT),
        each_folder("checks", "matrices", options=SHORT),
    ]


def contract_lanes() -> list[list[Step]]:
    """Alone: databases and networks that are asked to do their utmost."""
    return [each_folder("contract", options=SHORT)]


def whole_lanes() -> list[list[Step]]:
    """End to end. What scans all day shares its time with what mostly waits."""
    scanning = [f"tests/e2e/{name}.py" for name in SCANNING]
    others = [option for path in scanning for option in ("--ignore", path)]
    return [
        tests_in("whole scans", [path for path in scanning if (ROOT / path).exists()], *SHORT),
        tests("end to end", ["e2e", "hostile", "crash"], *SHORT, *others),
    ]


def long_steps() -> list[Step]:
    return each_folder("e2e", "hostile", "crash", "reality", "matrices")


def run(step: Step, *, live: bool) -> Result:
    """Run one step in a process group of its own, so that a hung one can be ended with all it started."""
    with tempfile.TemporaryDirectory(prefix="cyberai-verify-") as folder:
        tally = Path(folder) / "tally.json"
        options = ("--tally", str(tally)) if step.is_pytest else ()
        started = time.perf_counter()
        process = subprocess.Popen(
            step.command + options,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=None if live else subprocess.PIPE,
            stderr=None if live else subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=STEP_LIMIT_SECONDS)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            output = f"{step.name} did not end within {STEP_LIMIT_SECONDS} seconds and was killed"
        result = Result(step, process.returncode, time.perf_counter() - started, output or "")
        if tally.exists():
            counted = json.loads(tally.read_text())
            result.passed, result.failed = counted["passed"], counted["failed"]
            result.skips = [(skip["test"], skip["reason"]) for skip in counted["skipped"]]
        return result


def report(result: Result) -> None:
    if not result.ok and result.output:
        print(result.output.rstrip(), flush=True)
    verdict = "ok" if result.ok else "FAILED"
    if result.found_no_tests:
        verdict = "no tests to run"
    elif result.step.is_pytest:
        verdict += f", {result.passed} passed, {result.failed} failed, {len(result.skips)} skipped"
    print(f"{result.step.name:12} {result.seconds:6.1f} s  {verdict}", flush=True)


def run_lane(steps: Sequence[Step], *, live: bool, told: bool = True) -> list[Result]:
    results = []
    for step in steps:
        if told:
            print(f"--- {step.name}", flush=True)
        results.append(run(step, live=live))
        report(results[-1])
    return results


def run_lanes(lanes: Sequence[Sequence[Step]], *, told: bool = False) -> list[Result]:
    """Side by side; `told` says when a step begins, where that takes minutes."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        finished = pool.map(lambda steps: run_lane(steps, live=False, told=told), lanes)
        return [result for lane in finished for result in lane]


def print_skips(results: Sequence[Result]) -> None:
    skips = [skip for result in results for skip in result.skips]
    print(f"\nskipped tests: {len(skips)}")
    width = max((len(test) for test, _ in skips), default=0)
    for test, reason in skips:
        print(f"  {test:{width}}  {reason}")


def conclude(verb: str, results: Sequence[Result], seconds: float) -> int:
    print_skips(results)
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(len(result.skips) for result in results)
    failing = [result.step.name for result in results if not result.ok]
    if not passed:
        failing.append("no test ran at all")
    print(f"{verb}: {'FAILED: ' + ', '.join(failing) if failing else 'ok'} in {seconds:.1f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failing else 0


def main(arguments: Sequence[str]) -> int:
    started = time.perf_counter()
    match list(arguments):
        case ["check"]:
            results = run_lanes(check_lanes(FAST))
        case ["test"]:
            results = run_lanes(check_lanes(SHORT))
            results += run_lanes(contract_lanes(), told=True)
            results += run_lanes(server_lanes(), told=True)
            results += run_lanes(whole_lanes(), told=True)
        case ["e2e"]:
            results = run_lane(long_steps(), live=True)
        case _:
            print("usage: python -m tools.verify check|test|e2e", file=sys.stderr)
            return 2
    return conclude(arguments[0], results, time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
