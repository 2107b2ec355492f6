"""The scanner's wheel carries the client that its remote commands stand on, and names no package it would be looked up by."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_wheel_of_the_scanner_holds_the_sdk_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("cyberai_platform-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (metadata,) = (name for name in held if name.endswith(".dist-info/METADATA"))
        wanted = archive.read(metadata).decode().lower()
    source = ROOT / "sdks" / "python" / "src"
    modules = {str(path.relative_to(source)) for path in (source / "cyberai_sdk").rglob("*.py")}
    assert modules <= held
    assert "requires-dist: httpx2" in wanted
    assert "requires-dist: cyberai" not in wanted
