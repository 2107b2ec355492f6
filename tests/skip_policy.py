"""A skip must not hide a missing part: with CI=true a skipped (or expected-to-fail) test is a failure, unless
tests/allowed-skips.toml names it with the reason. Every run ends with the table of its skips.

`--tally FILE` also writes the counts as JSON, for the summary over several runs.
"""

import json
import os
import tomllib
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ALLOWED_SKIPS = Path(__file__).parent / "allowed-skips.toml"

Outcome = pytest.TestReport | pytest.CollectReport


def read_allowed(path: Path) -> list[str]:
    """The patterns of test ids in the file; each entry must carry a reason."""
    entries = tomllib.loads(path.read_text()).get("skip", [])
    for entry in entries:
        if not entry.get("reason", "").strip():
            raise pytest.UsageError(f"{path}: the entry {entry.get('test')!r} needs a reason")
    return [entry["test"] for entry in entries]


def reason_of(report: Outcome) -> str:
    expected_failure = getattr(report, "wasxfail", None)
    if expected_failure is not None:
        return f"expected to fail: {expected_failure}"
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


class SkipPolicy:
    def __init__(self, allowed: list[str], *, strict: bool, tally: Path | None) -> None:
        self.allowed = allowed
        self.strict = strict
        self.tally = tally
        self.skips: list[dict[str, str]] = []

    def judge(self, report: Outcome) -> None:
        if not report.skipped:
            return
        reason = reason_of(report)
        if self.strict and not any(fnmatchcase(report.nodeid, pattern) for pattern in self.allowed):
            report.outcome = "failed"
            report.longrepr = f"skipped, and not named in tests/{ALLOWED_SKIPS.name}: {reason}"
            if hasattr(report, "wasxfail"):
                del report.wasxfail
            return
        self.skips.append({"test": report.nodeid, "reason": reason})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.judge(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        self.judge(report)
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skips:
            terminalreporter.section("skipped tests")
            for skip in self.skips:
                terminalreporter.line(f"{skip['test']}  {skip['reason']}")
        if self.tally:
            stats = terminalreporter.stats
            counts = {
                "passed": len(stats.get("passed", [])) + len(stats.get("xpassed", [])),
                "failed": len(stats.get("failed", [])) + len(stats.get("error", [])),
                "skipped": self.skips,
            }
            self.tally.write_text(json.dumps(counts))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tally", type=Path, help="write the counts and the skips of this run to a JSON file")
    parser.addoption("--allowed-skips", type=Path, default=ALLOWED_SKIPS, help="the file of allowed skips")


def pytest_configure(config: pytest.Config) -> None:
    strict = os.environ.get("CI") == "true"
    allowed = read_allowed(config.getoption("allowed_skips"))
    policy = SkipPolicy(allowed, strict=strict, tally=config.getoption("tally"))
    config.pluginmanager.register(policy, "skip-policy")
