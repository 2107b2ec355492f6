"""What a server answers to a ClientHello, up to where the client would go on. Bounded reader of hostile bytes.

Read are the messages that come in the clear: of TLS 1.3 the ServerHello or HelloRetryRequest only.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.hello import KEY_SHARE, SUPPORTED_VERSIONS
from cyberai.domain.tls.key_exchange import KeyExchange, read_key_exchange
from cyberai.domain.tls.records import (
    ALERT,
    HANDSHAKE,
    Alert,
    HandshakeReader,
    NotTls,
    RecordReader,
    alert_of,
)
from cyberai.domain.tls.ssl2 import Ssl2Hello, is_ssl2, missing_of_ssl2, read_ssl2_hello
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion, version_of

MAX_UNCLEAR = 65_536
"""Bytes read at most before there is a ServerHello or an alert."""
MAX_CHAIN = 131_072
"""Bytes of a message of the handshake, such as a chain of certificates."""
MAX_FLIGHT = 262_144
"""Bytes of the whole flight."""
MAX_WARNINGS = 16
MAX_CERTIFICATES = 64
"""Certificates kept of a chain."""

_SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE, _REQUEST, _DONE, _STATUS = 2, 11, 12, 13, 14, 22
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random value that makes a ServerHello a HelloRetryRequest (RFC 8446, 4.1.3)."""
_REFUSED = Alert(2, 40)


class ServerFlight(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came. Either `alert` refuses (`version` None), or the rest holds.

    `version` is the selected one, None where its number (`wire`) stands for none we know. `suite` is 0 where none was
    selected. `extensions` are those of the ServerHello. `retry` tells a HelloRetryRequest, `retry_group` the group it
    wants (0: it only wants its cookie back). `certificates` are DER, the server's own first. `staple` is the OCSP
    response that came along. `done` says that the server has finished its flight (of TLS 1.3: that the ServerHello was
    read, the rest is encrypted), `closed` that the connection ended before. `ssl2_suites` are the kinds of SSLv2 that it takes."""

    alert: Alert | None = None
    version: TlsVersion | None = None
    wire: int = 0
    suite: int = 0
    compression: int = 0
    session_id: bytes = b""
    extensions: tuple[tuple[int, bytes], ...] = ()
    retry: bool = False
    retry_group: int = 0
    certificates: tuple[bytes, ...] = ()
    staple: bytes = b""
    exchange: KeyExchange | None = None
    certificate_requested: bool = False
    done: bool = False
    closed: bool = False
    ssl2_suites: tuple[int, ...] = ()

    def extension(self, kind: int) -> bytes | None:
        """The body of an extension of the ServerHello, None where there is none."""
        return next((body for found, body in self.extensions if found == kind), None)

    def selects(self, version: TlsVersion) -> bool:
        """Whether the server goes on with this version."""
        return self.alert is None and self.version is version


class FlightReader:
    """Reads one server's answer as it comes."""

    def __init__(self) -> None:
        self._ssl2: bool | None = None
        self._held = b""
        self._records = RecordReader()
        self._messages = HandshakeReader(MAX_CHAIN)
        self._read = 0
        self._flight: ServerFlight | None = None
        self._warning: Alert | None = None
        self._warnings = 0

    def feed(self, data: bytes) -> ServerFlight | None:
        """The flight once it is over, or broke behind a sound ServerHello (then it is not `done`); None while more is
        to come. Raise NotTls for what is no answer to a ClientHello. Not to be called again once it is over."""
        self._read += len(data)
        if self._ssl2 is None:
            self._ssl2 = is_ssl2(data)
        if self._ssl2:
            self._held += data
            return _of_ssl2(read_ssl2_hello(self._held))
        try:
            return self._tls(data)
        except NotTls:
            if self._flight is None:
                raise
            return self._flight

    @property
    def missing(self) -> int:
        """How many bytes are still to come at least."""
        if self._ssl2:
            return max(1, missing_of_ssl2(self._held))
        return self._records.missing

    @property
    def seen(self) -> ServerFlight | None:
        """The flight as far as it came, None before the ServerHello."""
        return self._flight

    def broken_off(self) -> ServerFlight:
        """What there is where the connection has ended: `closed`, with what came of the flight, or the warning that
        came instead. Raise NotTls when it ended within the ServerHello."""
        if self._flight is not None:
            return replace(self._flight, closed=True)
        if self._read and self._warning is None:
            raise NotTls("the answer to a ClientHello breaks off")
        return ServerFlight(alert=self._warning, closed=True)

    def _tls(self, data: bytes) -> ServerFlight | None:
        for record in self._records.feed(data):
            if record.kind == ALERT:
                over = self._alert(alert_of(record.payload))
            elif record.kind == HANDSHAKE:
                over = self._handshake(record.payload)
            else:
                raise NotTls("a record came that has no place in a handshake")
            if over is not None:
                return over
        if self._read > (MAX_UNCLEAR if self._flight is None else MAX_FLIGHT):
            raise NotTls("the answer does not end")
        return None

    def _alert(self, alert: Alert) -> ServerFlight | None:
        if alert.warning:
            self._warnings += 1
            if self._warnings > MAX_WARNINGS:
                raise NotTls("the warnings do not end")
            self._warning = alert
            return None
        return self._flight or ServerFlight(alert=alert)

    def _handshake(self, payload: bytes) -> ServerFlight | None:
        for kind, body in self._messages.feed(payload):
            if self._flight is None:
                if kind != _SERVER_HELLO:
                    raise NotTls("the answer is no ServerHello")
                self._flight = _server_hello(body)
            else:
                self._flight = _with(self._flight, kind, body)
            if self._flight.done:
                return self._flight
        if self._flight is None and self._messages.begun not in (None, _SERVER_HELLO):
            raise NotTls("the answer is no ServerHello")
        return None


def _of_ssl2(hello: Ssl2Hello | None) -> ServerFlight | None:
    if hello is None:
        return None
    if hello.refused:
        return ServerFlight(alert=_REFUSED)
    return ServerFlight(
        version=TlsVersion.SSL2,
        wire=TlsVersion.SSL2.wire,
        certificates=(hello.certificate,) if hello.certificate else (),
        ssl2_suites=hello.suites,
        done=True,
    )


def _server_hello(body: bytes) -> ServerFlight:
    fields = Fields(body)
    wire, random, session_id = fields.number(2), fields.take(32), fields.sized(1)
    code, compression = fields.number(2), fields.number(1)
    extensions = tuple(_extensions(Fields(fields.sized(2)))) if fields.left >= 2 else ()
    flight = ServerFlight(
        version=version_of(wire),
        wire=wire,
        suite=code,
        compression=compression,
        session_id=session_id,
        extensions=extensions,
    )
    selected = flight.extension(SUPPORTED_VERSIONS)
    if selected is None or len(selected) != 2:
        return flight
    number = int.from_bytes(selected, "big")
    return _encrypted(replace(flight, version=version_of(number), wire=number), retry=random == _RETRY)


def _encrypted(flight: ServerFlight, *, retry: bool) -> ServerFlight:
    """TLS 1.3: nothing more comes in the clear."""
    share = Fields(flight.extension(KEY_SHARE) or b"")
    group = share.number(2) if share.left >= 2 else 0
    if retry:
        return replace(flight, retry=True, retry_group=group, done=True)
    exchange = KeyExchange(group=group, public=share.sized(2)) if share.left >= 2 else None
    return replace(flight, exchange=exchange, done=True)


def _extensions(fields: Fields) -> Iterator[tuple[int, bytes]]:
    while fields.left:
        yield fields.number(2), fields.sized(2)


def _with(flight: ServerFlight, kind: int, body: bytes) -> ServerFlight:
    """The flight with one more of its messages; raise NotTls."""
    if kind == _CERTIFICATE:
        return replace(flight, certificates=tuple(_certificates(body)))
    if kind == _STATUS:
        status = Fields(body)
        return replace(flight, staple=status.sized(3) if status.number(1) == 1 else b"")
    if kind == _KEY_EXCHANGE:
        return replace(flight, exchange=read_key_exchange(body, suite(flight.suite), flight.version))
    if kind == _REQUEST:
        return replace(flight, certificate_requested=True)
    return replace(flight, done=True) if kind == _DONE else flight


def _certificates(body: bytes) -> Iterator[bytes]:
    chain = Fields(Fields(body).sized(3))
    for _ in range(MAX_CERTIFICATES):
        if not chain.left:
            break
        yield chain.sized(3)
