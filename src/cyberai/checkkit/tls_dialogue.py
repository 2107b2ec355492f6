"""A handshake of TLS 1.0 to 1.2, step by step and record by record, for checks of how a server goes through it.

Everything read is hostile: records and messages are bounded, and whatever does not fit is a ValueError.
"""

from collections.abc import Mapping
from struct import unpack

from msgspec import Struct

from cyberai.checkkit.tls_protection import ALL_SUITES, TLS1_0, TLS1_2, Bend, Protection
from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.hello import ClientOffer, client_hello, derived
from cyberai.domain.tls.records import (
    ALERT,
    APPLICATION,
    CHANGE_CIPHER,
    HANDSHAKE,
    HEARTBEAT,
    MAX_RECORD,
    Alert,
    HandshakeReader,
    NotTls,
    Record,
    alert_of,
    handshake_message,
    record,
)
from cyberai.domain.tls.version import TlsVersion
from cyberai.ports.network import Conversation, TransportError, TransportReason

CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, CERTIFICATE = 1, 2, 4, 11
SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CLIENT_KEY_EXCHANGE, FINISHED = (
    12,
    13,
    14,
    16,
    20,
)
MAX_MESSAGE, MAX_RECORDS = 131_072, 64
_KINDS = frozenset({CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION, HEARTBEAT})
_VERSIONS = (TlsVersion.TLS1_2, TlsVersion.TLS1_1, TlsVersion.TLS1_0)
_GROUPS = (29, 23, 24, 25)
_SIGNATURES = (*(0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201),)


class Refused(Exception):
    """The server ended the handshake: with this alert, or without a word."""

    def __init__(self, alert: Alert | None = None) -> None:
        super().__init__(alert.name if alert else "closed")
        self.alert = alert


class Greeting(Struct, frozen=True, kw_only=True):
    """What is agreed when a server has said its first part. `offered` is the highest version that the client offered,
    `version` the one that the server chose. `randoms` are the client's and the server's; `certificate`
    is the leaf (DER) and `exchange` the body of the ServerKeyExchange, empty where there was none; `transcript` are the
    messages so far."""

    offered: int
    version: int
    suite: int
    randoms: tuple[bytes, bytes]
    session_id: bytes
    extensions: Mapping[int, bytes]
    transcript: bytes
    certificate: bytes = b""
    exchange: bytes = b""
    asks_certificate: bool = False


def offer_of(server_name: str, suites: tuple[int, ...] = ALL_SUITES) -> ClientOffer:
    """What a client of TLS 1.2 offers that can finish what it begins; `msgspec.structs.replace` changes it."""
    return ClientOffer(
        versions=_VERSIONS,
        suites=suites,
        groups=_GROUPS,
        signatures=_SIGNATURES,
        server_name=server_name,
        extended_master_secret=True,
        secure_renegotiation=True,
    )


class TlsDialogue:
    """One connection. `seed` makes its random values. `reading` and `writing` protect records once they are set."""

    def __init__(self, conversation: Conversation, seed: bytes) -> None:
        self._conversation = conversation
        self._seed = seed
        self._drawn = 0
        self.version = TLS1_0
        self.reading: Protection | None = None
        self.writing: Protection | None = None

    def fresh(self, size: int) -> bytes:
        """Bytes that look random and were not used before."""
        output = b""
        while len(output) < size:
            self._drawn += 1
            output += derived(self._seed, b"fresh %d" % self._drawn)
        return output[:size]

    def framed(self, kind: int, payload: bytes, bend: Bend | None = None) -> bytes:
        """A record of what the connection is at now. `bend` see tls_protection."""
        return record(kind, self.version, self.writing.seal(kind, payload, bend) if self.writing else payload)

    async def say(self, *records: bytes) -> None:
        """Send records in one go; raise TransportError."""
        await self._conversation.send(b"".join(records))

    async def hear(self) -> Record | None:
        """The next record, opened; None when the server has hung up. Raise TransportError (TIMEOUT when it stays silent)
        and ValueError."""
        try:
            head = await self._conversation.receive_exactly(5)
            if head and (head[0] not in _KINDS or head[1:2] not in (b"", b"\3")):
                raise NotTls("what came is no TLS record")
            if len(head) < 5:
                return None
            kind, version, size = unpack("!BHH", head)
            if size > MAX_RECORD:
                raise NotTls("a record that is longer than any")
            payload = await self._conversation.receive_exactly(size) if size else b""
        except TransportError as error:
            if error.reason is TransportReason.RESET:
                return None
            raise
        if len(payload) < size:
            return None
        return Record(kind, version, self.reading.open(kind, payload) if self.reading else payload)

    async def hello(self, offer: ClientOffer) -> bytes:
        """Send a ClientHello; return its message."""
        self._drawn += 1
        message = client_hello(offer, derived(self._seed, b"hello %d" % self._drawn))[5:]
        await self.say(self.framed(HANDSHAKE, message))
        return message

    async def greet(self, offer: ClientOffer, *, last: int = SERVER_HELLO_DONE) -> Greeting:
        """Send a ClientHello and read up to the message `last`; raise Refused, TransportError and ValueError."""
        transcript = await self.hello(offer)
        heard: dict[int, bytes] = {}
        reader = HandshakeReader(MAX_MESSAGE)
        for _ in range(MAX_RECORDS):
            for kind, body in reader.feed(await self._handshake()):
                if kind in heard or kind not in _FIRST_PART or (kind == SERVER_HELLO) == bool(heard):
                    raise NotTls("messages of the handshake in a wrong order")
                heard[kind] = body
                transcript += handshake_message(kind, body)
                if kind == last:
                    greeting = read_greeting(heard, transcript)
                    if greeting.suite not in offer.suites:
                        raise NotTls("a suite that was not offered")
                    self.version = greeting.version
                    return greeting
        raise NotTls("the first part of the handshake does not end")

    async def _handshake(self) -> bytes:
        """The payload of the next record of the handshake."""
        for _ in range(MAX_RECORDS):
            found = await self.hear()
            if found is None:
                raise Refused
            if found.kind == HANDSHAKE:
                return found.payload
            if found.kind != ALERT:
                raise NotTls("a record that is not of the handshake")
            alert = alert_of(found.payload)
            if not alert.warning:
                raise Refused(alert)
        raise NotTls("nothing but warnings")


_FIRST_PART = frozenset(
    {SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE, 22}
)


def read_greeting(heard: Mapping[int, bytes], transcript: bytes) -> Greeting:
    """What the messages (kind to body) come to; `transcript` begins with our ClientHello. Raise ValueError."""
    hello = Fields(heard[SERVER_HELLO])
    version, server_random, session_id = hello.number(2), hello.take(32), hello.sized(1)
    suite, compression = hello.number(2), hello.number(1)
    if not TLS1_0 <= version <= TLS1_2 or compression or len(session_id) > 32:
        raise NotTls("a ServerHello that does not fit what was offered")
    extensions: dict[int, bytes] = {}
    rest = Fields(hello.sized(2) if hello.left else b"")
    while rest.left:
        kind = rest.number(2)
        extensions[kind] = rest.sized(2)
    certificate = b""
    if heard.get(CERTIFICATE):
        chain = Fields(Fields(heard[CERTIFICATE]).sized(3))
        certificate = chain.sized(3) if chain.left else b""
    return Greeting(
        offered=int.from_bytes(transcript[4:6], "big"),
        version=version,
        suite=suite,
        randoms=(transcript[6:38], server_random),
        session_id=session_id,
        extensions=extensions,
        transcript=transcript,
        certificate=certificate,
        exchange=heard.get(SERVER_KEY_EXCHANGE, b""),
        asks_certificate=CERTIFICATE_REQUEST in heard,
    )
