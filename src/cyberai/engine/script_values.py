"""Object literals and argument lists of JavaScript: where their parts stand, and what they are worth in a request."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.engine.fields import Field, fill
from cyberai.engine.javascript import Script

MAX_SPAN = 2_000
"""Characters of one object or argument list."""

MAX_MEMBERS = 40
_MAX_NESTING = 4
_QUOTES = "\"'`"
_OPENING = frozenset("{[(")
_CLOSING = frozenset("}])")


class Span(Struct, frozen=True):
    """A part of a script: its name (of an object's member) and where its text stands."""

    start: int
    end: int
    name: str = ""


def parts(source: str, start: int) -> list[Span]:
    """What stands between the commas behind the opening bracket at `start`, up to its closing one."""
    found: list[Span] = []
    depth, first, quote = 0, start + 1, ""
    for at in range(start + 1, min(start + MAX_SPAN, len(source))):
        char = source[at]
        if quote:
            quote = "" if char == quote and source[at - 1] != "\\" else quote
        elif char in _QUOTES:
            quote = char
        elif char in _OPENING:
            depth += 1
        elif char in _CLOSING and depth:
            depth -= 1
        elif (char == "," and not depth) or char in _CLOSING:
            found.append(_trimmed(source, first, at))
            first = at + 1
            if char != "," or len(found) >= MAX_MEMBERS:
                break
    return [span for span in found if span.end > span.start]


def members(source: str, start: int) -> list[Span]:
    """The members of the object literal that begins at `start`; none when something else does."""
    if source[start : start + 1] != "{":
        return []
    found = []
    for span in parts(source, start):
        text = source[span.start : span.end]
        name, colon, value = text.partition(":")
        name = name.strip().strip(_QUOTES)
        if not name or not name.replace("_", "a").replace("-", "a").replace("$", "a").isalnum():
            continue
        begin = span.end - len(value.lstrip()) if colon else span.start
        found.append(Span(begin, span.end, name))
    return found


def _trimmed(source: str, start: int, end: int) -> Span:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return Span(start, end)


def text_at(script: Script, span: Span) -> str:
    """The text that the code there makes: an expression of literals, or a constant; empty when unknown."""
    expression = script.by_start.get(span.start)
    if expression is not None:
        return expression.value
    name = script.source[span.start : span.end][:80]
    return script.constant(name, span.start) or ""


def object_at(script: Script, start: int, nesting: int = 0) -> dict[str, Any]:
    """The object literal that begins at `start`, as a request would carry it. A value that is no plain literal
    becomes what a form field of that name would get."""
    found: dict[str, Any] = {}
    for member in members(script.source, start):
        found[member.name] = _value(script, member, nesting)
    return found


def _default(text: str) -> str:
    """The literal that stands in where nothing is given: `name || "guide.txt"`, `name ?? "guide.txt"`."""
    for joint in ("||", "??"):
        literal = text.rpartition(joint)[2].strip() if joint in text else ""
        if len(literal) > 2 and literal[0] in _QUOTES and literal.find(literal[0], 1) == len(literal) - 1:
            return literal[1:-1]
    return ""


def _value(script: Script, member: Span, nesting: int) -> Any:
    text = script.source[member.start : member.end]
    if text[:1] == "{" and nesting < _MAX_NESTING:
        return object_at(script, member.start, nesting + 1)
    if text[:1] == "[" and nesting < _MAX_NESTING:
        items = parts(script.source, member.start)[:1]
        return [_value(script, Span(item.start, item.end, member.name), nesting + 1) for item in items]
    if len(text) >= 2 and text[0] in _QUOTES and text.find(text[0], 1) == len(text) - 1:
        plain = text[1:-1]
        return plain if plain and "${" not in plain else fill(Field(member.name))
    try:
        known = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        default = _default(text)
        if default:
            return default
        # `{post: id}`, `{item: row.itemId}`: what is given tells more than the field's name.
        given = text.rpartition(".")[2]
        return "1" if given == "id" or given.endswith(("Id", "_id", "ID")) else fill(Field(member.name))
    return known if isinstance(known, bool | int | float) else fill(Field(member.name))
