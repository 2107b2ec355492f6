"""A data directory on a disk that is mounted read-only: a clear refusal, nothing damaged."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crash.test_server_full_disk import own_mounts
from support.processes import environment

pytestmark = pytest.mark.crash

COMMANDS = (
    ("serve", "--port", "0"),
    ("scan", "http://127.0.0.1:9/", "--allow", "127.0.0.0/8"),
    ("keys", "list"),
    ("doctor",),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("held", [True, False], ids=["a store", "empty"])
def test_it_is_said_and_nothing_changes(tmp_path: Path, words: tuple[str, ...], held: bool) -> None:
    if not own_mounts():
        pytest.skip("no mounts in a user namespace here")
    data = tmp_path / "data"
    data.mkdir(0o700)
    python = [sys.executable, "-m", "cyberai"]
    if held:
        make = [*python, "keys", "create", "--name", "x", "--data-dir", str(data)]
        subprocess.run(make, env=environment(tmp_path), capture_output=True, timeout=60, check=True)
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    place, command = shlex.quote(str(data)), shlex.join([*python, *words, "--data-dir", str(data)])
    script = f"mount --bind {place} {place} && mount -o remount,ro,bind {place} && exec {command}"
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 5, done.stderr
    told = done.stdout + done.stderr
    assert "read-only" in told.lower()
    assert "--data-dir" in told
    assert "Traceback" not in told
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before
