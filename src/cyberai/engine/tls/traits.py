"""What a server shows beside version and suite, read from all that it has answered, and a few questions more."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import (
    ALPN,
    CERTIFICATE_TIMESTAMPS,
    ENCRYPT_THEN_MAC,
    EXTENDED_MASTER_SECRET,
    HEARTBEAT_EXTENSION,
    RENEGOTIATION_INFO,
    SESSION_TICKET,
    ClientOffer,
    names_host,
)
from cyberai.domain.tls.profile import TlsProfile
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.tls.hidden import look_behind
from cyberai.engine.tls.notes import Notes
from cyberai.engine.tls.offering import offering, revealing
from cyberai.engine.tls.server import Asked, Server
from cyberai.engine.tls.staple import staple_status
from cyberai.engine.tls.versions import Spoken

_EXTENDED = (TlsVersion.TLS1_0, TlsVersion.TLS1_1, TlsVersion.TLS1_2)
_IN_CLEAR = (TlsVersion.SSL3, *_EXTENDED)
_INAPPROPRIATE_FALLBACK = 86

Ask = Callable[[ClientOffer], Awaitable[ServerFlight | None]]
"""Makes an offer; None where the answer could not be read."""


class Seen(Struct, frozen=True):
    """What the answers show; None where none could show it."""

    compressions: tuple[int, ...]
    secure_renegotiation: bool | None
    extended_master_secret: bool | None
    encrypt_then_mac: bool | None
    session_tickets: bool | None
    heartbeat: bool
    staple: bool | None
    staple_status: str
    scts: int
    client_certificate: bool
    leaves: tuple[bytes, ...]


def seen_in(asked: Sequence[Asked], now: int) -> Seen:
    """What stands in these answers; `now` is UTC microseconds."""
    told = [each for each in asked if each.flight.version in _EXTENDED]
    flights = [each.flight for each in asked if each.flight.version is not None]
    shown = [flight for flight in flights if flight.certificates]
    staples = [flight.staple for flight in shown if flight.staple]
    stapling = (each for each in asked if each.flight.version in (*_EXTENDED, TlsVersion.TLS1_3))
    asked_for_staple = any(each.offer.status_request and each.flight.certificates for each in stapling)
    return Seen(
        compressions=tuple(sorted({flight.compression for flight in flights} - {0})),
        secure_renegotiation=_any(told, RENEGOTIATION_INFO, lambda offer: offer.secure_renegotiation),
        extended_master_secret=_any(told, EXTENDED_MASTER_SECRET, lambda offer: offer.extended_master_secret),
        encrypt_then_mac=_any(
            [each for each in told if suite(each.flight.suite).cbc],
            ENCRYPT_THEN_MAC,
            lambda offer: offer.encrypt_then_mac,
        ),
        session_tickets=_any(told, SESSION_TICKET, lambda offer: offer.session_ticket is not None),
        heartbeat=_any(told, HEARTBEAT_EXTENSION, lambda offer: offer.heartbeat) or False,
        staple=bool(staples) if asked_for_staple else None,
        staple_status=staple_status(staples[0], now) if staples else "",
        scts=max((_timestamps(flight) for flight in flights), default=0),
        client_certificate=any(flight.certificate_requested for flight in flights),
        leaves=tuple(dict.fromkeys(each.flight.certificates[0] for each in _named(asked))),
    )


def _named(asked: Sequence[Asked]) -> Iterator[Asked]:
    """What was asked with the server's name, where it has one."""
    named = any(each.offer.server_name for each in asked)
    for each in asked:
        if each.flight.certificates and (bool(each.offer.server_name) == named):
            yield each


def _any(asked: Sequence[Asked], extension: int, wanted: Callable[[ClientOffer], bool]) -> bool | None:
    answers = [each.flight.extension(extension) is not None for each in asked if wanted(each.offer)]
    return any(answers) if answers else None


def _timestamps(flight: ServerFlight) -> int:
    """How many signed certificate timestamps came (RFC 6962, 3.3)."""
    data = (flight.extension(CERTIFICATE_TIMESTAMPS) or b"")[2:]
    count = 0
    while len(data) >= 2:
        data = data[2 + int.from_bytes(data[:2], "big") :]
        count += 1
    return count


async def traits_of(server: Server, spoken: Sequence[Spoken], notes: Notes) -> TlsProfile:
    """The part of the profile that needs questions of its own."""
    fallback = await notes.told("fallback", falls_back_knowingly(server, spoken), None)
    told = TlsProfile(fallback_scsv=fallback)
    clear = next((each for each in reversed(spoken) if each.version in _IN_CLEAR), None)
    if clear is not None:
        offer = offering(server.asset, clear.version, clear.style)
        ids = await notes.told("session ids", numbers_sessions(server, clear), None)
        return await _with_answers(replace(told, session_ids=ids), (offer, clear.flight, server.ask), notes)
    if spoken[-1].version is not TlsVersion.TLS1_3:
        return told
    notes.note("session tickets", "with TLS 1.3 they come after the handshake")
    offer = revealing(server.asset)
    flight = await notes.told("certificates", look_behind(server, offer), None)
    if flight is None or flight.version is None:
        why = "what TLS 1.3 encrypts could not be read"
        notes.note("staple, application protocols, client certificate", why)
        return told
    return await _with_answers(told, (offer, flight, partial(look_behind, server)), notes)


async def _with_answers(
    profile: TlsProfile, asked: tuple[ClientOffer, ServerFlight, Ask], notes: Notes
) -> TlsProfile:
    return replace(
        profile,
        alpn=await notes.told("application protocols", protocols(*asked), ()),
        without_name=await notes.told("server name", without_name(*asked), ""),
    )


async def falls_back_knowingly(server: Server, spoken: Sequence[Spoken]) -> bool | None:
    """Whether it refuses a client that comes with less than both can and says so (RFC 7507). None where it has no two
    versions, or answers something else."""
    known = [each for each in spoken if each.version is not TlsVersion.SSL2]
    if len(known) < 2:
        return None
    lower = known[-2]
    flight = await server.ask(replace(offering(server.asset, lower.version, lower.style), fallback_scsv=True))
    if flight.alert is not None and flight.alert.description == _INAPPROPRIATE_FALLBACK:
        return True
    return False if flight.version is not None else None


async def protocols(offer: ClientOffer, flight: ServerFlight, ask: Ask) -> tuple[str, ...]:
    """The application protocols that it selects, in the order in which it does. `flight` is its answer to the offer."""
    left = offer.alpn
    found: list[str] = []
    shown: ServerFlight | None = flight
    while shown is not None:
        name = (shown.extension(ALPN) or b"")[3:].decode("latin-1")
        if name not in left:
            break
        found.append(name)
        left = tuple(other for other in left if other != name)
        shown = await ask(replace(offer, alpn=left)) if left else None
    return tuple(found)


async def numbers_sessions(server: Server, spoken: Spoken) -> bool | None:
    """Whether it gives a session an id under which it could be resumed."""
    flight = await server.ask(
        replace(offering(server.asset, spoken.version, spoken.style), session_ticket=None)
    )
    return bool(flight.session_id) if flight.selects(spoken.version) else None


async def without_name(offer: ClientOffer, named: ServerFlight, ask: Ask) -> str:
    """What a client sees that sends no name: `same`, `other`, `refused`; empty where there is none to leave out, and
    where it could not be told. `named` is the answer to the offer with the name."""
    if not names_host(offer.server_name):
        return ""
    flight = await ask(replace(offer, server_name=""))
    if flight is None:
        return ""
    if flight.version is None:
        return "refused"
    if not flight.certificates or not named.certificates:
        return ""
    return "same" if flight.certificates[0] == named.certificates[0] else "other"
