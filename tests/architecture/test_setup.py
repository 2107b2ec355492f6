"""`make setup` names what is missing, with the line that installs it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy without environment: the script and what it reads."""
    for folder in ("tools", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def setup(checkout: Path, python: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": python, **({"PATH": path} if path else {})}
    command = ["/bin/sh", str(checkout / "tools" / "setup.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def install_line(package: str) -> str:
    sudo = "" if os.getuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y {package}"


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_missing_venv_module(checkout: Path) -> None:
    python = script(checkout / "python3", 'case "$*" in *ensurepip*) exit 1 ;; esac')
    done = setup(checkout, python)
    assert done.returncode == 1
    assert install_line("python3-venv") in [line.strip() for line in done.stderr.splitlines()]
    assert not (checkout / ".venv").exists()


def test_python_too_old(checkout: Path) -> None:
    done = setup(checkout, script(checkout / "python3", "exit 1"))
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert install_line("python3 python3-venv") in [line.strip() for line in done.stderr.splitlines()]


def test_missing_git(checkout: Path) -> None:
    programs = checkout / "bin"
    programs.mkdir()
    for name in ("dirname", "id", "cat", "cut", "sha256sum", "make"):
        (programs / name).symlink_to(shutil.which(name) or name)
    done = setup(checkout, "python3", path=str(programs))
    assert done.returncode == 1
    assert install_line("git") in [line.strip() for line in done.stderr.splitlines()]
