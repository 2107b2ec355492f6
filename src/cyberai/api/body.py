"""Strict decoding of request bodies.

`invalid_json` is only what is no JSON text at all: syntax, UTF-8, duplicate keys, nesting deeper than 64, NaN.
Everything else that does not fit is `invalid_request` with the full path of the member. msgspec decodes JSON
faster, but takes the last of duplicate keys in silence, so the text is read by the standard library (3 us for
the customer's example) and the objects are converted by msgspec.
"""

import json
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

import msgspec

from cyberai.domain.errors import ErrorCode, InvalidRequest

T = TypeVar("T")

MAX_DEPTH = 64
"""Objects and arrays inside one another."""

_WORDS = {
    "int": "an integer",
    "float": "a number with a fraction",
    "str": "a string",
    "bool": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


class _NotJson(ValueError):
    """The text is no JSON for a reason of ours."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _NotJson(f"The key {name[:100]!r} appears twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise _NotJson(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _invalid_json(reason: str) -> InvalidRequest:
    return InvalidRequest("The body is not valid JSON", code=ErrorCode.INVALID_JSON, reason=reason)


def decode_body(data: bytes, kind: type[T], message: str) -> T:
    """The body as `kind`; raise InvalidRequest with `message` (or about JSON) naming the first bad member."""
    if not data.strip(b" \t\r\n"):
        raise InvalidRequest(message, reason="The body is empty; send a JSON object")
    value = parse_json(data)
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        field, reason = explain(str(error), kind)
        raise InvalidRequest(message, field=field, reason=reason) from error


def parse_json(data: bytes) -> Any:
    """The JSON value; raise InvalidRequest `invalid_json`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _invalid_json(f"Byte {error.start} is not UTF-8; send UTF-8 text") from error
    if text.startswith("\ufeff"):
        raise _invalid_json("Leave out the byte order mark at the start")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _invalid_json(f"Line {error.lineno}, column {error.colno}: {error.msg}") from error
    except _NotJson as error:
        raise _invalid_json(str(error)) from error
    except RecursionError as error:
        raise _invalid_json(f"Nest objects and arrays at most {MAX_DEPTH} deep") from error
    except ValueError as error:
        # The interpreter refuses integers of thousands of digits; no member of ours is that large.
        raise InvalidRequest("Invalid request", reason="A number in the body is too large") from error
    if text.count("{") + text.count("[") > MAX_DEPTH and _too_deep(value):
        raise _invalid_json(f"Nest objects and arrays at most {MAX_DEPTH} deep")
    if "\\u" in text and _has_lone_surrogate(value):
        raise _invalid_json("A string holds half of a surrogate pair, which is no character")
    return value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _has_lone_surrogate(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def explain(text: str, kind: Any) -> tuple[str | None, str]:
    """Field path and reason for people, from msgspec's message."""
    problem, at, path = text.rpartition(" - at `$")
    if not at:
        problem, path = text, "`"
    path = path[:-1].removeprefix(".").removeprefix("[...]").removeprefix(".")
    if problem.startswith("Object contains unknown field `"):
        name = problem[len("Object contains unknown field `") : -1]
        return _join(path, name), _unknown_key(name, path, kind)
    if problem.startswith("Object missing required field `"):
        name = problem[len("Object missing required field `") : -1]
        return _join(path, name), "Is required"
    if problem.startswith("Expected `"):
        wanted, _, got = problem[len("Expected `") :].partition("`, got `")
        wanted = " or ".join(_WORDS.get(word, word) for word in wanted.rstrip("`").split(" | "))
        if not path:
            return None, f"The body must be {wanted}, not {_WORDS.get(got.rstrip('`'), got)}"
        return path, f"Must be {wanted}, not {_WORDS.get(got.rstrip('`'), got.rstrip('`'))}"
    return path or None, problem


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unknown_key(name: str, path: str, kind: Any) -> str:
    known = _members(kind, path)
    close = get_close_matches(name[:100], known, n=1)
    if close:
        return f"Unknown key; did you mean {close[0]}?"
    return f"Unknown key; known are: {', '.join(known)}" if known else "Unknown key"


def _members(kind: Any, path: str) -> list[str]:
    """The keys of the Struct at a path of plain members."""
    for name in filter(None, path.split(".")):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        kind = _struct_of(fields.get(name))
        if kind is None:
            return []
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def _struct_of(annotation: Any) -> Any:
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            return candidate
    return None
