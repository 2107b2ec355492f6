"""A skip fails when CI=true, unless it is named with a reason."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]

SKIPPING = """
import pytest

def test_runs(): pass

def test_skips(): pytest.skip("no server here")

@pytest.mark.xfail(reason="not built", strict=True)
def test_expected(): raise ValueError
"""
MISSING = "import pytest\npytest.importorskip('no_such_module')\n"


def run(folder: Path, source: str, *, ci: bool, allowed: str = "") -> tuple[int, dict[str, Any]]:
    (folder / "test_subject.py").write_text(source)
    (folder / "allowed.toml").write_text(allowed)
    tally = folder / "tally.json"
    plugin = ("-p", "skip_policy", "--allowed-skips", str(folder / "allowed.toml"), "--tally", str(tally))
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(folder), *plugin, str(folder)]
    ours = {"PYTHONPATH": str(TESTS), "CI": "true" if ci else "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment = {**os.environ, **ours}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    output = {"output": done.stdout + done.stderr}
    return done.returncode, json.loads(tally.read_text()) if tally.exists() else output


def test_skips_are_counted_outside_ci(tmp_path: Path) -> None:
    code, tally = run(tmp_path, SKIPPING, ci=False)
    assert code == 0
    assert (tally["passed"], tally["failed"]) == (1, 0)
    assert tally["skipped"] == [
        {"test": "test_subject.py::test_skips", "reason": "no server here"},
        {"test": "test_subject.py::test_expected", "reason": "expected to fail: not built"},
    ]


def test_unnamed_skips_fail_in_ci(tmp_path: Path) -> None:
    code, tally = run(tmp_path, SKIPPING, ci=True)
    assert code == 1
    assert (tally["passed"], tally["failed"], tally["skipped"]) == (1, 2, [])


def test_named_skips_pass_in_ci(tmp_path: Path) -> None:
    allowed = '[[skip]]\ntest = "test_subject.py::test_*"\nreason = "by design"\n'
    code, tally = run(tmp_path, SKIPPING, ci=True, allowed=allowed)
    assert code == 0
    assert len(tally["skipped"]) == 2


@pytest.mark.parametrize("ci", [True, False])
def test_a_skipped_module_counts_too(tmp_path: Path, ci: bool) -> None:
    code, tally = run(tmp_path, MISSING + "def test_x(): pass\n", ci=ci)
    assert code == (2 if ci else 5)
    assert (tally["failed"], len(tally["skipped"])) == ((1, 0) if ci else (0, 1))


def test_an_entry_without_reason_is_refused(tmp_path: Path) -> None:
    code, answer = run(
        tmp_path, SKIPPING, ci=True, allowed='[[skip]]\ntest = "test_subject.py::test_skips"\n'
    )
    assert code == 4
    assert "needs a reason" in str(answer["output"])
