"""Functions of a script that put the same beginning before each address they are handed.

`function get(path, options) { return fetch(base + path, options) }` hides what is asked for: the address and its
options stand where the function is used. The code is not run: the function is known by its parameters' names.
"""

from collections.abc import Iterator

from msgspec import Struct

from cyberai.engine.javascript import Script
from cyberai.engine.script_values import Span, parts

MAX_WRAPPERS = 10
MAX_USES = 60
_BEFORE = 600
"""Characters before a call in which the head of its function is looked for."""

_MAX_HEADS = 20
_MARKERS = ("fetch(", "axios(", ".open(", ".ajax(")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_NO_FUNCTION = frozenset(
    {"if", "for", "while", "switch", "catch", "function", "return", "with", "async", "await"}
)


class Wrapper(Struct, frozen=True):
    """A function `name` whose parameter number `path` is put behind `prefix`; `own` is where its options stand."""

    name: str
    prefix: str
    path: int
    own: Span | None = None


class Use(Struct, frozen=True):
    """One call of a wrapper: what it is handed as the address, and what else."""

    wrapper: Wrapper
    path: Span
    further: tuple[Span, ...]


def uses(script: Script) -> Iterator[Use]:
    """Where the script's wrappers are used, each wrapper in turn."""
    known: dict[str, Wrapper] = {}
    for wrapper in _wrappers(script):
        if wrapper.name in known:
            continue
        known[wrapper.name] = wrapper
        yield from _uses(script.source, wrapper)
        if len(known) >= MAX_WRAPPERS:
            return


def _wrappers(script: Script) -> Iterator[Wrapper]:
    for marker in _MARKERS:
        at = script.source.find(marker)
        for _ in range(MAX_USES):
            if at < 0:
                break
            found = _wrapper(script, at, at + len(marker) - 1, method_first=marker == ".open(")
            if found is not None:
                yield found
            at = script.source.find(marker, at + len(marker))


def _wrapper(script: Script, at: int, bracket: int, *, method_first: bool) -> Wrapper | None:
    arguments = parts(script.source, bracket)[1 if method_first else 0 :]
    if not arguments:
        return None
    prefix, parameter = _split(script, arguments[0])
    name, parameters = _function_around(script.source, at, parameter)
    if not name:
        return None
    own = arguments[1] if len(arguments) > 1 and not method_first else None
    return Wrapper(name, prefix, parameters.index(parameter), own)


def _split(script: Script, span: Span) -> tuple[str, str]:
    """What stands before the name that ends the expression, and that name; both empty when it does not end in one."""
    text = script.source[span.start : span.end]
    if text[:1] == "`" and text[-2:] == "}`":
        head, _, name = text[1:-2].rpartition("${")
        pieces = head.replace("${", "\0").replace("}", "\0").split("\0")
        known = [
            piece if i % 2 == 0 else _constant(script, piece, span.start) for i, piece in enumerate(pieces)
        ]
    else:
        *operands, name = (operand.strip() for operand in text.split("+"))
        known = [
            operand[1:-1] if operand[:1] in ("'", '"') else _constant(script, operand, span.start)
            for operand in operands
        ]
    if not name or not set(name) <= _NAME or None in known:
        return "", ""
    return "".join(piece for piece in known if piece), name


def _constant(script: Script, name: str, position: int) -> str | None:
    return script.constant(name, position) if name and set(name) <= _NAME | {"."} else None


def _function_around(source: str, at: int, parameter: str) -> tuple[str, list[str]]:
    """Name and parameters of the nearest function before `at` that has this parameter; empty when there is none."""
    head = source[max(at - _BEFORE, 0) : at]
    end = len(head)
    for _ in range(_MAX_HEADS if parameter else 0):
        end = head.rfind(")", 0, end)
        opening = head.rfind("(", 0, end) if end > 0 else -1
        if opening < 0:
            break
        behind = head[end + 1 :].lstrip()
        parameters = [piece.partition("=")[0].strip() for piece in head[opening + 1 : end].split(",")]
        if parameter in parameters and behind.startswith(("{", "=>")):
            return _named(head[:opening]), parameters
    return "", []


def _named(before: str) -> str:
    """The name that a function's parameters follow: `function get`, `get = async`, `get: function`, `get`."""
    text = before.rstrip()
    for word in ("function", "async"):
        text = text.removesuffix(word).rstrip()
    text = text.removesuffix("=").removesuffix(":").rstrip()
    start = len(text)
    while start > 0 and text[start - 1] in _NAME:
        start -= 1
    return "" if text[start:] in _NO_FUNCTION else text[start:]


def _uses(source: str, wrapper: Wrapper) -> Iterator[Use]:
    call = f"{wrapper.name}("
    at = source.find(call)
    for _ in range(MAX_USES):
        if at < 0:
            return
        if source[at - 1 : at] not in _NAME:
            arguments = parts(source, at + len(call) - 1)
            if len(arguments) > wrapper.path:
                path = arguments.pop(wrapper.path)
                yield Use(wrapper, path, tuple(arguments))
        at = source.find(call, at + len(call))
