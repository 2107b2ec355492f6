"""Which services are asked by UDP, each by the smallest message of its protocol that changes nothing."""

import struct
from collections.abc import Callable

from msgspec import Struct


class UdpProbe(Struct, frozen=True):
    """`payload` makes a server of `protocol` answer; `recognises(answer)` says that the answer is of that protocol.
    `ports` are those where it is usually found."""

    protocol: str
    ports: tuple[int, ...]
    payload: bytes
    recognises: Callable[[bytes], bool]


_DNS_ID = b"\x2b\x57"
_SNMP_REQUEST = 0x2B575A
_MEMCACHED_ID = b"\x2b\x57"


def _dns_query() -> bytes:
    """The name servers of the root, without recursion (RFC 1035, section 4.1)."""
    return _DNS_ID + struct.pack("!HHHHH", 0, 1, 0, 0, 0) + b"\x00" + struct.pack("!HH", 2, 1)


def _is_dns(answer: bytes) -> bool:
    return len(answer) >= 12 and answer[:2] == _DNS_ID and bool(answer[2] & 0x80)


def _snmp_get() -> bytes:
    """SNMPv2c GetRequest of sysDescr.0 with the community `public` (RFC 3416)."""
    binding = b"\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00"
    body = (
        b"\x02\x03" + _SNMP_REQUEST.to_bytes(3, "big") + b"\x02\x01\x00\x02\x01\x00"
        b"\x30" + bytes([len(binding)]) + binding
    )
    request = b"\xa0" + bytes([len(body)]) + body
    message = b"\x02\x01\x01\x04\x06public" + request
    return b"\x30" + bytes([len(message)]) + message


def _is_snmp(answer: bytes) -> bool:
    return answer[:1] == b"\x30" and b"\x02\x03" + _SNMP_REQUEST.to_bytes(3, "big") in answer[:64]


def _is_ntp(answer: bytes) -> bool:
    """A server's answer to a client (RFC 5905, section 7.3): mode 4, our time stamp given back."""
    return len(answer) >= 48 and answer[0] & 0x07 == 4 and answer[24:32] == _NTP_STAMP


_NTP_STAMP = b"\x2b\x57\x5a\x11\x22\x33\x44\x55"
_NTP_CLIENT = b"\x23" + bytes(39) + _NTP_STAMP


def _is_memcached(answer: bytes) -> bool:
    return answer[:2] == _MEMCACHED_ID and answer[8:16] == b"VERSION "


PROBES: tuple[UdpProbe, ...] = (
    UdpProbe("dns", (53,), _dns_query(), _is_dns),
    UdpProbe("ntp", (123,), _NTP_CLIENT, _is_ntp),
    UdpProbe("snmp", (161,), _snmp_get(), _is_snmp),
    # memcached's UDP frame: request id, sequence number, datagrams, reserved.
    UdpProbe("memcached", (11211,), _MEMCACHED_ID + b"\0\0\0\1\0\0version\r\n", _is_memcached),
)


def probes_for(port: int) -> tuple[UdpProbe, ...]:
    """Those usual on a port first, then all others: any service may stand on any port."""
    return tuple(sorted(PROBES, key=lambda probe: port not in probe.ports))
