"""The identity of a vulnerability, versioned and documented (docs/explanation/fingerprints.md).

`v1:` + 40 hex characters of SHA-256 over check id, grain, normalised place and cause. It does not depend on
payloads, parameter order, concrete ids in paths, times or scanner versions.
"""

import hashlib

from cyberai.domain.check import CheckMeta, Grain
from cyberai.domain.finding import Hit
from cyberai.domain.http import Url
from cyberai.domain.insertion import InsertionPoint

VERSION = "v1"
_HEX = frozenset("0123456789abcdef")


def fingerprint(meta: CheckMeta, hit: Hit) -> str:
    """The versioned fingerprint of a hit."""
    return _digest(meta, _place(meta.grain, hit), hit.cause)


def fingerprint_at(meta: CheckMeta, point: InsertionPoint) -> str:
    """The fingerprint of a hit at this point whose cause is the point itself and nothing else."""
    return _digest(meta, _place_of(meta.grain, point.request.url, point), "")


def _digest(meta: CheckMeta, place: str, cause: str) -> str:
    material = "\n".join((meta.id, meta.grain.value, place, cause))
    return f"{VERSION}:{hashlib.sha256(material.encode()).hexdigest()[:40]}"


def _place(grain: Grain, hit: Hit) -> str:
    if hit.url is None:
        return f"{hit.host}:{hit.port}"
    return _place_of(grain, hit.url, hit.root or hit.point)


def _place_of(grain: Grain, url: Url, point: InsertionPoint | None) -> str:
    if grain is Grain.PORT:
        return f"{url.host}:{url.port}"
    if grain is Grain.ORIGIN:
        return url.origin
    path = f"{url.origin}{normalise_path(url.path)}"
    if grain is Grain.PATH or point is None:
        return path
    entry = f"{point.request.url.origin}{normalise_path(point.request.url.path)}"
    name = point.name if point.kind.value != "path" else f"segment-{point.name}"
    return f"{point.request.method} {entry} {point.kind.value}:{name}"


def normalise_path(path: str) -> str:
    """The path with numeric, hexadecimal and UUID segments replaced by `{id}`."""
    return "/".join("{id}" if is_identifier(segment) else segment for segment in path.split("/"))


def is_identifier(segment: str) -> bool:
    """True for a path segment that names one object: a number, a UUID, or 12+ hex digits with a digit."""
    if segment.isascii() and segment.isdigit():
        return True
    bare = segment.replace("-", "").lower()
    return len(bare) >= 12 and set(bare) <= _HEX and any(c.isdigit() for c in bare)
