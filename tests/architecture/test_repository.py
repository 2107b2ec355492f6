"""The repository obeys its own contracts and rules."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import ast_rules

ROOT = Path(__file__).parents[2]


def test_layer_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_source_obeys_the_rules() -> None:
    violations = ast_rules.judge_repository(ROOT)
    if violations:
        pytest.fail("\n".join(map(str, violations)), pytrace=False)
