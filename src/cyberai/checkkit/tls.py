"""One ClientHello, and what the server answers to it."""

import hashlib

import msgspec

from cyberai.checkkit.probe import Probe
from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.flight import FlightReader, ServerFlight
from cyberai.domain.tls.hello import ClientOffer, client_hello
from cyberai.domain.tls.records import NotTls
from cyberai.domain.tls.ssl2 import ssl2_client_hello
from cyberai.domain.tls.version import TlsVersion
from cyberai.ports.network import Conversation, TransportError, TransportReason


async def hello(endpoint: TlsAsset, probe: Probe, offer: ClientOffer) -> ServerFlight:
    """Open a connection (one request), make the offer, and read the server's flight. See `greet`."""

    async def dialogue(conversation: Conversation) -> ServerFlight:
        return await greet(conversation, offer)

    return await probe.converse(endpoint.host, endpoint.port, dialogue, starttls=endpoint.starttls)


async def greet(conversation: Conversation, offer: ClientOffer) -> ServerFlight:
    """Make the offer where the server waits for a ClientHello, and read its flight: an alert, or what it selects and
    shows. A server that hangs up without a word has refused in its own way: then the flight is `closed` and says
    nothing else. With SSL2 alone among the versions the suites are its kinds, and the message is in its form.

    Raise TransportError: TLS_FAILED where what comes is no TLS, TIMEOUT and what else ends connections."""
    try:
        await conversation.send(hello_bytes(offer))
        return await read_flight(conversation)
    except TransportError as error:
        if error.reason is TransportReason.RESET:
            return ServerFlight(closed=True)
        raise


async def read_flight(conversation: Conversation) -> ServerFlight:
    """The server's answer to a ClientHello that was sent; see `greet`."""
    reader = FlightReader()
    try:
        while True:
            data = await _next(conversation, reader)
            flight = reader.feed(data) if data else reader.broken_off()
            if flight is not None:
                return flight
    except NotTls as error:
        raise TransportError(TransportReason.TLS_FAILED, str(error)) from error


async def _next(conversation: Conversation, reader: FlightReader) -> bytes:
    """What comes next, exactly as far as the reader is sure that more will come. Empty where the connection ends."""
    try:
        return await conversation.receive_exactly(reader.missing)
    except TransportError as error:
        if error.reason is TransportReason.RESET:
            return b""
        raise


def hello_bytes(offer: ClientOffer) -> bytes:
    """The message of an offer. The same offer is always the same bytes."""
    seed = hashlib.sha256(msgspec.msgpack.encode(offer)).digest()
    if offer.versions == (TlsVersion.SSL2,):
        return ssl2_client_hello(seed[:16], offer.suites)
    return client_hello(offer, seed)
