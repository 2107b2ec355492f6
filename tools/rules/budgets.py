"""Budgets on size and coupling, and docstrings where the interface is public."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tools.rules.allowances import Allowances
from tools.rules.source import PACKAGE, Module, Violation, is_within

FUNCTION_LINES, FUNCTION_LINES_P95 = 60, 40
FILE_LINES, FILE_LINES_P95 = 500, 300
FAN_OUT = 10
LINES_PER_TYPE_IGNORE = 1000
FEWEST_FOR_PERCENTILE = 20
DOCUMENTED = ("domain", "ports", "checkkit")
ROOTS = ("bootstrap", "cli", "api.app")


def check(modules: Sequence[Module], allowances: Allowances) -> Iterator[Violation]:
    names = {module.name for module in modules}
    for module in modules:
        yield from long_functions(module)
        yield from long_file(module, allowances)
        yield from fan_out(module, names, allowances)
        yield from undocumented(module)
    yield from percentiles(modules, allowances)
    yield from type_ignores(modules)


def line_count(module: Module) -> int:
    return module.text.count("\n")


def long_functions(module: Module) -> Iterator[Violation]:
    for function in module.functions:
        if function.lines > FUNCTION_LINES:
            message = f"{function.name} has {function.lines} lines, at most {FUNCTION_LINES} are allowed"
            yield module.violation(function.node, "function-length", message)


def long_file(module: Module, allowances: Allowances) -> Iterator[Violation]:
    if line_count(module) > FILE_LINES and not allowances.allows("long_file", module.name):
        message = f"{line_count(module)} lines, at most {FILE_LINES} are allowed"
        yield module.violation(1, "file-length", message)


def fan_out(module: Module, names: set[str], allowances: Allowances) -> Iterator[Violation]:
    if module.inside(*ROOTS) or is_facade(module):
        return
    imported = {vocabulary(cyberai_module(item.target, item.module, names)) for item in module.imports} - {
        "",
        module.name,
    }
    if len(imported) > FAN_OUT and not allowances.allows("fan_out", module.name):
        message = f"imports {len(imported)} modules of cyberai, at most {FAN_OUT} are allowed"
        yield module.violation(1, "fan-out", message)


def vocabulary(module: str) -> str:
    """The domain is the vocabulary that all parts speak: however many of its words a module uses, they count
    once (docs/decisions/0003)."""
    return "cyberai.domain" if is_within(module, "cyberai.domain") else module


def cyberai_module(target: str, module: str, names: set[str]) -> str:
    if not is_within(module, PACKAGE):
        return ""
    return target if target in names else module


def is_facade(module: Module) -> bool:
    """A package's `__init__` that only passes names on."""
    passing = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign)
    return module.is_package and all(isinstance(node, passing) for node in module.tree.body)


def percentile(values: Sequence[int], share: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def percentiles(modules: Sequence[Module], allowances: Allowances) -> Iterator[Violation]:
    exempt = allowances.entries.get("long_file", {})
    functions = [function.lines for module in modules for function in module.functions]
    files = [line_count(module) for module in modules if module.name not in exempt]
    for rule, values, limit in (
        ("function-length", functions, FUNCTION_LINES_P95),
        ("file-length", files, FILE_LINES_P95),
    ):
        if len(values) >= FEWEST_FOR_PERCENTILE and percentile(values, 0.95) > limit:
            message = f"the 95th percentile is {percentile(values, 0.95)} lines, at most {limit} are allowed"
            yield Violation(f"src/{PACKAGE}", 1, rule, message)


def type_ignores(modules: Sequence[Module]) -> Iterator[Violation]:
    found = [
        (module, line)
        for module in modules
        if "ignore" in module.text
        for line, comment in module.comments()
        if comment.lstrip("# ").startswith(("type: ignore", "mypy: ignore"))
    ]
    allowed = -(-sum(line_count(module) for module in modules) // LINES_PER_TYPE_IGNORE)
    for module, line in found[allowed:]:
        message = f"{len(found)} type: ignore comments, {allowed} are allowed (one per 1,000 lines)"
        yield module.violation(line, "type-ignore", message)


def undocumented(module: Module) -> Iterator[Violation]:
    if not module.inside(*DOCUMENTED):
        return
    if not ast.get_docstring(module.tree) and not is_empty(module):
        yield module.violation(1, "docstring", "the module needs a docstring")
    for name, node in public_objects(module.tree, ""):
        if not ast.get_docstring(node):
            yield module.violation(node, "docstring", f"{name} is public and needs a docstring")


def is_empty(module: Module) -> bool:
    return not module.tree.body


Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_objects(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Documented]]:
    for child in node.body:
        if isinstance(child, Documented) and not child.name.startswith("_") and not is_repeated(child):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from public_objects(child, f"{prefix}{child.name}.")


def is_repeated(node: Documented) -> bool:
    """An overload or a property's setter: documented where the name is first defined."""
    marks = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(mark.endswith(("overload", ".setter", ".deleter")) for mark in marks)
