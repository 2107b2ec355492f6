"""TLS as the checks need it: which versions a server offers, and what it presents in a handshake."""

import ssl
from typing import Any

from cyberai.domain.tls.flight import FlightReader, ServerFlight
from cyberai.domain.tls.hello import client_hello
from cyberai.domain.tls.offers import offer_of
from cyberai.domain.tls.records import NotTls
from cyberai.domain.tls.ssl2 import ssl2_client_hello
from cyberai.domain.tls.suites import SSL2_SUITES
from cyberai.domain.tls.version import TlsVersion
from cyberai.net.stream import Stream
from cyberai.ports.network import Handshake, TransportError, TransportReason

_UNRECOGNIZED_NAME = 112
_INTERNAL_ERROR = 80
_MAX_CHAIN = 32


async def probe_version(stream: Stream, version: TlsVersion, server_name: str, where: str) -> bool:
    """True when the server selects exactly `version`; raise TLS_FAILED when it speaks no TLS at all."""
    await stream.send(_hello(version, server_name, f"{where} {version}".encode()))
    reader = FlightReader()
    received = False
    while True:
        try:
            data = await stream.receive()
        except TransportError as error:
            if error.reason is TransportReason.RESET and not received:
                return False  # the customary refusal of a version by old servers and by middle boxes
            raise
        received = received or bool(data)
        try:
            # What the server selects is clear before all its certificates have come.
            flight = (reader.feed(data) if data else reader.broken_off()) or reader.seen
        except NotTls as error:
            raise TransportError(TransportReason.TLS_FAILED, f"{where}: {error}") from error
        if flight is not None:
            return _selects(flight, version, where)


def _hello(version: TlsVersion, server_name: str, seed: bytes) -> bytes:
    if version is TlsVersion.SSL2:
        return ssl2_client_hello(seed[:16].ljust(16, b"\0"), tuple(SSL2_SUITES))
    return client_hello(offer_of(version, server_name), seed)


def _selects(flight: ServerFlight, version: TlsVersion, where: str) -> bool:
    alert = flight.alert
    if alert is not None and alert.description in (_UNRECOGNIZED_NAME, _INTERNAL_ERROR):
        detail = f"{where} answered TLS alert {alert.description}, which says nothing about the version"
        raise TransportError(TransportReason.TLS_FAILED, detail)
    return flight.selects(version)


async def shake_hands(
    stream: Stream, context: ssl.SSLContext, server_name: str, trust_error: str
) -> Handshake:
    """A full handshake with `context`; `trust_error` is the reason found before, empty when the context
    verifies."""
    tls = await stream.start_tls(context, server_name)
    cipher = tls.cipher()
    return Handshake(
        version=tls.version() or "",
        cipher=cipher[0] if cipher else "",
        chain=_chain(tls),
        trusted=not trust_error,
        trust_error=trust_error,
        alpn=tls.selected_alpn_protocol() or "",
    )


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates as the server sent them. Public since Python 3.13; before, the same call stands on the
    object underneath. Should both be missing, the leaf alone."""
    public: Any = getattr(tls, "get_unverified_chain", None)
    if public is not None:
        return tuple(public()[:_MAX_CHAIN])
    inner: Any = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    if inner is not None:
        found = inner() or ()
        return tuple(ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in found[:_MAX_CHAIN])
    leaf = tls.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()
