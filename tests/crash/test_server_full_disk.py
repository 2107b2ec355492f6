"""A full disk under a running server: 503 `storage_full`, reads and cancels go on, and it recovers by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.crash


def own_mounts() -> bool:
    """True when this machine lets an ordinary user mount memory in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    return subprocess.run(probe, capture_output=True, timeout=30).returncode == 0


def test_a_full_disk_under_a_running_server(tmp_path: Path) -> None:
    if not own_mounts():
        pytest.skip("no mounts in a user namespace here")
    here = Path(__file__).parents[1]
    variables = {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}
    command = ["unshare", "-Urm", sys.executable, "-m", "support.full_disk_server", str(tmp_path)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=400)
    log = tmp_path / "data.log"
    assert done.stdout == "ok\n", done.stderr + (log.read_text()[-4000:] if log.exists() else "")
