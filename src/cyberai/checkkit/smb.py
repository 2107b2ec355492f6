"""SMB up to an agreed dialect: the negotiation of versions 1 (MS-CIFS) and 2 (MS-SMB2), and its messages' frames.

Everything read is hostile: lengths are compared with what is there, and whatever does not fit is a ValueError.
"""

import struct
from collections.abc import Callable

from msgspec import Struct

from cyberai.checkkit.probe import Probe
from cyberai.domain.asset import ServiceAsset
from cyberai.ports.network import Conversation, TransportError, TransportReason

MAX_MESSAGE = 131_072
NEGOTIATE = 0
_OLDER = (0x0202, 0x0210, 0x0300, 0x0302)
_NEWEST = (0x0311,)
DIALECTS = {
    0x0001: "SMB 1",
    0x0202: "SMB 2.0.2",
    0x0210: "SMB 2.1",
    0x0300: "SMB 3.0",
    0x0302: "SMB 3.0.2",
    0x0311: "SMB 3.1.1",
}


class Negotiated(Struct, frozen=True):
    """What a server agreed to: the dialect (1 for SMB 1), and whether it requires signatures."""

    dialect: int
    signs: bool
    raw: bytes

    @property
    def name(self) -> str:
        """The dialect's name."""
        return DIALECTS.get(self.dialect, f"SMB 0x{self.dialect:04x}")


class Smb2Answer(Struct, frozen=True):
    """A message of SMB 2: its command, status (0 is success), ids and body; `data` is the whole message."""

    command: int
    status: int
    tree: int
    session: int
    body: bytes
    data: bytes


def framed(message: bytes) -> bytes:
    """A message behind its length (RFC 1001's session message, direct TCP)."""
    return struct.pack("!I", len(message)) + message


async def hear(conversation: Conversation) -> bytes:
    """The next message; raise TransportError and ValueError."""
    head = await conversation.receive_exactly(4)
    if len(head) < 4 or head[0] != 0:
        raise ValueError("no session message")
    size = int.from_bytes(head[1:], "big")
    if size > MAX_MESSAGE:
        raise ValueError("a message that is too long")
    message = await conversation.receive_exactly(size)
    if len(message) < size:
        raise ValueError("a message that is cut off")
    return message


def negotiate_1() -> bytes:
    """The negotiation of version 1, which is the only one offered."""
    head = b"\xffSMB\x72" + bytes(4) + b"\x18\x01\x48" + bytes(12) + b"\xff\xff\x01\x00\x00\x00\x00\x00"
    dialects = b"\x02NT LM 0.12\0"
    return framed(head + b"\x00" + struct.pack("<H", len(dialects)) + dialects)


def read_negotiated_1(message: bytes) -> Negotiated:
    """What an SMB 1 server agreed to; raise ValueError where it is none or agreed to nothing."""
    if len(message) < 38 or message[:5] != b"\xffSMB\x72" or message[5:9] != bytes(4) or message[32] < 13:
        raise ValueError("no answer to a negotiation of version 1")
    index, mode = struct.unpack_from("<HB", message, 33)
    if index != 0:
        raise ValueError("no common dialect")
    return Negotiated(1, bool(mode & 0x08), message)


def negotiate_2(dialects: tuple[int, ...] = _OLDER) -> bytes:
    """The negotiation of version 2 and later (MS-SMB2, section 2.2.3)."""
    body = struct.pack("<HHHHI", 36, len(dialects), 1, 0, 0) + bytes(16)
    names = struct.pack(f"<{len(dialects)}H", *dialects)
    if 0x0311 not in dialects:
        return framed(header(NEGOTIATE, 0) + body + bytes(8) + names)
    # SMB 3.1.1 wants to know a hash (SHA-512) and salt, in a context of its own.
    context = struct.pack("<HHIHHH", 1, 38, 0, 1, 32, 1) + bytes(32)
    padding = bytes(-(64 + 36 + len(names)) % 8)
    offset = 64 + 36 + len(names) + len(padding)
    return framed(header(NEGOTIATE, 0) + body + struct.pack("<IHH", offset, 1, 0) + names + padding + context)


def read_negotiated_2(message: bytes) -> Negotiated:
    """What a server of version 2 or later agreed to; raise ValueError."""
    answer = read_answer(message)
    if answer.command != NEGOTIATE or answer.status or len(answer.body) < 8:
        raise ValueError("no answer to a negotiation of version 2")
    size, mode, dialect = struct.unpack_from("<HHH", answer.body)
    if size != 65 or dialect not in DIALECTS:
        raise ValueError("no known dialect")
    return Negotiated(dialect, bool(mode & 0x02), message)


def header(command: int, number: int, tree: int = 0, session: int = 0) -> bytes:
    """A request's header (section 2.2.1.2), asking for enough credits for what follows."""
    credit = 0 if command == NEGOTIATE else 1
    return (
        b"\xfeSMB"
        + struct.pack("<HHIHHIIQIIQ", 64, credit, 0, command, 31, 0, 0, number, 0, tree, session)
        + bytes(16)
    )


def read_answer(message: bytes) -> Smb2Answer:
    """A message of version 2; raise ValueError."""
    if len(message) < 66 or message[:4] != b"\xfeSMB":
        raise ValueError("no message of version 2")
    status, command = struct.unpack_from("<IH", message, 8)
    tree, session = struct.unpack_from("<IQ", message, 36)
    return Smb2Answer(command, status, tree, session, message[64:], message)


async def speaks_1(service: ServiceAsset, probe: Probe) -> Negotiated | None:
    """What a server agrees to when version 1 is offered alone; None when it does not speak it. Costs one request."""
    return await _agreed(service, probe, negotiate_1(), read_negotiated_1)


async def speaks_2(service: ServiceAsset, probe: Probe) -> Negotiated | None:
    """The same for version 2 and later. Costs at most two requests."""
    older = await _agreed(service, probe, negotiate_2(_OLDER), read_negotiated_2)
    return older or await _agreed(service, probe, negotiate_2(_NEWEST), read_negotiated_2)


async def _agreed(
    service: ServiceAsset, probe: Probe, offer: bytes, read: Callable[[bytes], Negotiated]
) -> Negotiated | None:
    async def talk(conversation: Conversation) -> Negotiated:
        await conversation.send(offer)
        return read(await hear(conversation))

    try:
        return await probe.converse(service.host, service.port, talk)
    except ValueError:
        return None
    except TransportError as error:
        # Servers hang up on an offer they cannot take.
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return None
        raise
