"""What a server of TLS 1.3 says behind its ServerHello: the handshake is read, and not completed."""

from collections.abc import Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from cyberai.checkkit.tls import hello_bytes
from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.flight import MAX_CERTIFICATES, MAX_CHAIN, FlightReader, ServerFlight
from cyberai.domain.tls.hello import CERTIFICATE_TIMESTAMPS, STATUS_REQUEST, ClientOffer
from cyberai.domain.tls.records import (
    ALERT,
    APPLICATION,
    CHANGE_CIPHER,
    HANDSHAKE,
    HandshakeReader,
    NotTls,
    Record,
    RecordReader,
    alert_of,
    record,
)
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.tls.schedule import OPENED, Opener
from cyberai.engine.tls.server import Asked, Server
from cyberai.ports.network import Conversation

_X25519, _P256 = 0x001D, 0x0017
_EXTENSIONS, _CERTIFICATE, _REQUEST, _VERIFY, _FINISHED = 8, 11, 13, 15, 20
_MAX_READS = 128
"""A header and a payload for each record of the flight."""


class Unreadable(Exception):
    """The server goes on in a way that we do not follow."""


async def look_behind(server: Server, offer: ClientOffer) -> ServerFlight | None:
    """The whole flight to this offer of TLS 1.3: certificates, staple, extensions, the scheme of its signature. None
    where it does not come, or wants a group that we do not compute. Raise GaveUp, or TransportError where the scan must
    not go on."""
    keys = _Keys()
    offer = replace(
        offer,
        suites=tuple(code for code in offer.suites if code in OPENED),
        groups=(_X25519, _P256, *(code for code in offer.groups if code not in (_X25519, _P256))),
        key_shares=keys.shares,
    )
    try:
        flight = await server.speak(partial(_read, offer, keys))
    except (NotTls, Unreadable):
        return None
    if flight is not None:
        server.asked.append(Asked(offer, flight))
    return flight


class _Keys:
    """A key of our own for each of the two groups that nearly every server takes."""

    def __init__(self) -> None:
        self._x25519 = X25519PrivateKey.generate()
        self._p256 = ec.generate_private_key(ec.SECP256R1())

    @property
    def shares(self) -> tuple[tuple[int, bytes], ...]:
        """What goes into the hello."""
        point = self._p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return (_X25519, self._x25519.public_key().public_bytes_raw()), (_P256, point)

    def shared(self, group: int, public: bytes) -> bytes:
        """The secret; raise NotTls for what is no public value, Unreadable for another group."""
        try:
            if group == _X25519:
                return self._x25519.exchange(X25519PublicKey.from_public_bytes(public))
            if group == _P256:
                other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
                return self._p256.exchange(ec.ECDH(), other)
        except ValueError as error:
            raise NotTls("the server's key is no public value") from error
        raise Unreadable


class HiddenReader:
    """Reads the records of one server's flight. `hello` is the ClientHello that it answers."""

    def __init__(self, hello: bytes, keys: _Keys) -> None:
        self._hello = hello
        self._keys = keys
        self._first = FlightReader()
        self._server_hello = b""
        self._messages = HandshakeReader(MAX_CHAIN)
        self._opener: Opener | None = None
        self._flight = ServerFlight()

    def feed(self, found: Record) -> ServerFlight | None:
        """The flight once it is over, None while more is to come; raise NotTls, or Unreadable where the server goes on
        in another way."""
        if self._opener is None:
            return self._begin(found)
        if found.kind == CHANGE_CIPHER:
            return None
        if found.kind != APPLICATION:
            raise Unreadable
        kind, content = self._opener.opened(found.payload)
        if kind != HANDSHAKE:
            raise Unreadable
        for message, body in self._messages.feed(content):
            if message == _FINISHED:
                return self._flight
            self._flight = shown_in(self._flight, message, body)
        return None

    def _begin(self, found: Record) -> ServerFlight | None:
        """A refusal, or the key for what follows."""
        if found.kind == ALERT:
            return ServerFlight(alert=alert_of(found.payload))
        if found.kind != HANDSHAKE:
            raise Unreadable
        self._server_hello += found.payload
        flight = self._first.feed(record(HANDSHAKE, found.version, found.payload))
        if flight is None:
            return None
        if not flight.selects(TlsVersion.TLS1_3) or flight.exchange is None or flight.suite not in OPENED:
            raise Unreadable
        shared = self._keys.shared(flight.exchange.group, flight.exchange.public)
        self._opener = Opener(flight.suite, shared, self._hello[5:] + self._server_hello)
        self._flight = flight
        return None


def shown_in(flight: ServerFlight, message: int, body: bytes) -> ServerFlight:
    """The flight with what one more of its messages says; raise NotTls."""
    fields = Fields(body)
    if message == _EXTENSIONS:
        return replace(flight, extensions=(*flight.extensions, *_extensions(Fields(fields.sized(2)))))
    if message == _REQUEST:
        return replace(flight, certificate_requested=True)
    if message == _VERIFY and flight.exchange is not None:
        return replace(flight, exchange=replace(flight.exchange, scheme=fields.number(2)))
    if message != _CERTIFICATE:
        return flight
    fields.sized(1)
    entries = Fields(fields.sized(3))
    chain: list[bytes] = []
    while entries.left and len(chain) < MAX_CERTIFICATES:
        chain.append(entries.sized(3))
        extensions = dict(_extensions(Fields(entries.sized(2))))
        if len(chain) == 1:
            flight = _of_leaf(flight, extensions)
    return replace(flight, certificates=tuple(chain))


def _of_leaf(flight: ServerFlight, extensions: dict[int, bytes]) -> ServerFlight:
    """What comes with the server's own certificate."""
    status = Fields(extensions.get(STATUS_REQUEST, b""))
    staple = status.sized(3) if status.left and status.number(1) == 1 else b""
    stamps = extensions.get(CERTIFICATE_TIMESTAMPS)
    more = ((CERTIFICATE_TIMESTAMPS, stamps),) if stamps is not None else ()
    return replace(flight, staple=staple, extensions=(*flight.extensions, *more))


def _extensions(fields: Fields) -> Iterator[tuple[int, bytes]]:
    while fields.left:
        yield fields.number(2), fields.sized(2)


async def _read(offer: ClientOffer, keys: _Keys, conversation: Conversation) -> ServerFlight:
    hello = hello_bytes(offer)
    await conversation.send(hello)
    reader, records = HiddenReader(hello, keys), RecordReader()
    for _ in range(_MAX_READS):
        data = await conversation.receive_exactly(records.missing)
        if not data:
            break
        for found in records.feed(data):
            flight = reader.feed(found)
            if flight is not None:
                return flight
    raise Unreadable
