"""NVD's JSON 2.0: a year's feed (`nvdcve-2.0-2024.json`), the feed of changes, or a page of the interface."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from cyberai.domain.cvss import base_score
from cyberai.domain.feeds import FeedError
from cyberai.domain.known.cpe import ANY, NA, Cpe, CpeError, is_pattern, parse_cpe
from cyberai.domain.known.flaw import Alternative, Flaw, On, Range, Record
from cyberai.domain.known.stream import ObjectStream
from cyberai.domain.known.versions import MAX_VERSION
from cyberai.domain.threat import is_cve

MAX_RECORDS = 1_000_000
MAX_NAMES = 20
"""Platforms kept of one condition."""
_SYSTEMS = frozenset({
    "debian", "canonical", "fedoraproject", "redhat", "opensuse", "suse", "microsoft", "linux", "apple", "google",
    "oracle", "netapp",
})  # fmt: skip
"""Makers of systems whose version no service tells: nothing is kept of flaws of the systems themselves."""


_UNREAD = Cpe("h", "unknown", "unknown")


class _Match(Struct):
    criteria: str
    vulnerable: bool
    start: str = msgspec.field(name="versionStartIncluding", default="")
    start_excluded: str = msgspec.field(name="versionStartExcluding", default="")
    end_included: str = msgspec.field(name="versionEndIncluding", default="")
    end: str = msgspec.field(name="versionEndExcluding", default="")


class _Node(Struct):
    matches: list[_Match] = msgspec.field(name="cpeMatch", default_factory=list)
    operator: str = "OR"
    negate: bool = False


class _Configuration(Struct):
    nodes: list[_Node] = []
    operator: str = "OR"
    negate: bool = False


class _Data(Struct):
    vector: str = msgspec.field(name="vectorString", default="")
    score: float = msgspec.field(name="baseScore", default=0.0)


class _Metric(Struct):
    data: _Data = msgspec.field(name="cvssData")
    type: str = ""


class _Metrics(Struct):
    v31: list[_Metric] = msgspec.field(name="cvssMetricV31", default_factory=list)
    v40: list[_Metric] = msgspec.field(name="cvssMetricV40", default_factory=list)
    v30: list[_Metric] = msgspec.field(name="cvssMetricV30", default_factory=list)
    v2: list[_Metric] = msgspec.field(name="cvssMetricV2", default_factory=list)


class _Tags(Struct):
    tags: list[str] = []


class _Cve(Struct):
    id: str
    modified: str = msgspec.field(name="lastModified")
    status: str = msgspec.field(name="vulnStatus", default="")
    tags: list[_Tags] = msgspec.field(name="cveTags", default_factory=list)
    metrics: _Metrics = msgspec.field(default_factory=_Metrics)
    configurations: list[_Configuration] = []


class _Item(Struct):
    cve: _Cve


def records(pieces: Iterable[bytes]) -> Iterator[tuple[Record, str]]:
    """The records of the file with, on the last one, the day of the file: (record, day or empty). Raise FeedError."""
    stream = ObjectStream(pieces, "vulnerabilities")
    held: Record | None = None
    count = 0
    for number, item in enumerate(stream.items(), 1):
        if number > MAX_RECORDS:
            raise FeedError(f"There are more than {MAX_RECORDS:,} entries")
        if held is not None:
            yield held, ""
        held, count = _record(item, number), number
    _check(stream, count)
    if held is not None:
        day = str(stream.members.get("timestamp", ""))[:10]
        yield held, day


def _check(stream: ObjectStream, count: int) -> None:
    head = stream.members
    if not stream.seen or head.get("format") != "NVD_CVE":
        raise FeedError("The file is JSON, but neither a feed nor a page of NVD (format NVD_CVE)")
    if str(head.get("version", "")) != "2.0":
        raise FeedError(
            f"The file is of version {str(head.get('version', ''))[:20]!a} of NVD's form; 2.0 is read"
        )
    if not count:
        raise FeedError("There is no entry in the file")
    told = head.get("resultsPerPage", count)
    if told != count:
        raise FeedError(f"The file says that it has {str(told)[:20]!a} entries and has {count:,}")


def _record(item: Any, number: int) -> Record:
    try:
        cve = msgspec.convert(item, _Item, strict=True).cve
    except msgspec.ValidationError as error:
        raise FeedError(f"entry {number} is none of NVD's: {error}") from error
    if not is_cve(cve.id):
        raise FeedError(f"entry {number}: {cve.id[:40]!a} is no CVE number")
    modified = _text(cve.modified, 40, cve.id, "lastModified")
    disputed = any("disputed" in tags.tags for tags in cve.tags)
    if cve.status == "Rejected" or disputed:
        return Record(cve.id, modified, {})
    found: dict[str, list[Alternative]] = {}
    for configuration in cve.configurations:
        for name, alternative in _alternatives(configuration, cve.id):
            found.setdefault(name, []).append(alternative)
    vector, score = _score(cve.metrics)
    return Record(
        cve.id,
        modified,
        {name: Flaw(modified, tuple(all_), vector, score) for name, all_ in found.items()},
    )


def _score(metrics: _Metrics) -> tuple[str, float]:
    """The vector that counts, NVD's own before those of others, and its base score; of version 2 the score alone."""
    for family in (metrics.v31, metrics.v40, metrics.v30):
        for metric in sorted(family, key=lambda one: one.type != "Primary"):
            vector = metric.data.vector
            if vector.startswith("CVSS:3.0/"):
                vector = f"CVSS:3.1/{vector[9:]}"
            try:
                return vector, base_score(vector)
            except ValueError:
                continue
    score = next((metric.data.score for metric in metrics.v2), 0.0)
    return "", score if 0.0 <= score <= 10.0 else 0.0


def _alternatives(configuration: _Configuration, cve: str) -> Iterator[tuple[str, Alternative]]:
    nodes = [(node, [_read(match) for match in node.matches]) for node in configuration.nodes]
    together = configuration.operator == "AND"
    for at, (node, matches) in enumerate(nodes):
        others = [other for place, other in enumerate(nodes) if place != at] if together else []
        platforms = tuple(on for other in others for on in _platforms(*other))
        mine: dict[str, list[tuple[_Match, Cpe]]] = {}
        for match, cpe in matches:
            if match.vulnerable and not _is_left_out(cpe):
                mine.setdefault(cpe.name, []).append((match, cpe))
        for name, of in mine.items():
            beside: tuple[On, ...] = ()
            if node.operator == "AND":
                beside = tuple(_on([cpe], False) for _, cpe in matches if cpe.name != name)
            ranges = _ranges(of, cve)
            negated = node.negate != configuration.negate
            yield name, Alternative(ranges, negated, (*platforms, *beside))


def _is_left_out(cpe: Cpe) -> bool:
    return cpe.part == "h" or (cpe.part == "o" and cpe.vendor in _SYSTEMS)


def _platforms(node: _Node, matches: list[tuple[_Match, Cpe]]) -> Iterator[On]:
    names = [cpe for _, cpe in matches]
    if node.operator == "AND":
        yield from (_on([cpe], node.negate) for cpe in names)
    elif names:
        yield _on(names, node.negate)


def _on(names: list[Cpe], negated: bool) -> On:
    told = dict.fromkeys(f"{cpe.name}:{cpe.version}" for cpe in names)
    return On(tuple(told)[:MAX_NAMES], negated)


def _read(match: _Match) -> tuple[_Match, Cpe]:
    """With its name; one that is no name of CPE fits nothing, and as a platform it is one that nobody knows."""
    try:
        return match, parse_cpe(match.criteria)
    except CpeError:
        return match, _UNREAD


def _ranges(matches: list[tuple[_Match, Cpe]], cve: str) -> tuple[Range, ...]:
    """Those of one product; exact versions that differ in nothing else stand together."""
    found: list[Range] = []
    exact: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for match, cpe in matches:
        if cpe.version not in (ANY, NA) and not is_pattern(cpe.version):
            exact.setdefault((cpe.update, tuple(cpe.more.items())), []).append(cpe.version)
            continue
        start = _text(match.start or match.start_excluded, MAX_VERSION, cve, "versionStart")
        end = _text(match.end or match.end_included, MAX_VERSION, cve, "versionEnd")
        found.append(
            Range(
                versions=() if cpe.version == ANY else (cpe.version,),
                update=cpe.update,
                start=start,
                start_excluded=bool(match.start_excluded and not match.start),
                end=end,
                end_included=bool(match.end_included and not match.end),
                more=cpe.more,
            )
        )
    found += [
        Range(tuple(dict.fromkeys(all_)), update, more=dict(more)) for (update, more), all_ in exact.items()
    ]
    return tuple(found)


def _text(value: str, limit: int, cve: str, where: str) -> str:
    if len(value) > limit or not value.isascii() or (value and not value.isprintable()):
        raise FeedError(f"{cve}: {where} {value[:40]!a} is too long, or no plain text")
    return value
