"""The body of a request that a method is handed: `login(user) { return http.post("/login", user) }`.

Bundles keep their calls in services; what is sent is put together where the service is used. The method's name leads
there: to an object literal, or to a variable whose members are set one by one (`this.user.email = ...`).
"""

from collections.abc import Iterator
from typing import Any

from cyberai.engine.fields import Field, fill
from cyberai.engine.javascript import Script
from cyberai.engine.script_values import MAX_MEMBERS, object_at, parts
from cyberai.engine.scripts import is_token

_BEFORE = 400
"""Characters before a call in which the head of its method is looked for."""

_MAX_USES = 20
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_NO_METHOD = frozenset({"if", "for", "while", "switch", "catch", "function", "return", "with"})


def handed_body(script: Script, name: str, at: int) -> dict[str, Any]:
    """The fields of the object that the method around position `at` gets as its parameter `name`; empty when nothing
    tells of them."""
    method, place = _method(script.source, name, at)
    if not method:
        return {}
    for start in _uses(script.source, f".{method}("):
        arguments = parts(script.source, start)
        if len(arguments) <= place:
            continue
        span = arguments[place]
        text = script.source[span.start : span.end]
        found = object_at(script, span.start) if text[:1] == "{" else _set_one_by_one(script.source, text)
        if found:
            return found
    return {}


def _method(source: str, name: str, at: int) -> tuple[str, int]:
    """The name of the method around `at` that has this parameter, and the parameter's index."""
    head = source[max(at - _BEFORE, 0) : at]
    end = len(head)
    for _ in range(_MAX_USES):
        end = head.rfind("{", 0, end)
        if end < 0:
            break
        before = head[:end].rstrip()
        opening = before.rfind("(")
        if not before.endswith(")") or opening < 0:
            continue
        names = [parameter.strip() for parameter in before[opening + 1 : -1].split(",")]
        method = _last_name(before[:opening])
        if name in names and method and method not in _NO_METHOD:
            return method, names.index(name)
    return "", 0


def _uses(source: str, call: str) -> Iterator[int]:
    at = source.find(call)
    for _ in range(_MAX_USES):
        if at < 0:
            return
        yield at + len(call) - 1
        at = source.find(call, at + len(call))


def _set_one_by_one(source: str, variable: str) -> dict[str, Any]:
    """Members that the code sets of a variable such as `this.user`."""
    if not variable or not set(variable) <= _NAME | {"."} or len(variable) < 2:
        return {}
    names: dict[str, None] = {}
    for piece in source.split(f"{variable}.", MAX_MEMBERS * 2)[1:]:
        length = next((i for i, c in enumerate(piece) if c not in _NAME), len(piece))
        name, rest = piece[:length], piece[length : length + 4].lstrip()
        if is_token(name) and rest[:1] == "=" and rest[1:2] != "=":
            names[name] = None
    return {name: fill(Field(name)) for name in list(names)[:MAX_MEMBERS]}


def _last_name(text: str) -> str:
    start = len(text)
    while start > 0 and text[start - 1] in _NAME:
        start -= 1
    return text[start:]
