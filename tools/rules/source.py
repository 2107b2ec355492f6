"""The source under judgement: modules with their trees, what their names stand for, and the violations found."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

PACKAGE = "cyberai"


@dataclass(frozen=True, order=True)
class Violation:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule} {self.message}"


@dataclass(frozen=True)
class Import:
    """One imported name: `from a.b import c as d` is target `a.b.c`, module `a.b`, bound as `d`."""

    line: int
    target: str
    module: str
    bound: str
    typing_only: bool


@dataclass(frozen=True)
class Function:
    """A function with the dotted name that it has inside its module, such as `Pool.acquire`."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1


@dataclass
class Module:
    """One parsed source file. `name` is its dotted name, `path` is relative to the repository."""

    name: str
    path: str
    text: str
    is_package: bool
    tree: ast.Module = field(init=False)
    nodes: tuple[ast.AST, ...] = field(init=False)
    functions: tuple[Function, ...] = field(init=False)
    imports: list[Import] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text, self.path)
        self.nodes = tuple(ast.walk(self.tree))
        self.functions = tuple(walk_functions(self.tree, ""))
        self.imports = list(read_imports(self))
        self._meaning = {item.bound: item.target for item in self.imports}

    def inside(self, *packages: str) -> bool:
        """Whether the module is one of these modules or lies below one; names leave out the root package."""
        return any(is_within(self.name, f"{PACKAGE}.{package}") for package in packages)

    def meaning(self, node: ast.expr) -> str:
        """The full dotted name of an expression such as `dt.now`, as far as the imports tell; else ''.

        The head of a name that was not imported stays as it is written, so `store.read` is `store.read`.
        """
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self._meaning.get(node.id, node.id))
        return ".".join(reversed(parts))

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.meaning(node.func)

    def violation(self, node: ast.AST | int, rule: str, message: str) -> Violation:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Violation(self.path, line, rule, message)

    def comments(self) -> Iterator[tuple[int, str]]:
        for token in tokenize.generate_tokens(StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def walk_functions(node: ast.AST, prefix: str) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = prefix + child.name
            yield Function(name, child)
            yield from walk_functions(child, name + ".")
        elif isinstance(child, ast.ClassDef):
            yield from walk_functions(child, prefix + child.name + ".")
        else:
            yield from walk_functions(child, prefix)


def read_imports(module: Module) -> Iterator[Import]:
    typing_lines = set(typing_only_lines(module))
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                target = alias.name if alias.asname else bound
                typing_only = node.lineno in typing_lines
                yield Import(node.lineno, target, alias.name, bound, typing_only)
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(module, node)
            for alias in node.names:
                target = f"{base}.{alias.name}"
                yield Import(
                    node.lineno, target, base, alias.asname or alias.name, node.lineno in typing_lines
                )


def absolute_base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    parts = package[: len(package) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def typing_only_lines(module: Module) -> Iterator[int]:
    for node in module.nodes:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from range(node.lineno, (node.body[-1].end_lineno or node.lineno) + 1)


def load(root: Path, folder: str, *, naming: str = "") -> list[Module]:
    """Every module below `root`/`folder` whose text has `naming` in it, in the order of their paths."""
    top = root / folder
    return [module_from(path, top, root) for path in sorted(top.rglob("*.py")) if naming in path.read_text()]


def module_from(path: Path, top: Path, root: Path) -> Module:
    parts = list(path.relative_to(top).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path.relative_to(root).as_posix(), path.read_text(), is_package)


def sort(violations: Iterable[Violation]) -> list[Violation]:
    return sorted(set(violations))
