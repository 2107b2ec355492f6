"""Which versions a server speaks, and with which suites."""

from collections.abc import Coroutine, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import ClientOffer
from cyberai.domain.tls.offers import likely_suites, unlikely_suites
from cyberai.domain.tls.profile import VersionOffer
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.tls.offering import Style, offering
from cyberai.engine.tls.picking import Picked, Question, own_order, picked
from cyberai.engine.tls.server import NOTHING, GaveUp, Server
from cyberai.engine.tls.together import together

_PROTOCOL_VERSION = 70
_NO_COMMON_SUITE = frozenset({40, 71})
"""handshake_failure and insufficient_security: the version may be right and the suites wrong."""
_NOBODY_HAS = (0x0A0A, 0x1A1A, 0x2A2A)
_SHORT = (TlsVersion.TLS1_2, TlsVersion.TLS1_0, TlsVersion.SSL3)


class Spoken(Struct, frozen=True):
    """A version that the server speaks: in which style it is asked, and what it answered first."""

    version: TlsVersion
    style: Style
    flight: ServerFlight


class Versions(Struct, frozen=True):
    """What the server speaks, oldest first; `unclear` says why there may be more."""

    spoken: tuple[Spoken, ...]
    unclear: str = ""


class Enumerated(Struct, frozen=True):
    """What the server takes with one version, and what stays unclear of it."""

    offer: VersionOffer
    unclear: str = ""


async def spoken_versions(server: Server) -> Versions:
    """The versions that it speaks, as far as it answers."""
    unclear: list[str] = []

    async def tried(version: TlsVersion, style: Style) -> Spoken | None:
        try:
            return await _spoken(server, version) if style is Style.FULL else await _short(server, version)
        except GaveUp as error:
            unclear.append(str(error))
            return None

    found = await together(tried(version, Style.FULL) for version in TlsVersion)
    if not any(asked.flight.version for asked in server.asked):
        # Nobody understood us: perhaps our hellos are too long for it.
        server.forgive()
        found = await together(tried(version, Style.SMALL) for version in _SHORT)
    spoken = {each.version: each for each in found if each is not None}
    ordered = sorted(spoken.values(), key=lambda each: each.version.wire)
    return Versions(tuple(ordered), unclear[0] if unclear else "")


async def _short(server: Server, version: TlsVersion) -> Spoken | None:
    flight = await server.ask(offering(server.asset, version, Style.SMALL))
    return None if flight.version is None else Spoken(flight.version, Style.SMALL, flight)


async def _spoken(server: Server, version: TlsVersion) -> Spoken | None:
    flight = await server.ask(offering(server.asset, version, Style.FULL))
    if flight.selects(version):
        return Spoken(version, Style.FULL, flight)
    if version is TlsVersion.SSL2 or _settles(flight):
        return None
    plain = await server.ask(offering(server.asset, version, Style.PLAIN))
    if plain.selects(version):
        calm = await server.ask(offering(server.asset, version, Style.CALM))
        if calm.selects(version):
            return Spoken(version, Style.CALM, calm)
        return Spoken(version, Style.PLAIN, plain)
    if plain == NOTHING:
        short = await server.ask(offering(server.asset, version, Style.SMALL))
        return Spoken(version, Style.SMALL, short) if short.selects(version) else None
    return await _with_odd_suites(server, version, plain)


async def _with_odd_suites(server: Server, version: TlsVersion, refusal: ServerFlight) -> Spoken | None:
    if refusal.alert is None or refusal.alert.description not in _NO_COMMON_SUITE:
        return None
    for offer in _odd(server, version, Style.PLAIN):
        flight = await server.ask(offer)
        if flight.selects(version):
            return Spoken(version, Style.PLAIN, flight)
        if _settles(flight):
            return None
    return None


def _settles(flight: ServerFlight) -> bool:
    """Whether the answer says that it is not this version."""
    if flight.version is not None:
        return True
    return flight.alert is not None and flight.alert.description == _PROTOCOL_VERSION


def _odd(server: Server, version: TlsVersion, style: Style) -> Iterator[ClientOffer]:
    """Hellos with the suites that hardly any server has."""
    odd = unlikely_suites(version)
    offer, most = offering(server.asset, version, style), style.most_suites
    for at in range(0, len(odd), most):
        yield replace(offer, suites=odd[at : at + most])


async def selects_anything(server: Server, spoken: Spoken) -> bool:
    """Whether the server selects a suite that nobody has (RFC 8701): then its choices say nothing."""
    offer = replace(offering(server.asset, spoken.version, spoken.style), suites=_NOBODY_HAS)
    if spoken.version is TlsVersion.SSL2:
        return False
    flight = await server.ask(offer)
    return flight.selects(spoken.version) and flight.suite in _NOBODY_HAS


async def enumerated(server: Server, spoken: Spoken) -> Enumerated:
    """Every suite that the server takes with the version, in its own order where it has one."""
    version = spoken.version
    if version is TlsVersion.SSL2:
        return Enumerated(VersionOffer(version, spoken.flight.ssl2_suites, server_order=False))

    def pick(flight: ServerFlight) -> int | None:
        return flight.suite if flight.selects(version) else None

    offer = offering(server.asset, version, spoken.style)
    question = Question(offer, lambda offer, codes: replace(offer, suites=codes), pick)
    parts = await together(_parts(server, question, spoken))
    unclear = next((part.unclear for part in parts if part.unclear), "")
    likely = parts[0].codes
    suites = tuple(dict.fromkeys(code for part in parts for code in part.codes))
    try:
        order = await own_order(server, question, likely, last=_wanted_by_phones)
    except GaveUp as error:
        order, unclear = None, unclear or str(error)
    if order is None and len(likely) > 1:
        unclear = unclear or "whose order of suites counts"
    return Enumerated(VersionOffer(version, suites, order), unclear)


def _parts(server: Server, question: Question, spoken: Spoken) -> Iterator[Coroutine[Any, Any, Picked]]:
    """The likely suites in one hello, the others in as many as they need."""
    version, style = spoken.version, spoken.style
    likely, first = likely_suites(version), spoken.flight.suite
    if style is Style.SMALL:
        likely = question.offer.suites
    known = (first,) if first in likely else ()
    yield picked(server, question, likely, known, sure=True)
    for offer in _odd(server, version, style):
        yield picked(server, question, offer.suites)
    if style is Style.SMALL:
        rest = tuple(code for code in likely_suites(version) if code not in likely)
        for at in range(0, len(rest), style.most_suites):
            yield picked(server, question, rest[at : at + style.most_suites])


def _wanted_by_phones(code: int) -> bool:
    """A client that names ChaCha20 first gets it from some servers, whatever their order."""
    return suite(code).cipher.startswith("CHACHA20")
