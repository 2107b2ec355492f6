"""tools/boundaries.toml: the named exceptions from the rules, each with its reason. One that no code needs any more
is itself a violation, so the list cannot rot."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tools.rules.source import Violation

SECTIONS = ("broad_except", "long_file", "fan_out", "client")


@dataclass
class Allowances:
    entries: dict[str, dict[str, str]]
    path: str = "tools/boundaries.toml"
    used: set[tuple[str, str]] = field(default_factory=set)

    def allows(self, section: str, name: str) -> bool:
        """Whether the file names this exception. Ask only when the rule would fire: asking marks it as needed."""
        if name not in self.entries.get(section, {}):
            return False
        self.used.add((section, name))
        return True

    def problems(self) -> list[Violation]:
        found = []
        for section, names in self.entries.items():
            if section not in SECTIONS:
                found.append(self._problem(f"unknown section [{section}]"))
                continue
            for name, reason in names.items():
                if not reason.strip():
                    found.append(self._problem(f"[{section}] {name} needs a reason"))
                if (section, name) not in self.used:
                    found.append(self._problem(f"[{section}] {name} is not needed: take it out"))
        return found

    def _problem(self, message: str) -> Violation:
        return Violation(self.path, 1, "allowance", message)


def read(path: Path) -> Allowances:
    return Allowances(tomllib.loads(path.read_text()) if path.exists() else {})
