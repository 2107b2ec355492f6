"""Named groups, signature schemes and Diffie-Hellman parameters of a server."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.key_exchange import KeyExchange
from cyberai.domain.tls.offers import CURVES, SIGNATURES
from cyberai.domain.tls.profile import VersionOffer
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.tls.offering import ALL_GROUPS, Style, offering
from cyberai.engine.tls.picking import Picked, Question, own_order, picked
from cyberai.engine.tls.server import Asked, GaveUp, Server
from cyberai.engine.tls.versions import Spoken

_CURVE_EXCHANGES = frozenset({"ECDHE"})
_SIGNED_EXCHANGES = frozenset({"ECDHE", "DHE"})


class Groups(Struct, frozen=True):
    """The named groups a server takes, and whether their order is its own."""

    codes: tuple[int, ...] = ()
    own_order: bool | None = None
    unclear: str = ""


class Field(Struct, frozen=True):
    """The weakest finite field that was shown, and whether two connections got the same public value."""

    bits: int | None = None
    prime: str = ""
    generator: str = ""
    reused: bool | None = None


async def groups(server: Server, spoken: Sequence[Spoken], offers: Sequence[VersionOffer]) -> Groups:
    """Those of TLS 1.3, which a server names when it is sent no key, then what only older versions take."""
    found: tuple[int, ...] = ()
    order, unclear = None, ""
    modern = next((each for each in spoken if each.version is TlsVersion.TLS1_3), None)
    if modern is not None:
        found, order, unclear = await _modern_groups(server, modern)
    asked = _question_of_curves(server, spoken, offers)
    if asked is not None:
        left = tuple(code for code in CURVES if code not in found)
        older = await picked(server, asked, left)
        if order is None and modern is None:
            order = await _order(server, asked, older.codes)
        found, unclear = (*found, *older.codes), unclear or older.unclear
    return Groups(found, order, unclear)


async def _modern_groups(server: Server, spoken: Spoken) -> tuple[tuple[int, ...], bool | None, str]:
    if not spoken.flight.retry:
        own = spoken.flight.exchange.group if spoken.flight.exchange is not None else 0
        return ((own,) if own else ()), None, "it does not say which groups it wants with TLS 1.3"

    def pick(flight: ServerFlight) -> int | None:
        return flight.retry_group or None if flight.selects(TlsVersion.TLS1_3) else None

    offer = offering(server.asset, TlsVersion.TLS1_3, spoken.style)
    question = Question(offer, lambda offer, codes: replace(offer, groups=codes), pick)
    known = (spoken.flight.retry_group,) if spoken.flight.retry_group in ALL_GROUPS else ()
    taken = await picked(server, question, ALL_GROUPS, known)
    return taken.codes, await _order(server, question, taken.codes), taken.unclear


async def _order(server: Server, question: Question, codes: tuple[int, ...]) -> bool | None:
    try:
        return await own_order(server, question, codes)
    except GaveUp:
        return None


def _question_of_curves(
    server: Server, spoken: Sequence[Spoken], offers: Sequence[VersionOffer]
) -> Question | None:
    version, suites = _newest_with(offers, _CURVE_EXCHANGES)
    style = next((each.style for each in spoken if each.version is version), Style.PLAIN)
    if version is None or version is TlsVersion.SSL3:
        return None
    offer = replace(offering(server.asset, version, style), suites=suites)

    def pick(flight: ServerFlight) -> int | None:
        exchange = flight.exchange
        return exchange.group or None if flight.selects(version) and exchange is not None else None

    return Question(offer, lambda offer, codes: replace(offer, groups=codes), pick)


def _newest_with(
    offers: Sequence[VersionOffer], exchanges: frozenset[str]
) -> tuple[TlsVersion | None, tuple[int, ...]]:
    """The newest version before TLS 1.3 with suites of these exchanges, and those suites."""
    for offer in sorted(offers, key=lambda offer: offer.version.wire, reverse=True):
        suites = tuple(
            code for code in offer.suites if suite(code).exchange in exchanges and not suite(code).anonymous
        )
        if offer.version is not TlsVersion.TLS1_3 and suites:
            return offer.version, suites
    return None, ()


async def signatures(server: Server, spoken: Sequence[Spoken], offers: Sequence[VersionOffer]) -> Picked:
    """The schemes with which it signs its part of a key exchange of TLS 1.2."""
    version, suites = _newest_with(offers, _SIGNED_EXCHANGES)
    if version is not TlsVersion.TLS1_2:
        return Picked()
    style = next(each.style for each in spoken if each.version is version)
    offer = replace(offering(server.asset, version, style), suites=suites)

    def pick(flight: ServerFlight) -> int | None:
        exchange = flight.exchange
        return exchange.scheme or None if flight.selects(version) and exchange is not None else None

    question = Question(offer, lambda offer, codes: replace(offer, signatures=codes), pick)
    return await picked(server, question, SIGNATURES)


def weakest_field(asked: Sequence[Asked]) -> Field:
    """What the answers show of finite-field Diffie-Hellman; of export suites only where there is nothing else."""
    shown = [
        (suite(each.flight.suite).export, each.flight.exchange.dh_bits, each.flight.exchange)
        for each in asked
        if each.flight.exchange is not None and each.flight.exchange.dh_bits
    ]
    if not shown:
        return Field()
    export, bits, exchange = min(shown, key=lambda each: each[:2])
    same = [each for own, _, each in shown if own == export and each.dh_prime == exchange.dh_prime]
    return Field(bits, exchange.dh_prime.hex(), exchange.dh_generator.hex(), _reused(same))


def _reused(exchanges: Sequence[KeyExchange]) -> bool | None:
    return len({each.public for each in exchanges}) < len(exchanges) if len(exchanges) > 1 else None
