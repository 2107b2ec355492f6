"""OSV's records (ossf.github.io/osv-schema): one flaw of packages, in one JSON document each."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from cyberai.domain.cvss import base_score
from cyberai.domain.feeds import FeedError
from cyberai.domain.known.flaw import Alternative, Flaw, Range, Record
from cyberai.domain.known.versions import MAX_VERSION
from cyberai.domain.threat import is_cve

MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of one record."""
MAX_VERSIONS = 5_000
MAX_RANGES = 1_000
MAX_CVES = 200
_MAX_ID, _MAX_PACKAGE, _MAX_ECOSYSTEM = 100, 300, 60


class _Package(Struct):
    ecosystem: str = ""
    name: str = ""


class _Event(Struct):
    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""


class _Range(Struct):
    type: str = ""
    events: list[_Event] = []


class _Severity(Struct):
    type: str = ""
    score: str = ""


class _Affected(Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None


class _Record(Struct):
    id: str
    modified: str
    affected: list[_Affected] | None = None
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
    related: list[str] | None = None
    severity: list[_Severity] | None = None


_decoder = msgspec.json.Decoder(_Record)


def record(document: bytes) -> tuple[Record, frozenset[str]]:
    """The record, and the ecosystems (without their releases) that it is about; raise FeedError."""
    if len(document) > MAX_DOCUMENT:
        raise FeedError(f"An entry is larger than {MAX_DOCUMENT >> 20} MiB")
    try:
        read = _decoder.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(f"An entry is none of OSV's: {error}") from error
    id = _text(read.id, _MAX_ID, "id")
    if not id or " " in id:
        raise FeedError(f"An entry has no proper id: {id[:40]!a}")
    modified = _text(read.modified, 40, f"{id}: modified")
    found: dict[str, list[Alternative]] = {}
    for affected in read.affected or ():
        if affected.package is not None and affected.package.name:
            name = _name(affected.package, id)
            found.setdefault(name, []).append(Alternative(tuple(_ranges(affected, id))))
    ecosystems = frozenset(name.rpartition("@")[2].partition(":")[0] for name in found)
    if read.withdrawn:
        return Record(id, modified, {}), ecosystems
    vector, score = _score(read.severity or ())
    cves = _cves(read)
    flaws = {name: Flaw(modified, tuple(all_), vector, score, cves) for name, all_ in found.items()}
    return Record(id, modified, flaws), ecosystems


def _name(package: _Package, id: str) -> str:
    ecosystem = _text(package.ecosystem, _MAX_ECOSYSTEM, f"{id}: ecosystem")
    name = _text(package.name, _MAX_PACKAGE, f"{id}: package")
    if not ecosystem or "@" in ecosystem or " " in name:
        raise FeedError(f"{id}: {ecosystem[:40]!a} {name[:40]!a} names no package")
    return f"{name.lower()}@{ecosystem.replace(' ', '_')}"


def _cves(read: _Record) -> tuple[str, ...]:
    """Of the record itself, or those that it repairs: of notices of distributions the related ones."""
    own = [read.id, read.id.removeprefix("DEBIAN-").removeprefix("UBUNTU-"), *(read.aliases or ())]
    own += read.upstream or ()
    cves = [name for name in own if is_cve(name)]
    if not cves and read.id.startswith(("DSA-", "DLA-", "USN-")):
        cves = [name for name in read.related or () if is_cve(name)]
    return tuple(dict.fromkeys(cves))[:MAX_CVES]


def _score(severities: "list[_Severity] | tuple[()]") -> tuple[str, float]:
    for kind in ("CVSS_V3", "CVSS_V4"):
        for severity in severities:
            vector = severity.score
            if severity.type == kind:
                if vector.startswith("CVSS:3.0/"):
                    vector = f"CVSS:3.1/{vector[9:]}"
                try:
                    return vector, base_score(vector)
                except ValueError:
                    continue
    return "", 0.0


def _ranges(affected: _Affected, id: str) -> Iterator[Range]:
    """By the events; where there are none for versions, the versions that are listed."""
    count = 0
    for part in affected.ranges or ():
        if part.type not in ("ECOSYSTEM", "SEMVER"):
            continue
        for found in _of_events(part.events, id):
            count += 1
            if count > MAX_RANGES:
                raise FeedError(f"{id}: a package has more than {MAX_RANGES:,} ranges")
            yield found
    listed = affected.versions or []
    if not count and listed:
        if len(listed) > MAX_VERSIONS:
            raise FeedError(f"{id}: a package has more than {MAX_VERSIONS:,} versions")
        yield Range(tuple(_text(version, MAX_VERSION, f"{id}: versions") for version in listed))


def _of_events(events: list[_Event], id: str) -> Iterator[Range]:
    start: str | None = None
    for event in events:
        if event.introduced:
            if start is not None:
                yield Range(start=start)
            start = (
                "" if event.introduced == "0" else _text(event.introduced, MAX_VERSION, f"{id}: introduced")
            )
        elif event.fixed and start is not None:
            yield Range(start=start, end=_text(event.fixed, MAX_VERSION, f"{id}: fixed"))
            start = None
        elif event.last_affected and start is not None:
            last = _text(event.last_affected, MAX_VERSION, f"{id}: last_affected")
            yield Range(start=start, end=last, end_included=True)
            start = None
    if start is not None:
        yield Range(start=start)


def _text(value: str, limit: int, where: str) -> str:
    if len(value) > limit or not value.isascii() or (value and not value.isprintable()):
        raise FeedError(f"{where[:120]} {value[:40]!a} is too long, or no plain text")
    return value
