"""What a server shows beside version and suite, read from all that it has answered, and a few questions more."""

from collections.abc import Callable, Iterator, Sequence

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
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.tls.offering import offering
from cyberai.engine.tls.server import Asked, Server
from cyberai.engine.tls.versions import Spoken

_EXTENDED = (TlsVersion.TLS1_0, TlsVersion.TLS1_1, TlsVersion.TLS1_2)
_INAPPROPRIATE_FALLBACK = 86


class Seen(Struct, frozen=True):
    """What the answers of versions before TLS 1.3 show; None where none could show it."""

    compressions: tuple[int, ...]
    secure_renegotiation: bool | None
    extended_master_secret: bool | None
    encrypt_then_mac: bool | None
    session_tickets: bool | None
    heartbeat: bool
    staple: bytes | None
    scts: int
    client_certificate: bool
    leaves: tuple[bytes, ...]


def seen_in(asked: Sequence[Asked]) -> Seen:
    """What stands in these answers."""
    told = [each for each in asked if each.flight.version in _EXTENDED]
    flights = [each.flight for each in asked if each.flight.version is not None]
    shown = [flight for flight in flights if flight.certificates]
    staples = [flight.staple for flight in shown if flight.staple]
    asked_for_staple = any(each.offer.status_request and each.flight.certificates for each in told)
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
        staple=(staples or [b""])[0] if asked_for_staple else None,
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


async def protocols(server: Server, spoken: Spoken) -> tuple[str, ...]:
    """The application protocols that it selects, in the order in which it does."""
    offer = offering(server.asset, spoken.version, spoken.style)
    flight, left = spoken.flight, offer.alpn
    found: list[str] = []
    while True:
        name = (flight.extension(ALPN) or b"")[3:].decode("latin-1")
        if name not in left:
            return tuple(found)
        found.append(name)
        left = tuple(other for other in left if other != name)
        if not left:
            return tuple(found)
        flight = await server.ask(replace(offer, alpn=left))


async def numbers_sessions(server: Server, spoken: Spoken) -> bool | None:
    """Whether it gives a session an id under which it could be resumed."""
    flight = await server.ask(
        replace(offering(server.asset, spoken.version, spoken.style), session_ticket=None)
    )
    return bool(flight.session_id) if flight.selects(spoken.version) else None


async def without_name(server: Server, spoken: Spoken) -> str:
    """What a client sees that sends no name: `same`, `other`, `refused`; empty where there is none to leave out, and
    where the certificate does not come in the clear."""
    offer = offering(server.asset, spoken.version, spoken.style)
    if not names_host(offer.server_name):
        return ""
    flight = await server.ask(replace(offer, server_name=""))
    if flight.version is None:
        return "refused"
    if not flight.certificates or not spoken.flight.certificates:
        return ""
    return "same" if flight.certificates[0] == spoken.flight.certificates[0] else "other"
