"""From the clear into TLS on one connection: what each protocol says before the ClientHello.

Everything read is bounded: no reply is longer than MAX_REPLY, no dialogue has more than three of them.
"""

from collections.abc import Awaitable, Callable

from cyberai.checkkit import ber
from cyberai.checkkit.line_dialogue import LineDialogue, line_length, tagged_length
from cyberai.checkkit.text import Pattern
from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.starttls import StartTls
from cyberai.ports.network import Conversation, TransportError, TransportReason

MAX_REPLY = 16_384
"""Bytes of one reply before TLS."""

_AT_ONCE = 0.0
"""Each reply is taken as it comes: what these protocols answer says itself where it ends."""

_SSL_REQUEST = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")
_EXTENDED_REQUEST, _EXTENDED_ANSWER, _NAME = 0x77, 0x78, 0x80
_START_TLS = b"1.3.6.1.4.1.1466.20037"
_MYSQL_TLS = 0x0800
_MYSQL_WISHES = 0x0000_8A00  # CLIENT_SSL, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION
_UTF8 = 33
_OFFERED = Pattern(r"\n250[ -]STARTTLS\b", ignore_case=True)
_TLS_FEATURE = Pattern(r"<(?:\w{1,16}:)?starttls\b[^>]{0,200}urn:ietf:params:xml:ns:xmpp-tls")
_PROCEED = Pattern(r"<(?:\w{1,16}:)?proceed\b")
_SIEVE_END = Pattern(r"(?:^|\n)(OK|NO|BYE)\b[^\n]{0,400}\n", ignore_case=True)
_STREAM_END = Pattern(r"</(?:\w{1,16}:)?(?:features|error|stream)>|<(?:\w{1,16}:)?features\s*/>")
_ANSWER_END = Pattern(r"<(?:\w{1,16}:)?(?:proceed|failure)\b[^>]{0,200}>|</(?:\w{1,16}:)?stream>")


async def into_tls(conversation: Conversation, protocol: StartTls, name: str) -> None:
    """Bring the server to where it waits for a ClientHello. `name` is the host asked for (XMPP names it in the clear).
    Raise TransportError: TLS_FAILED where it does not go over to TLS, MALFORMED where what it says is not this
    protocol."""
    if not await _WAYS[protocol](conversation, name):
        raise TransportError(
            TransportReason.TLS_FAILED, f"the {protocol.value} server does not go over to TLS"
        )


def s_client(endpoint: TlsAsset) -> str:
    """The arguments by which `openssl s_client` reaches the same place."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    name = f" -servername {endpoint.server_name}" if endpoint.server_name else ""
    start = f" -starttls {endpoint.starttls.option}" if endpoint.starttls is not None else ""
    return f"-connect {host}:{endpoint.port}{name}{start}"


async def _smtp(conversation: Conversation, _name: str) -> bool:
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if (await spoken.greeting()).code != 220:
        return False
    offered = b"\n" + (await spoken.ask("EHLO scan.example.com")).text
    if _OFFERED.search(offered) is None:
        return False
    return (await spoken.ask("STARTTLS")).code == 220 and _nothing_more(spoken)


async def _ftp(conversation: Conversation, _name: str) -> bool:
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if (await spoken.greeting()).code != 220:
        return False
    return (await spoken.ask("AUTH TLS")).code == 234 and _nothing_more(spoken)


async def _nntp(conversation: Conversation, _name: str) -> bool:
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if (await spoken.greeting()).code not in (200, 201):
        return False
    return (await spoken.ask("STARTTLS")).code == 382 and _nothing_more(spoken)


async def _pop3(conversation: Conversation, _name: str) -> bool:
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if not (await spoken.hear(line_length)).startswith(b"+OK"):
        return False
    await spoken.say("STLS")
    return (await spoken.hear(line_length)).startswith(b"+OK") and _nothing_more(spoken)


async def _imap(conversation: Conversation, _name: str) -> bool:
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if not (await spoken.hear(line_length)).startswith(b"* OK"):
        return False
    await spoken.say("a1 STARTTLS")
    said = b"\n" + await spoken.hear(tagged_length("a1"))
    return b"\na1 OK" in said and _nothing_more(spoken)


async def _sieve(conversation: Conversation, _name: str) -> bool:
    """RFC 5804, section 2.2: capabilities, each on a line, and OK; the same again once TLS is there."""
    spoken = LineDialogue(conversation, gap=_AT_ONCE)
    if not _says_ok(await spoken.hear(_sieve_length)):
        return False
    await spoken.say("STARTTLS")
    return _says_ok(await spoken.hear(_sieve_length)) and _nothing_more(spoken)


def _sieve_length(held: bytes) -> int:
    match = _SIEVE_END.search(held)
    return match.end if match is not None else 0


def _says_ok(said: bytes) -> bool:
    match = _SIEVE_END.search(said)
    return match is not None and match.groups[0].upper() == b"OK"


def _nothing_more(spoken: LineDialogue) -> bool:
    """Raise MALFORMED for what came behind the reply: it would be taken for TLS."""
    if spoken.left:
        raise TransportError(TransportReason.MALFORMED, "the server speaks on after it agreed to TLS")
    return True


async def _postgresql(conversation: Conversation, _name: str) -> bool:
    """One byte answers an SSLRequest: S or N; servers older than that answer with an error."""
    await conversation.send(_SSL_REQUEST)
    return await conversation.receive_exactly(1) == b"S"


async def _mysql(conversation: Conversation, _name: str) -> bool:
    """The server's first packet says whether it can; the client's is cut off before the name of a user."""
    head = await conversation.receive_exactly(4)
    size = int.from_bytes(head[:3], "little")
    if len(head) < 4 or not 0 < size <= MAX_REPLY:
        return False
    if not mysql_offers(await conversation.receive_exactly(size)):
        return False
    body = _MYSQL_WISHES.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + bytes([_UTF8]) + bytes(23)
    number = (head[3] + 1) & 0xFF
    await conversation.send(len(body).to_bytes(3, "little") + bytes([number]) + body)
    return True


def mysql_offers(packet: bytes) -> bool:
    """Whether the handshake of protocol 10 has CLIENT_SSL among the lower capabilities: they stand behind version,
    connection number, eight bytes of challenge and a filler."""
    end = packet.find(b"\0", 1)
    at = end + 1 + 4 + 8 + 1
    if packet[:1] != b"\x0a" or end < 0 or at + 2 > len(packet):
        return False
    return bool(int.from_bytes(packet[at : at + 2], "little") & _MYSQL_TLS)


async def _ldap(conversation: Conversation, _name: str) -> bool:
    """RFC 4511, section 4.14."""
    request = ber.item(_EXTENDED_REQUEST, ber.item(_NAME, _START_TLS))
    await conversation.send(ber.item(0x30, ber.number(1), request))
    head = await conversation.receive_exactly(2)
    if len(head) < 2 or head[0] != 0x30:
        return False
    size = head[1]
    if size & 0x80:
        more = await conversation.receive_exactly(min(size & 0x7F, 4))
        head, size = head + more, int.from_bytes(more, "big")
    if size > MAX_REPLY:
        return False
    return ldap_agrees(head + await conversation.receive_exactly(size))


def ldap_agrees(message: bytes) -> bool:
    """Whether a message is an extended response with the result code 0."""
    try:
        parts = ber.children(ber.read(message)[1], 2)
        if len(parts) < 2 or parts[1][0] != _EXTENDED_ANSWER:
            return False
        return int.from_bytes(ber.field(ber.children(parts[1][1], 1), 0, 0x0A), "big") == 0
    except ValueError:
        return False


async def _xmpp(conversation: Conversation, name: str) -> bool:
    return await _stream(conversation, name, "jabber:client")


async def _xmpp_server(conversation: Conversation, name: str) -> bool:
    return await _stream(conversation, name, "jabber:server")


async def _stream(conversation: Conversation, name: str, space: str) -> bool:
    """RFC 6120, section 5.4."""
    opening = (
        f"<?xml version='1.0'?><stream:stream to='{_quoted(name)}' xmlns='{space}' "
        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
    )
    await conversation.send(opening.encode())
    if _TLS_FEATURE.search(await _heard(conversation, _STREAM_END)) is None:
        return False
    await conversation.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    return _PROCEED.search(await _heard(conversation, _ANSWER_END)) is not None


async def _heard(conversation: Conversation, ended: Pattern) -> bytes:
    said = b""
    while len(said) < MAX_REPLY and ended.search(said) is None:
        more = await conversation.receive(MAX_REPLY - len(said), quiet=_AT_ONCE)
        if not more:
            break
        said += more
    return said


def _quoted(name: str) -> str:
    return "".join(c for c in name if c.isalnum() or c in ".-:_")


_WAYS: dict[StartTls, Callable[[Conversation, str], Awaitable[bool]]] = {
    StartTls.SMTP: _smtp,
    StartTls.IMAP: _imap,
    StartTls.POP3: _pop3,
    StartTls.FTP: _ftp,
    StartTls.XMPP: _xmpp,
    StartTls.XMPP_SERVER: _xmpp_server,
    StartTls.LDAP: _ldap,
    StartTls.POSTGRESQL: _postgresql,
    StartTls.MYSQL: _mysql,
    StartTls.NNTP: _nntp,
    StartTls.SIEVE: _sieve,
}
