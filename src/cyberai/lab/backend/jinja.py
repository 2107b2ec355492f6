"""The real Jinja2, sandboxed and bounded: a template may compute, and nothing else.

The sandbox of Jinja2 keeps attributes from the interpreter; what it does not bound is work and memory. So
the syntax tree is checked against an allow-list first (no macros, imports, blocks, nested loops), and every
operator that can grow a value is intercepted.
"""

from typing import Any

from jinja2 import TemplateError as JinjaTemplateError
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from cyberai.lab.backend.templates import MAX_TEMPLATE, TemplateError

MAX_NODES = 150
MAX_RESULT = 2_000
MAX_RANGE = 50
_MAX_NUMBER = 10**60
_ALLOWED_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Tuple, nodes.List,
    nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call,
    nodes.Getitem, nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.BinExpr,
    nodes.UnaryExpr, nodes.If, nodes.For, nodes.Assign,
)  # fmt: skip
_FILTERS = frozenset(
    {"upper", "lower", "length", "count", "default", "d", "int", "float", "string", "e", "escape", "first"}
    | {"last", "capitalize", "title", "trim", "abs", "sum", "safe", "reverse", "attr", "list"}
)
_TEXT_METHODS = frozenset({"upper", "lower", "strip", "title", "capitalize", "startswith", "endswith"})
_GROWING = (nodes.List, nodes.Tuple, nodes.Dict, nodes.Concat, nodes.Call, nodes.Filter)


class _BoundedEnvironment(SandboxedEnvironment):
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            raise SecurityError("string formatting is not available")
        if operator == "**" and (abs(left) > 10**6 or abs(right) > 100):
            raise OverflowError("number too big")
        if operator == "*" and max(_repeated(left, right), _repeated(right, left)) > MAX_RESULT:
            raise OverflowError("value too long")
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, (str, list, tuple)) and len(result) > MAX_RESULT:
            raise OverflowError("value too long")
        if isinstance(result, int) and abs(result) > _MAX_NUMBER:
            raise OverflowError("number too big")
        return result

    def wrap_str_format(self, value: Any) -> None:
        """No `str.format`: a width in its text would make memory of any size."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return not callable(value) and super().is_safe_attribute(obj, attr, value)


def _repeated(value: Any, times: Any) -> int:
    """How long `value * times` would be where that repeats a sequence."""
    return len(value) * times if isinstance(value, (str, list, tuple)) and isinstance(times, int) else 0


def _range(*arguments: int) -> range:
    result = range(*arguments)
    if len(result) > MAX_RANGE:
        raise OverflowError(f"range too big, at most {MAX_RANGE}")
    return result


def _environment() -> _BoundedEnvironment:
    environment = _BoundedEnvironment(autoescape=False, cache_size=0)
    environment.globals.clear()
    environment.globals["range"] = _range
    environment.filters = {name: value for name, value in environment.filters.items() if name in _FILTERS}
    return environment


_ENVIRONMENT = _environment()


def render(source: str, variables: dict[str, Any]) -> str:
    """The page made from a template; raises TemplateError in Jinja2's own words."""
    if len(source) > MAX_TEMPLATE:
        raise TemplateError("jinja2.exceptions.TemplateSyntaxError: template too long")
    try:
        _inspect(_ENVIRONMENT.parse(source))
        return _ENVIRONMENT.from_string(source).render(variables)
    except JinjaTemplateError as error:
        raise TemplateError(f"jinja2.exceptions.{type(error).__name__}: {error.message}") from error
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise TemplateError(f"{type(error).__name__}: {error}") from error


def _inspect(tree: nodes.Template) -> None:
    """Refuse what could cost more than a moment; raises SecurityError."""
    pending: list[tuple[nodes.Node, int]] = [(tree, 0)]
    seen = 0
    while pending:
        node, loops = pending.pop()
        seen += 1
        if isinstance(node, nodes.For):
            loops += 1
        if seen > MAX_NODES or loops > 1 or _forbidden(node):
            raise SecurityError(f"{type(node).__name__.lower()} is not available in this environment")
        pending += [(child, loops) for child in node.iter_child_nodes()]


def _forbidden(node: nodes.Node) -> bool:
    if isinstance(node, nodes.For):
        return node.recursive or not isinstance(node.target, nodes.Name) or not _short(node.iter)
    if isinstance(node, nodes.Assign):
        # A variable that is built from a growing value doubles with each line.
        growing = any(isinstance(part, _GROWING) for part in (node.node, *node.node.find_all(nodes.Expr)))
        return growing or not isinstance(node.target, nodes.Name)
    return not isinstance(node, _ALLOWED_NODES)


def _short(source: nodes.Node) -> bool:
    """What a loop may run over: a range, or items written out."""
    if isinstance(source, nodes.Call):
        return isinstance(source.node, nodes.Name) and source.node.name == "range"
    return isinstance(source, (nodes.List, nodes.Tuple))
