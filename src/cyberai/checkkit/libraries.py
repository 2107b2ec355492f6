"""Which JavaScript library is this, in which version, and what is known to be wrong with that version.

Patterns and flaws are those of Retire.js (data/javascript_libraries.json, written by tools/library_data.py). A
library is recognised by its own text, by the SHA-1 of its file, by an address that carries its version, or by a
file's name; the first two say what is there, the others what somebody called it.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from cyberai.checkkit.text import Match, Pattern, PatternSet

MAX_SCRIPT = 4 * 1024 * 1024
"""Bytes of a script that are looked at."""

_SEVERITIES = ("low", "medium", "high", "critical")
_SUFFIXES = (".min", "-min", ".slim", ".prod", ".dev", ".esm", ".umd")


class Weakness(Struct, frozen=True):
    """One known flaw: the versions from `since` (empty: from the first) up to, not with, `below`."""

    below: str
    severity: str
    ids: tuple[str, ...]
    summary: str
    cwe: tuple[str, ...]
    since: str = msgspec.field(name="from", default="")


class _Row(Struct, frozen=True):
    name: str
    content: tuple[tuple[str, str], ...]
    file: tuple[str, ...]
    address: tuple[str, ...]
    hashes: dict[str, str]
    flaws: tuple[Weakness, ...]


class _Table(Struct, frozen=True):
    source: str
    libraries: tuple[_Row, ...]


class Library(Struct, frozen=True):
    """A library in a version. `match` is the text that says so, empty for a hash."""

    name: str
    version: str
    match: bytes = b""

    @property
    def weaknesses(self) -> tuple[Weakness, ...]:
        """What is known about this version, the worst first."""
        known = next((row.flaws for row in _table() if row.name == self.name), ())
        mine = [flaw for flaw in known if _within(self.version, flaw)]
        return tuple(sorted(mine, key=lambda flaw: (-_SEVERITIES.index(flaw.severity), flaw.ids)))


def libraries_in(script: bytes) -> tuple[Library, ...]:
    """The libraries whose own text stands in this script, each once; bundles hold several."""
    script = script[:MAX_SCRIPT]
    rows, patterns = _contents()
    found = [
        Library(rows[i][0], _version(match, rows[i][1]), match.text) for i, match in patterns.matches(script)
    ]
    digest = hashlib.sha1(script, usedforsecurity=False).hexdigest()
    found += [Library(row.name, row.hashes[digest]) for row in _table() if digest in row.hashes]
    return _each_once(found)


def library_at(address: str) -> Library | None:
    """The library that an address with a version in its folders names, as those of delivery networks do."""
    return _first(address, _addresses())


def library_named(file: str) -> Library | None:
    """The library that a file's whole name says it is."""
    return _first(file, _names())


def _first(text: str, table: tuple[tuple[str, Pattern], ...]) -> Library | None:
    raw = text[:2_000].encode("utf-8", "replace")
    for name, pattern in table:
        match = pattern.search(raw)
        if match is not None:
            return Library(name, _version(match, "$1"), match.text)
    return None


def _each_once(found: list[Library]) -> tuple[Library, ...]:
    once: dict[tuple[str, str], Library] = {}
    for library in found:
        if library.version:
            once.setdefault((library.name, library.version), library)
    return tuple(once.values())


def _version(match: Match, template: str) -> str:
    for index, group in enumerate(match.groups, 1):
        template = template.replace(f"${index}", group.decode("latin-1"))
    version = template.rstrip(".-_")
    for suffix in _SUFFIXES:
        version = version.removesuffix(suffix)
    return version[:40]


def _within(version: str, flaw: Weakness) -> bool:
    if flaw.since and _order(version) < _order(flaw.since):
        return False
    return _order(version) < _order(flaw.below)


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which versions sort: piece by piece, words (alpha, rc1) before numbers, missing pieces are 0."""
    pieces = version.replace("-", ".").replace("_", ".").split(".")[:6]
    keys = [(1, int(p[:9]), "") if p.isascii() and p.isdigit() else (0, 0, p) for p in pieces]
    return (*keys, *((1, 0, ""),) * (6 - len(keys)))


@lru_cache(maxsize=1)
def _table() -> tuple[_Row, ...]:
    raw = files("cyberai.checkkit").joinpath("data/javascript_libraries.json").read_bytes()
    return msgspec.json.decode(raw, type=_Table).libraries


@lru_cache(maxsize=1)
def _contents() -> tuple[list[tuple[str, str]], PatternSet]:
    rows = [(row.name, pattern, template) for row in _table() for pattern, template in row.content]
    return [(name, template) for name, _, template in rows], PatternSet([pattern for _, pattern, _ in rows])


@lru_cache(maxsize=1)
def _addresses() -> tuple[tuple[str, Pattern], ...]:
    return tuple((row.name, Pattern(pattern)) for row in _table() for pattern in row.address)


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, Pattern], ...]:
    return tuple((row.name, Pattern(f"^(?:{p.lstrip('/')})$")) for row in _table() for p in row.file)
