"""From what a service says of itself to the flaws that are published of it, and how far each may be believed."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from cyberai.domain.known import names
from cyberai.domain.known.cpe import ANY, NA, Cpe, CpeError, parse_cpe
from cyberai.domain.known.flaw import Flaw
from cyberai.domain.known.judge import Installed, has_flaw, has_package_flaw, installed, platforms
from cyberai.domain.known.packaged import Packaged, packaged, upstream
from cyberai.domain.known.packages import debian, epoch_of, order_of
from cyberai.domain.known.versions import numbers

SURE = 80
"""The confidence of a product below which a match is a lead."""
FULL = 2
"""Numbers that a version must have to be a full one."""


class Product(Struct, frozen=True, kw_only=True):
    """What a service tells: see `domain.service.ServiceFact`. `said` are its words."""

    version: str
    cpe: str
    os: str = ""
    said: str = ""
    confidence: int = 0


class Doubt(StrEnum):
    """Why a match is a lead only; the value stands in the finding."""

    PRODUCT = "the product is told with too little confidence"
    VERSION = "the version is told in part only"
    PLATFORM = "it is there only on a platform that is not known from here"
    EDITION = "it is there only in an edition or update that is not told"
    REPAIRED = "a distribution packed it, and its packages carry repairs that the version does not show"
    UNNAMED = "the distribution's own data does not name it"


class Match(Struct, frozen=True):
    """One flaw that fits. `doubt` None says that nothing speaks against it; `platforms` are what it must run on."""

    id: str
    cves: tuple[str, ...]
    vector: str
    score: float
    doubt: Doubt | None = None
    platforms: tuple[str, ...] = ()


Row = tuple[str, str, Flaw]
"""The name that it was looked up by, the record's id, and what it says of that product."""


class Look(Struct, frozen=True):
    """What to look up: names in NVD's data, and beginnings of names in OSV's."""

    cpe: Cpe
    what: Installed
    packed: Packaged
    nvd: tuple[str, ...]
    osv: tuple[str, ...] = ()


def look(product: Product) -> Look | None:
    """What to look up for a product; None where it tells no version or no name of CPE."""
    try:
        cpe = parse_cpe(product.cpe)
    except CpeError:
        return None
    what = installed(upstream(product.version), cpe, product.os)
    if not what.base or not any(sign.isdigit() for sign in what.base):
        return None
    packed = packaged(product.version or what.whole, product.said, product.os)
    wanted: list[str] = []
    if packed.version and packed.distribution in ("Debian", "Ubuntu"):
        wanted += [f"{package}@{packed.distribution}:" for package in names.source_packages(cpe.name)]
    ecosystem, package = names.library(cpe.name)
    if package and not packed.distribution:
        wanted.append(f"{package}@{ecosystem}")
    return Look(cpe, what, packed, names.same(cpe.name), tuple(wanted))


def matches(product: Product, asked: Look, nvd: Iterable[Row], osv: Iterable[Row]) -> tuple[Match, ...]:
    """What fits, by id; each CVE once."""
    rows = list(osv)
    found: dict[str, Match] = {}
    for _, id, flaw in nvd:
        told = has_flaw(flaw, asked.what)
        if told is False:
            continue
        doubt = _doubt(product, asked, flaw, told)
        on = platforms(flaw) if doubt is Doubt.PLATFORM else ()
        best = found.get(id)
        if best is None or (best.doubt is not None and doubt is None):
            found[id] = Match(id, (id,), flaw.vector, flaw.score, doubt, on)
    if asked.packed.version and rows:
        return _as_packaged(product, asked, rows, found)
    for name, id, flaw in rows if not asked.packed.distribution else ():
        if has_package_flaw(flaw, asked.what.whole, order_of(name.rpartition("@")[2])):
            doubt = _doubt(product, asked, flaw, told=True)
            for cve in _cves(id, flaw):
                if cve not in found or found[cve].doubt is not None:
                    found[cve] = Match(
                        cve, (cve,) if cve.startswith("CVE-") else (), flaw.vector, flaw.score, doubt
                    )
    return tuple(found[id] for id in sorted(found))


def _doubt(product: Product, asked: Look, flaw: Flaw, told: bool | None) -> Doubt | None:
    if asked.packed.distribution:
        return Doubt.REPAIRED
    if product.confidence < SURE:
        return Doubt.PRODUCT
    if told is None:
        if any(alternative.on for alternative in flaw.alternatives):
            return Doubt.PLATFORM
        short = numbers(asked.what.base) <= FULL and not asked.what.update
        ranges = [part for alternative in flaw.alternatives for part in alternative.ranges]
        plain = all(not part.more and part.update in (ANY, NA) for part in ranges)
        return Doubt.VERSION if short and plain else Doubt.EDITION
    return Doubt.VERSION if numbers(asked.what.base) < FULL else None


def _as_packaged(
    product: Product, asked: Look, rows: list[Row], found: Mapping[str, Match]
) -> tuple[Match, ...]:
    """By the distribution's own data, where it is exact: of the release that the package belongs to."""
    release = _release(asked.packed, rows)
    mine = [row for row in rows if row[0].rpartition("@")[2] == release]
    if not release or not mine:
        return tuple(found[id] for id in sorted(found))
    named: dict[str, Match | None] = {}
    for _, id, flaw in mine:
        there = has_package_flaw(flaw, asked.packed.version, _without_epoch)
        doubt = None if product.confidence >= SURE else Doubt.PRODUCT
        for cve in _cves(id, flaw):
            known = found.get(cve)
            vector, score = (
                (flaw.vector, flaw.score) if flaw.score or known is None else (known.vector, known.score)
            )
            if there:
                named[cve] = Match(cve, (cve,) if cve.startswith("CVE-") else (), vector, score, doubt)
            else:
                named.setdefault(cve, None)
    for id, match in found.items():
        if id not in named:
            named[id] = Match(id, match.cves, match.vector, match.score, Doubt.UNNAMED)
    return tuple(match for _, match in sorted(named.items()) if match is not None)


def _release(packed: Packaged, rows: list[Row]) -> str:
    """The ecosystem (`Debian:12`) that the package is of: as its version tells, else the only one whose packages have
    the same version of the maker."""
    there = {name.rpartition("@")[2] for name, _, _ in rows}
    if packed.release:
        return next((name for name in sorted(there) if packed.release in name.split(":")), "")
    plain = upstream(packed.version).rpartition("-")[0] or upstream(packed.version)
    alike = {
        name.rpartition("@")[2]
        for name, _, flaw in rows
        for alternative in flaw.alternatives
        for part in alternative.ranges
        if part.end and _same_upstream(part.end, plain)
    }
    return alike.pop() if len(alike) == 1 else ""


def _same_upstream(version: str, plain: str) -> bool:
    rest = version[len(epoch_of(version)) :]
    return (rest.rpartition("-")[0] or rest).partition("+dfsg")[0] == plain


def _without_epoch(one: str, other: str) -> int:
    """As Debian orders, where the first is a banner's and tells no epoch."""
    return debian(f"{epoch_of(other)}{one}", other)


def _cves(id: str, flaw: Flaw) -> tuple[str, ...]:
    return flaw.cves or (id,)
