"""Requests with a JSON body that a page's scripts make: `fetch(path, {body: JSON.stringify({...})})`,
`xhr.open(method, path)` with `xhr.send(JSON.stringify({...}))`, `client.post(path, {...})`.

The code is not run. An object literal tells the names of the fields, the nearest address before it where they go.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.body import JSON
from cyberai.engine.fields import Field, fill
from cyberai.engine.scripts import literals, paths

MAX_CALLS = 40
_BEFORE = 400
"""Characters before an object in which its address is looked for."""
_OBJECT = 2_000
_MAX_FIELDS = 40
_METHODS = ("POST", "PUT", "PATCH")
_QUOTES = "\"'`"
_OPENING = frozenset("{[(")
_CLOSING = frozenset("}])")


def calls(source: str, page: Url) -> tuple[HttpRequest, ...]:
    """The requests of a script, each once, in order, at most MAX_CALLS."""
    found: dict[HttpRequest, None] = {}
    for method, path, fields in _calls(source):
        try:
            url = page.join(path)
        except ValueError:
            continue
        found[HttpRequest(method, url, (("Content-Type", JSON),), msgspec.json.encode(fields))] = None
        if len(found) >= MAX_CALLS:
            break
    return tuple(found)


def _calls(source: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for start in _after(source, "JSON.stringify("):
        before = source[max(start - _BEFORE, 0) : start]
        fields = object_fields(source[start : start + _OBJECT])
        path = _last_path(before)
        if fields and path:
            yield _method(before), path, fields
    for method in _METHODS:
        for start in _after(source, f".{method.lower()}("):
            head = source[start : start + _OBJECT]
            path = _last_path(head[:_BEFORE].partition("{")[0])
            fields = object_fields(head.partition("{")[1] + head.partition("{")[2])
            if fields and path:
                yield method, path, fields


def _after(source: str, marker: str) -> Iterator[int]:
    at = source.find(marker)
    for _ in range(MAX_CALLS):
        if at < 0:
            return
        yield at + len(marker)
        at = source.find(marker, at + len(marker))


def _last_path(before: str) -> str:
    return next(iter(reversed(list(paths(before)))), "")


def _method(before: str) -> str:
    words = [literal.upper() for literal, _ in literals(before)]
    return next((word for word in reversed(words) if word in _METHODS), "POST")


def object_fields(text: str) -> dict[str, Any]:
    """The members of the object literal the text begins with; none when it begins with something else. A value
    that is no plain literal becomes what a form field of that name would get."""
    text = text.lstrip()
    if text[:1] != "{":
        return {}
    fields: dict[str, Any] = {}
    for member in _members(text[1:]):
        name, colon, value = member.partition(":")
        name = name.strip().strip(_QUOTES)
        if name and name.replace("_", "a").replace("-", "a").isalnum() and len(fields) < _MAX_FIELDS:
            fields[name] = _value(name, value.strip() if colon else "")
    return fields


def _members(text: str) -> Iterator[str]:
    """The text between the commas of the outermost level, up to its closing brace."""
    depth, start, quote = 0, 0, ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in _QUOTES:
            quote = char
        elif char in _OPENING:
            depth += 1
        elif char in _CLOSING and depth:
            depth -= 1
        elif (char == "," and not depth) or char in _CLOSING:
            yield text[start:at]
            start = at + 1
            if char != ",":
                return


def _value(name: str, value: str) -> Any:
    if len(value) >= 2 and value[0] in _QUOTES and value.find(value[0], 1) == len(value) - 1:
        plain = value[1:-1]
        return plain if plain and "${" not in plain else fill(Field(name))
    try:
        known = msgspec.json.decode(value)
    except msgspec.DecodeError:
        # `{post: id}`, `{item: row.itemId}`: what is given tells more than the field's name.
        given = value.rpartition(".")[2]
        return "1" if given == "id" or given.endswith(("Id", "_id", "ID")) else fill(Field(name))
    return known if isinstance(known, bool | int | float) else fill(Field(name))
