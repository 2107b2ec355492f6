"""Feed files as published: EPSS scores (FIRST, `epss_scores-YYYY-MM-DD.csv.gz`) and the KEV catalogue (CISA,
`known_exploited_vulnerabilities.json`), either of them also compressed by gzip.

The bytes are whatever somebody downloaded: size, expansion, entries and every value are checked, and a file is taken
whole or not at all.
"""

import zlib
from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec import Struct

from cyberai.domain.threat import Epss, Kev, is_cve

MAX_BYTES = 64 * 1024 * 1024
"""Of the file, and of what it expands to; an EPSS file of all CVEs expands to some 15 MB."""
MAX_ENTRIES = 1_000_000
_MAX_LINE = 500
_MAX_NUMBER = 24
_MAX_VERSION = 100
_GZIP = b"\x1f\x8b"


class FeedError(ValueError):
    """The file is no feed that can be taken; the message says why, and in which line or entry."""


class EpssFile(Struct, frozen=True, kw_only=True):
    """The scores of one day (`YYYY-MM-DD`); `version` is the model's."""

    date: str
    version: str
    entries: tuple[Epss, ...]


class KevFile(Struct, frozen=True, kw_only=True):
    """The catalogue as released on that day."""

    date: str
    version: str
    entries: tuple[Kev, ...]


def read_feed(data: bytes) -> EpssFile | KevFile:
    """The feed in these bytes, told by its form; raise FeedError."""
    if len(data) > MAX_BYTES:
        raise FeedError(f"The file is larger than {MAX_BYTES >> 20} MiB")
    text = _expanded(data) if data.startswith(_GZIP) else data
    start = text.lstrip()[:1]
    if not start:
        raise FeedError("The file is empty")
    return _kev(text) if start == b"{" else _epss(text)


def _expanded(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise FeedError("The file begins like gzip and is none") from error
    if not stream.eof:
        raise FeedError(
            f"The file expands to more than {MAX_BYTES >> 20} MiB" if len(text) >= MAX_BYTES
            else "The compressed file is cut off"
        )  # fmt: skip
    if stream.unused_data:
        raise FeedError("Something follows the compressed file")
    return text


# -- EPSS -------------------------------------------------------------------------------------------------


def _epss(text: bytes) -> EpssFile:
    try:
        lines = text.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FeedError(
            "The file is neither an EPSS file (CSV) nor a KEV catalogue (JSON): it is no plain text"
        ) from error
    about = {
        name: value
        for name, _, value in (field.partition(":") for field in lines[0].strip().lstrip("#").split(","))
    }
    if not lines[0].startswith("#") or "score_date" not in about:
        raise FeedError(
            "The file is neither a KEV catalogue (JSON) nor an EPSS file, whose first line holds #model_version and score_date"
        )
    day = _day(about["score_date"][:10], "line 1: score_date")
    columns = lines[1].strip().split(",") if len(lines) > 1 else []
    try:
        places = [columns.index(name) for name in ("cve", "epss", "percentile")]
    except ValueError as error:
        raise FeedError("line 2: the columns cve, epss and percentile are not all there") from error
    entries = tuple(_scores(lines, places, len(columns), day))
    _require(len(entries), len({entry.cve for entry in entries}))
    return EpssFile(date=day, version=about.get("model_version", "")[:_MAX_VERSION], entries=entries)


def _scores(lines: list[str], places: list[int], width: int, day: str) -> Iterator[Epss]:
    if len(lines) > MAX_ENTRIES + 3:
        raise FeedError(f"There are more than {MAX_ENTRIES:,} entries")
    cve_at, score_at, percentile_at = places
    for number, line in enumerate(lines[2:], 3):
        if not line.strip() and number >= len(lines):
            continue
        fields = line.rstrip("\r").split(",") if len(line) <= _MAX_LINE else []
        if len(fields) != width:
            raise FeedError(f"line {number}: there are not {width} fields")
        if not is_cve(fields[cve_at]):
            raise FeedError(f"line {number}: {_shown(fields[cve_at])} is no CVE number")
        score = _share(fields[score_at], f"line {number}: epss")
        percentile = _share(fields[percentile_at], f"line {number}: percentile")
        yield Epss(cve=fields[cve_at], score=score, percentile=percentile, date=day)


def _share(text: str, where: str) -> float:
    plain = len(text) <= _MAX_NUMBER and text[:1].isdigit() and not text.strip("0123456789.eE-")
    try:
        value = float(text) if plain else -1.0
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise FeedError(f"{where} {_shown(text)} is no number from 0 to 1")
    return value


# -- KEV --------------------------------------------------------------------------------------------------


class _Listed(Struct):
    """An entry of the catalogue, as far as it is used."""

    cve: str = msgspec.field(name="cveID")
    added: str = msgspec.field(name="dateAdded")
    due: str = msgspec.field(name="dueDate", default="")
    ransomware: str = msgspec.field(name="knownRansomwareCampaignUse", default="")


class _Catalogue(Struct):
    version: str = msgspec.field(name="catalogVersion")
    released: str = msgspec.field(name="dateReleased")
    entries: list[_Listed] = msgspec.field(name="vulnerabilities")


_catalogue = msgspec.json.Decoder(_Catalogue)


def _kev(text: bytes) -> KevFile:
    try:
        found = _catalogue.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(f"The file is JSON, but no KEV catalogue: {error}") from error
    if len(found.entries) > MAX_ENTRIES:
        raise FeedError(f"There are more than {MAX_ENTRIES:,} entries")
    day = _day(found.released[:10], "dateReleased")
    entries = tuple(_listed(entry, f"entry {number}") for number, entry in enumerate(found.entries, 1))
    _require(len(entries), len({entry.cve for entry in entries}))
    return KevFile(date=day, version=found.version[:_MAX_VERSION], entries=entries)


def _listed(entry: _Listed, where: str) -> Kev:
    if not is_cve(entry.cve):
        raise FeedError(f"{where}: {_shown(entry.cve)} is no CVE number")
    return Kev(
        cve=entry.cve,
        added=_day(entry.added, f"{where}: dateAdded"),
        due=_day(entry.due, f"{where}: dueDate") if entry.due else None,
        ransomware=entry.ransomware == "Known",
    )


# -- both -------------------------------------------------------------------------------------------------


def _require(entries: int, different: int) -> None:
    if not entries:
        raise FeedError("There is no entry in the file")
    if different != entries:
        raise FeedError(f"{entries - different} CVE numbers are there more than once")


def _day(text: str, where: str) -> str:
    try:
        if len(text) != len("2030-01-31"):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise FeedError(f"{where} {_shown(text)} is no date (YYYY-MM-DD)") from error


def _shown(text: str) -> str:
    """A value of the file in a message: short, on one line."""
    return ascii(text[:40])
