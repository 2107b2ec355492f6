"""The TCP headers of a SYN scan over IPv4, and the kernel filter for what answers them: pure."""

import socket
import struct
from collections.abc import Iterable

SYN_BYTES = 24
PORT_AT, SEQUENCE_AT, CHECKSUM_AT = 2, 4, 16
ANSWER = struct.Struct("!12xI4xH2x4xIBB30x")
"""An answer in a slot of 64 bytes: its source address, its source port, the number it acknowledges, its header length,
its flags. IP options move them; such an answer is not recognised, so that its port is asked by connect."""

RESET, SYN_ACK = 0x04, 0x12
_WINDOW = 64_240
_NEXT = struct.Struct("HBBI")


def syn(source_port: int, sequence: int) -> bytes:
    """A SYN (RFC 9293, section 3.1) with a maximum segment size as any client's, its target port and checksum 0."""
    return struct.pack(
        "!HHIIBBHHHBBH", source_port, 0, sequence, 0, SYN_BYTES // 4 << 4, 2, _WINDOW, 0, 0, 2, 4, 1460
    )


def partial_sum(source: str, target: str, packet: bytes) -> int:
    """The sum of pseudo header and packet (RFC 9293, section 3.1), to which only the port is to be added."""
    pseudo = (
        socket.inet_aton(source)
        + socket.inet_aton(target)
        + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(packet))
    )
    return sum(word for (word,) in struct.iter_unpack("!H", pseudo + packet))


def checksums(sums: Iterable[int]) -> list[int]:
    """The checksum field of each sum: the complement of its one's complement sum (a remainder by 2^16 - 1)."""
    return [0xFFFF - total % 0xFFFF for total in sums]


def answer_filter(port: int) -> bytes:
    """A classic BPF program: of TCP packets to this port, those with RST, or with SYN and ACK."""
    program = (
        (0xB1, 0, 0, 0),  # x = length of the IP header
        (0x48, 0, 0, 2),  # a = target port
        (0x15, 0, 4, port),  # another one: drop
        (0x50, 0, 0, 13),  # a = flags
        (0x45, 3, 0, RESET),  # any with RST: keep
        (0x54, 0, 0, SYN_ACK),
        (0x15, 1, 0, SYN_ACK),  # SYN and ACK: keep
        (0x06, 0, 0, 0),
        (0x06, 0, 0, 64),
    )
    return b"".join(_NEXT.pack(*step) for step in program)
