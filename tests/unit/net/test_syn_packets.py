"""The packets of the SYN scan: sums as the kernel reckons them, and a filter that lets only answers through."""

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st

from cyberai.net.message_batch import Outgoing
from cyberai.net.syn_packets import CHECKSUM_AT, PORT_AT, answer_filter, checksums, partial_sum, syn

ADDRESSES = st.ip_addresses(v=4).map(str)
PORTS = st.integers(1, 65_535)


def verified(source: str, target: str, packet: bytes) -> bool:
    """RFC 1071: all words with the checksum in place add up to all ones."""
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(packet))
    total = sum(word for (word,) in struct.iter_unpack("!H", pseudo + packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


@given(ADDRESSES, ADDRESSES, PORTS, st.integers(0, 2**32 - 1), st.lists(PORTS, min_size=1, max_size=5))
def test_every_packet_of_a_wave_has_its_port_and_a_right_checksum(
    source: str, target: str, own: int, sequence: int, ports: list[int]
) -> None:
    packet = syn(own, sequence)
    base = partial_sum(source, target, packet)
    out = Outgoing(len(ports), packet)
    out.fill(PORT_AT, 2, struct.pack(f"!{len(ports)}H", *ports))
    out.fill(CHECKSUM_AT, 2, struct.pack(f"!{len(ports)}H", *checksums([base + port for port in ports])))
    out.address(socket.inet_aton(target) * len(ports))
    for index, port in enumerate(ports):
        made = bytes(out.packets[index * out.size : (index + 1) * out.size])
        assert struct.unpack("!HHI", made[:8]) == (own, port, sequence)
        assert verified(source, target, made)
        assert out.names[index * 16 + 4 : index * 16 + 8] == socket.inet_aton(target)


def kept(program: list[tuple[int, ...]], packet: bytes) -> bool:
    """The classic BPF machine, as far as the program needs it."""
    at = a = x = 0
    while True:
        code, yes, no, k = program[at]
        at += 1
        match code:
            case 0xB1:
                x = 4 * (packet[k] & 0x0F)
            case 0x48:
                a = int.from_bytes(packet[x + k : x + k + 2], "big")
            case 0x50:
                a = packet[x + k]
            case 0x54:
                a &= k
            case 0x15:
                at += yes if a == k else no
            case 0x45:
                at += yes if a & k else no
            case 0x06:
                return k > 0


def packet_to(port: int, flags: int, options: int) -> bytes:
    header = bytes((0x45 + options,)) + bytes(19 + 4 * options)
    return header + struct.pack("!HHIIBBHHH", 80, port, 1, 2, 0x50, flags, 0, 0, 0)


def test_the_filter_keeps_only_answers_to_our_port() -> None:
    program = [struct.unpack("HBBI", answer_filter(4_000)[at : at + 8]) for at in range(0, 72, 8)]
    cases = {(4_000, 0x12): True, (4_000, 0x14): True, (4_001, 0x12): False, (4_000, 0x10): False}
    cases[4_000, 0x02] = False  # our own SYN, heard on loopback
    for options in (0, 3):
        for (port, flags), expected in cases.items():
            assert kept(program, packet_to(port, flags, options)) is expected
