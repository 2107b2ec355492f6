"""How a known flaw (a CVE) is exploited in the world: what EPSS expects and what KEV lists.

EPSS (FIRST) is the chance that a CVE is exploited within 30 days, KEV (CISA) the catalogue of those that are known to be
exploited. Both come from files that are imported (`cyberai feeds import`); what is not in them is not known.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from cyberai.domain.addresses import AddressClass, classify, parse_address


def is_cve(text: str) -> bool:
    """True for `CVE-YYYY-N` with a number of 4 to 19 digits (CVE numbering rules)."""
    prefix, _, rest = text.partition("-")
    year, _, number = rest.partition("-")
    digits = year + number
    return (
        prefix == "CVE"
        and len(year) == 4
        and 4 <= len(number) <= 19
        and digits.isascii()
        and digits.isdigit()
    )


class Epss(Struct, frozen=True, kw_only=True):
    """What EPSS says of the CVE: `score` and `percentile` from 0 to 1, on that day (`YYYY-MM-DD`)."""

    cve: str
    score: float
    percentile: float
    date: str


class Kev(Struct, frozen=True, kw_only=True):
    """What the KEV catalogue says of the CVE: days (`YYYY-MM-DD`) since when it is listed and by when to act."""

    cve: str
    added: str
    due: str | None = None
    ransomware: bool = False


class Threat(Struct, frozen=True, kw_only=True):
    """What is known of the CVEs of one vulnerability: the highest EPSS, the first KEV entry. `kev` None says that none
    is listed where `kev_known`, else that there is no catalogue to look into."""

    epss: Epss | None = None
    kev: Kev | None = None
    kev_known: bool = False


def worst(epss: Iterable[Epss], kev: Iterable[Kev], *, kev_known: bool) -> Threat | None:
    """What counts of all CVEs of one vulnerability; None when nothing is known."""
    scores, listed = list(epss), list(kev)
    if not scores and not kev_known:
        return None
    return Threat(
        epss=max(scores, key=lambda one: (one.score, one.percentile, one.cve), default=None),
        kev=min(listed, key=lambda one: (one.added, one.cve), default=None),
        kev_known=kev_known,
    )


class Exposure(StrEnum):
    """From where a target can be reached, by the addresses that its name leads to."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"


def exposure_of(addresses: Iterable[str]) -> Exposure | None:
    """The widest reach of these IP addresses; None when there is none. What is neither loopback nor private (link-local,
    carrier-shared and unique local addresses count as private) is public."""
    found = {_reach(text) for text in addresses}
    return next((reach for reach in Exposure if reach in found), None)


_NEAR = frozenset({AddressClass.PRIVATE, AddressClass.LINK_LOCAL, AddressClass.SHARED, AddressClass.METADATA})


def _reach(text: str) -> Exposure | None:
    try:
        kind = classify(parse_address(text))
    except ValueError:
        return None
    if kind is AddressClass.LOOPBACK:
        return Exposure.LOOPBACK
    return Exposure.PRIVATE if kind in _NEAR else Exposure.PUBLIC
