"""`make new-check` writes files that are formatted, typed and accepted as they stand."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cyberai.checkkit.check import Check
from tools import new_check

ROOT = Path(__file__).parents[2]
NAMES = [f"{folder}.foo_bar" for folder in new_check.KINDS]


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


@pytest.mark.parametrize("name", NAMES)
def test_the_check_is_accepted_as_it_stands(tmp_path: Path, name: str) -> None:
    check_path, _ = new_check.write(name, tmp_path)
    check = load(check_path, "skeleton").foo_bar
    assert isinstance(check, Check)
    assert check.meta.id == name.replace("_", "-")


@pytest.mark.parametrize("name", NAMES)
def test_the_lab_page_declares_the_flaw_of_that_check(tmp_path: Path, name: str) -> None:
    _, lab_path = new_check.write(name, tmp_path)
    page = load(lab_path, "skeleton")
    declared = [
        *getattr(page, "PAGES", ()),
        *getattr(page, "TLS_LISTENERS", ()),
        *getattr(page, "SERVICES", ()),
        *getattr(page, "ZONES", ()),
    ]
    assert [flaw.check for item in declared for flaw in item.flaws] == [name.replace("_", "-")]


def test_the_skeletons_pass_formatter_linter_and_types(tmp_path: Path) -> None:
    for name in NAMES:
        new_check.write(name, tmp_path)
    binaries = Path(sys.executable).parent
    configured: list[str | Path] = ["--config", ROOT / "pyproject.toml", tmp_path]
    packages: list[str | Path] = [
        "--explicit-package-bases",
        "--config-file",
        ROOT / "pyproject.toml",
        tmp_path,
    ]
    for command in (
        [binaries / "ruff", "format", "--check", *configured],
        [binaries / "ruff", "check", *configured],
        [binaries / "mypy", "--cache-dir", ROOT / ".mypy_cache" / "skeletons", *packages],
    ):
        environment = {**os.environ, "MYPYPATH": str(tmp_path)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name", ["", "foo", "web.", "web.Foo", "web.foo-bar", "web.class", "web.a.b", "attic.foo", "../x.y"]
)
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(new_check.Refused):
        new_check.write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_check.write("web.foo_bar", tmp_path)
    (tmp_path / "checks/web/foo_bar.py").unlink()
    with pytest.raises(new_check.Refused, match="exists"):
        new_check.write("web.foo_bar", tmp_path)
    assert not (tmp_path / "checks/web/foo_bar.py").exists()
