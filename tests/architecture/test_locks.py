"""The lock files: every package by hash, no address of any index, in step with pyproject.toml, a small base."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["base", "dev", "bootstrap", "node"]
BASE_PACKAGE_BUDGET = 50
ENTRY = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^ ;\\]+)")


def lock_text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def entries(text: str) -> list[str]:
    """The logical lines: continuations joined, comments left out."""
    joined = text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pinned(name: str) -> dict[str, str]:
    found = [ENTRY.match(line) for line in entries(lock_text(name))]
    return {match[1]: match[2] for match in found if match}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def python_sdk() -> dict[str, Any]:
    return tomllib.loads((ROOT / "sdks" / "python" / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_pinned_and_hashed(name: str) -> None:
    for line in entries(lock_text(name)):
        assert ENTRY.match(line), line
        assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", line), line


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_and_no_index_option(name: str) -> None:
    text = lock_text(name)
    assert "://" not in text
    assert "@" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)", text, re.MULTILINE)
    assert not re.search(r"\b[a-z0-9-]+\.(org|com|io|net|dev)\b", text)


def test_base_install_stays_small() -> None:
    assert len(pinned("base")) <= BASE_PACKAGE_BUDGET


def test_dev_holds_the_same_releases_as_base() -> None:
    dev = pinned("dev")
    assert {name: dev.get(name) for name in pinned("base")} == pinned("base")


@pytest.mark.parametrize(
    ("lock", "read"),
    [
        ("base", lambda p: p["project"]["dependencies"]),
        ("dev", lambda p: p["dependency-groups"]["dev"]),
        ("bootstrap", lambda p: p["dependency-groups"]["bootstrap"]),
        ("node", lambda p: p["dependency-groups"]["node"]),
        ("dev", lambda p: python_sdk()["project"]["dependencies"]),
    ],
)
def test_locks_follow_pyproject(lock: str, read: Callable[[dict[str, Any]], list[str]]) -> None:
    versions = pinned(lock)
    wanted = [Requirement(line) for line in read(project())]
    unmet = [str(r) for r in wanted if not r.specifier.contains(versions.get(canonicalize_name(r.name), "0"))]
    assert unmet == [], "run `make lock`"
