"""The identity of a vulnerability, versioned and documented (docs/explanation/fingerprints.md).

`v1:` + 40 hex characters of SHA-256 over check id, grain, normalised place and cause. It does not depend on
payloads, parameter order, concrete ids in paths, times or scanner versions.

When the rules change, the version does, and the old rules move to `FORMER`; when a check gets another id, the old one
stands in `RENAMED`. What is stored under an old fingerprint is then found by it and goes on under the new one.
"""

import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct

from cyberai.domain.check import CheckMeta, Grain
from cyberai.domain.finding import Hit
from cyberai.domain.http import Url
from cyberai.domain.insertion import InsertionPoint

_HEX = frozenset("0123456789abcdef")


class Rules(Struct, frozen=True):
    """The rules of a version: which segments of a path name one object among many alike."""

    version: str
    identifier: Callable[[str], bool]


def is_identifier(segment: str) -> bool:
    """True for a path segment that names one object: a number, a UUID, or 12+ hex digits with a digit."""
    if segment.isascii() and segment.isdigit():
        return True
    bare = segment.replace("-", "").lower()
    return len(bare) >= 12 and set(bare) <= _HEX and any(c.isdigit() for c in bare)


CURRENT = Rules("v1", is_identifier)
FORMER: tuple[Rules, ...] = ()
"""The rules of earlier versions, newest first."""
RENAMED: Mapping[str, tuple[str, ...]] = {}
"""Check id -> ids it had before, newest first."""


def fingerprint(meta: CheckMeta, hit: Hit) -> str:
    """The versioned fingerprint of a hit."""
    return _of_hit(CURRENT, meta.id, meta.grain, hit)


def fingerprint_at(meta: CheckMeta, point: InsertionPoint) -> str:
    """The fingerprint of a hit at this point whose cause is the point itself and nothing else."""
    return _of_point(CURRENT, meta.id, meta.grain, point)


def page_place(url: Url) -> str:
    """Where a page is: its origin and its path with ids replaced."""
    return f"{url.origin}{normalise_path(url.path)}"


LED_TO = "where the submission leads"
"""The place of what a submission stored, where its own redirect shows it, perhaps on a new page each time."""


def shown_place(url: Url | None) -> str:
    """Where something is shown that was stored: a page with the values of its query, ids replaced; None is LED_TO."""
    if url is None:
        return LED_TO
    pieces = (piece.partition("=") for piece in sorted(url.query.split("&")) if piece)
    query = "&".join(f"{name}={'{id}' if is_identifier(value) else value}" for name, _, value in pieces)
    return f"{page_place(url)}?{query}"


def former_fingerprints(meta: CheckMeta, hit: Hit) -> tuple[str, ...]:
    """What a hit was known by before, newest first."""
    return tuple(_of_hit(rules, id, meta.grain, hit) for rules, id in _before(meta))


def former_fingerprints_at(meta: CheckMeta, point: InsertionPoint) -> tuple[str, ...]:
    """What a hit at this point was known by before."""
    return tuple(_of_point(rules, id, meta.grain, point) for rules, id in _before(meta))


def _before(meta: CheckMeta) -> list[tuple[Rules, str]]:
    ids = (meta.id, *RENAMED.get(meta.id, ()))
    return [(rules, id) for rules in (CURRENT, *FORMER) for id in ids][1:]


def _of_hit(rules: Rules, id: str, grain: Grain, hit: Hit) -> str:
    if hit.url is None:
        place = f"{hit.host}:{hit.port}" if hit.port else hit.host
        return _digest(rules, id, grain, place, hit.cause)
    place = _place_of(rules, grain, hit.mount or hit.url, hit.root or hit.point)
    return _digest(rules, id, grain, place, hit.cause)


def _of_point(rules: Rules, id: str, grain: Grain, point: InsertionPoint) -> str:
    return _digest(rules, id, grain, _place_of(rules, grain, point.request.url, point), "")


def _digest(rules: Rules, id: str, grain: Grain, place: str, cause: str) -> str:
    material = "\n".join((id, grain.value, place, cause))
    return f"{rules.version}:{hashlib.sha256(material.encode()).hexdigest()[:40]}"


def _place_of(rules: Rules, grain: Grain, url: Url, point: InsertionPoint | None) -> str:
    if grain is Grain.PORT:
        return f"{url.host}:{url.port}"
    if grain is Grain.ORIGIN:
        return url.origin
    path = f"{url.origin}{normalise_path(url.path, rules.identifier)}"
    if grain is Grain.PATH or point is None:
        return path
    entry = f"{point.request.url.origin}{normalise_path(point.request.url.path, rules.identifier)}"
    name = point.name if point.kind.value != "path" else f"segment-{point.name}"
    return f"{point.request.method} {entry} {point.kind.value}:{name}"


def normalise_path(path: str, identifier: Callable[[str], bool] = is_identifier) -> str:
    """The path with numeric, hexadecimal and UUID segments replaced by `{id}`."""
    return "/".join("{id}" if identifier(segment) else segment for segment in path.split("/"))
