"""Hostile bytes behind a ServerHello of TLS 1.3, once as a record that should open and once as an opened message."""

import contextlib

from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.key_exchange import KeyExchange
from cyberai.domain.tls.records import NotTls
from cyberai.engine.tls.hidden import shown_in
from cyberai.engine.tls.schedule import OPENED, Opener

FLIGHT = ServerFlight(exchange=KeyExchange(group=0x1D))


def fuzz_one(data: bytes) -> None:
    """The first byte is the kind of the message; nothing but NotTls comes out, and no more than went in."""
    kind, body = data[0] if data else 0, data[1:]
    for suite in OPENED:
        with contextlib.suppress(NotTls):
            Opener(suite, b"secret", b"hellos").opened(body)
            raise AssertionError("a record opened that nobody has closed")
    with contextlib.suppress(NotTls):
        flight = shown_in(FLIGHT, kind, body)
        assert sum(map(len, (*flight.certificates, flight.staple))) <= len(body)
