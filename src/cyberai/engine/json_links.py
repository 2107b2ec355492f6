"""Addresses in JSON: values that are one, objects of a list that can be asked for, sources in a source map."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cyberai.domain.http import Url
from cyberai.engine import scripts
from cyberai.engine.html_links import Reference

MAX_VALUES = 5_000
MAX_SOURCES = 400_000
"""Characters of original code read of a source map."""

_IDS = ("id", "_id", "uuid", "slug", "key")


def json_references(url: Url, text: str) -> Iterator[Reference]:
    """What a JSON answer leads to. A list at `/items` whose objects have ids answers at `/items/ID` in most
    applications: one guess per list."""
    try:
        value = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        yield from ((path, "", True) for path in scripts.paths(text))
        return
    yield from ((path, "", True) for path in scripts.paths(_sources(value)))
    for item in _objects(value):
        known = next((item[name] for name in _IDS if isinstance(item.get(name), str | int)), None)
        if known is not None and 0 < len(str(known)) <= 64 and "/" not in str(known):
            yield f"{url.path.rstrip('/')}/{known}", "", True
            break
    yield from ((address, "", False) for address in _addresses(value))


def original_code(text: str) -> str:
    """The original code in the text of a source map; empty for any other JSON."""
    if '"mappings"' not in text or '"sourcesContent"' not in text:
        return ""
    try:
        return _sources(msgspec.json.decode(text.encode("utf-8", "replace")))
    except (msgspec.DecodeError, RecursionError):
        return ""


def _sources(value: Any) -> str:
    if not isinstance(value, dict) or "mappings" not in value:
        return ""
    sources = value.get("sourcesContent")
    pieces = [piece for piece in sources if isinstance(piece, str)] if isinstance(sources, list) else []
    return "\n".join(pieces)[:MAX_SOURCES]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of the answer's outermost list: itself, or a member such as `data` or `items`."""
    candidates = value.values() if isinstance(value, dict) else (value,)
    for candidate in candidates:
        if isinstance(candidate, list):
            yield from (item for item in candidate[:3] if isinstance(item, dict))


def _addresses(value: Any) -> Iterator[str]:
    stack, count = [value], 0
    while stack and count < MAX_VALUES:
        item = stack.pop()
        count += 1
        if isinstance(item, dict):
            stack += [child for name, child in item.items() if name != "sourcesContent"][::-1]
        elif isinstance(item, list):
            stack += item[:MAX_VALUES][::-1]
        elif isinstance(item, str) and scripts.is_path(item):
            yield item
