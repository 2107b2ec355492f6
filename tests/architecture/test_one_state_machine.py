"""Who decides what a vulnerability is: one module."""

import ast
from pathlib import Path

import cyberai

SOURCE = Path(cyberai.__file__).parent
MACHINE = SOURCE / "domain" / "vulnerability_moves.py"
OWNED = {"detection", "accept_until", "acceptance_announced"}
"""Fields that only it changes (`status` is also a field of scans, and moves with these)."""


def changed_in(path: Path) -> set[str]:
    """The owned fields that calls of `.replace(...)` in this file change."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    replacing = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "replace"]
    return {word.arg for call in replacing for word in call.keywords if word.arg} & OWNED


def test_only_the_state_machine_changes_states() -> None:
    found = {str(path.relative_to(SOURCE)): changed_in(path) for path in SOURCE.rglob("*.py")}
    changing = {path for path, names in found.items() if names}
    assert changing == {str(MACHINE.relative_to(SOURCE))}
    assert changed_in(MACHINE) == OWNED
