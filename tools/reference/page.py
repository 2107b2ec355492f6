"""A page of the reference, and how Markdown is put together."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType

NOTICE = "<!-- Made from the code by `make docs`. Do not edit. -->"


@dataclass
class Page:
    """One file of the reference. `undocumented` names what the code does not explain: a test wants it empty."""

    name: str
    title: str
    intro: str
    body: list[str] = field(default_factory=list)
    undocumented: list[str] = field(default_factory=list)

    def text(self) -> str:
        parts = [f"# {self.title}", NOTICE, self.intro, *self.body]
        return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"

    def explain(self, name: str, text: str) -> str:
        """The text, noting the name as undocumented when it is empty."""
        if not text.strip():
            self.undocumented.append(f"{self.name}: {name}")
        return text


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def code(value: object) -> str:
    return f"`{value}`" if str(value) else ""


def paragraph(text: str) -> str:
    """A docstring as one Markdown text: indentation off, lines of a paragraph kept as they are."""
    return inspect.cleandoc(text)


def module_if_there(name: str) -> ModuleType | None:
    """The module, or None while that part does not exist yet."""
    parent, _, _ = name.rpartition(".")
    if parent and module_if_there(parent) is None:
        return None
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def member_texts(enumeration: type[Enum]) -> dict[str, str]:
    """The string that stands below each member of an enumeration, by the member's value; '' where none does."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(enumeration))).body
    assert isinstance(tree, ast.ClassDef)
    texts = {str(member.value): "" for member in enumeration}
    for statement, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(statement, ast.Assign) and isinstance(following, ast.Expr):
            (target,) = statement.targets
            assert isinstance(target, ast.Name)
            texts[str(enumeration[target.id].value)] = " ".join(ast.literal_eval(following.value).split())
    return texts
