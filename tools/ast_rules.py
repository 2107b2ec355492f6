"""Judges the source by the project's own rules: `python -m tools.ast_rules`. Prints `file:line rule message`.

The rules stand in tools/rules, the named exceptions with their reasons in tools/boundaries.toml.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.rules import allowances, budgets, calls, imports
from tools.rules.source import Module, Violation, load, sort

ROOT = Path(__file__).resolve().parent.parent
PYTHON_SDK = "sdks/python/src"
"""A distribution of its own: of the rules, the budgets and those on unsafe code hold for it."""


def judge_source(modules: list[Module], allowed: allowances.Allowances) -> list[Violation]:
    """Every violation in the product's modules, sorted by place."""
    found: list[Violation] = []
    for module in modules:
        found += imports.check(module, allowed)
        found += calls.check(module, allowed)
    found += budgets.check(modules, allowed)
    return sort(found)


def judge_repository(root: Path) -> list[Violation]:
    """Every violation in the repository: the product, and what tests, tools and benchmarks must not do either."""
    modules = load(root, "src")
    allowed = allowances.read(root / "tools" / "boundaries.toml")
    found = judge_source(modules, allowed)
    found += imports.undeclared(modules, root / "pyproject.toml")
    for module in load(root, PYTHON_SDK):
        found += [item for item in imports.check(module, allowed) if item.rule == "unsafe-code"]
        found += [
            item for item in calls.check(module, allowed) if item.rule in ("unsafe-code", "broad-except")
        ]
        found += budgets.long_file(module, allowed)
        if module.name not in allowed.entries.get("long_file", {}):
            found += budgets.long_functions(module)
    found += allowed.problems()
    for folder in ("tests", "tools", "benchmarks"):
        for module in load(root, folder, naming="sqlite3"):
            found += [item for item in imports.check(module, allowed) if item.rule == "no-sqlite3"]
    return sort(found)


def main() -> int:
    violations = judge_repository(ROOT)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
