"""What an IP address means: our own special-purpose tables and every IPv4 address hidden inside an IPv6 one.

The standard library's `is_global` is no policy: it calls NAT64 and 6to4 forms of loopback, multicast and several
cloud metadata addresses global. The tables follow the IANA IPv4 and IPv6 Special-Purpose Address Registries
(RFC 6890 and its successors), IPv4 multicast (RFC 5771) and IPv6 global unicast (RFC 4291, section 2.4).
"""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class AddressClass(StrEnum):
    """What kind of place an address leads to."""

    GLOBAL = "global"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    METADATA = "cloud metadata"
    MULTICAST = "multicast"
    BROADCAST = "broadcast"
    UNSPECIFIED = "unspecified"
    SHARED = "shared carrier"
    DOCUMENTATION = "documentation"
    BENCHMARK = "benchmarking"
    TRANSITION = "IPv6 transition"
    RESERVED = "reserved"


class EmbeddedIPv4(Struct, frozen=True):
    """An IPv4 address inside an IPv6 one; `form` names the mechanism."""

    form: str
    address: IPv4Address


METADATA: frozenset[Address] = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # the address most clouds share
        "169.254.170.2",  # container credentials
        "169.254.170.23",  # pod identity
        "169.254.169.123",  # time
        "169.254.169.253",  # name service beside the metadata service
        "169.254.0.23",
        "169.254.42.42",
        "100.100.100.200",
        "168.63.129.16",  # a global address that every machine of that cloud reaches as its host
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::253",
        "fd00:ec2::123",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "fd00:42::42",
        "fe80::a9fe:a9fe",
    )
)
"""Addresses at which a cloud gives its machines credentials or instructions."""

_C = AddressClass

_V4: tuple[tuple[str, AddressClass], ...] = (
    ("0.0.0.0/32", _C.UNSPECIFIED),
    ("0.0.0.0/8", _C.RESERVED),
    ("10.0.0.0/8", _C.PRIVATE),
    ("100.64.0.0/10", _C.SHARED),
    ("127.0.0.0/8", _C.LOOPBACK),
    ("169.254.0.0/16", _C.LINK_LOCAL),
    ("172.16.0.0/12", _C.PRIVATE),
    ("192.0.0.0/24", _C.RESERVED),
    ("192.0.0.9/32", _C.GLOBAL),
    ("192.0.0.10/32", _C.GLOBAL),
    ("192.0.2.0/24", _C.DOCUMENTATION),
    ("192.88.99.0/24", _C.TRANSITION),
    ("192.168.0.0/16", _C.PRIVATE),
    ("198.18.0.0/15", _C.BENCHMARK),
    ("198.51.100.0/24", _C.DOCUMENTATION),
    ("203.0.113.0/24", _C.DOCUMENTATION),
    ("224.0.0.0/4", _C.MULTICAST),
    ("240.0.0.0/4", _C.RESERVED),
    ("255.255.255.255/32", _C.BROADCAST),
)

_V6: tuple[tuple[str, AddressClass], ...] = (
    ("::/0", _C.RESERVED),
    ("2000::/3", _C.GLOBAL),
    ("::/128", _C.UNSPECIFIED),
    ("::1/128", _C.LOOPBACK),
    ("::/96", _C.TRANSITION),
    ("::ffff:0:0/96", _C.TRANSITION),
    ("::ffff:0:0:0/96", _C.TRANSITION),
    ("64:ff9b::/96", _C.GLOBAL),
    ("64:ff9b:1::/48", _C.PRIVATE),
    ("100::/64", _C.RESERVED),
    ("100:0:0:1::/64", _C.RESERVED),
    ("2001::/23", _C.RESERVED),
    ("2001::/32", _C.TRANSITION),
    ("2001:1::1/128", _C.GLOBAL),
    ("2001:1::2/128", _C.GLOBAL),
    ("2001:1::3/128", _C.GLOBAL),
    ("2001:2::/48", _C.BENCHMARK),
    ("2001:3::/32", _C.GLOBAL),
    ("2001:4:112::/48", _C.GLOBAL),
    ("2001:20::/28", _C.GLOBAL),
    ("2001:30::/28", _C.GLOBAL),
    ("2001:db8::/32", _C.DOCUMENTATION),
    ("2002::/16", _C.TRANSITION),
    ("3fff::/20", _C.DOCUMENTATION),
    ("fc00::/7", _C.PRIVATE),
    ("fe80::/10", _C.LINK_LOCAL),
    ("fec0::/10", _C.PRIVATE),
    ("ff00::/8", _C.MULTICAST),
)


def _table(
    rows: tuple[tuple[str, AddressClass], ...], width: int
) -> tuple[tuple[int, int, AddressClass], ...]:
    """(shift, prefix bits, class), longest prefix first, so that the first match is the most specific."""
    found = []
    for text, kind in rows:
        base, _, length = text.partition("/")
        shift = width - int(length)
        found.append((shift, int(ip_address(base)) >> shift, kind))
    return tuple(sorted(found, key=lambda row: row[0]))


_TABLE_V4 = _table(_V4, 32)
_TABLE_V6 = _table(_V6, 128)


def parse_address(text: str) -> Address:
    """Parse canonical address text; raise ValueError. A zone (`fe80::1%eth0`) is refused: it would choose one
    of our own interfaces."""
    if "%" in text:
        raise ValueError(f"{text!r} names a network interface; write the address without %")
    return ip_address(text)


def unmapped(address: Address) -> Address:
    """The IPv4 address of an IPv4-mapped one: a connection to either is the same connection."""
    if isinstance(address, IPv6Address) and int(address) >> 32 == 0xFFFF:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def classify(address: Address) -> AddressClass:
    """The class of the address as it stands, by the most specific table entry; embedded addresses are not
    looked at (see `embedded`), except that an IPv4-mapped address is the IPv4 address."""
    plain = unmapped(address)
    if plain in METADATA:
        return AddressClass.METADATA
    value = int(plain)
    for shift, bits, kind in _TABLE_V4 if plain.version == 4 else _TABLE_V6:
        if value >> shift == bits:
            return kind
    return AddressClass.GLOBAL


def embedded(address: Address) -> tuple[EmbeddedIPv4, ...]:
    """Every IPv4 address to which a translator or tunnel may carry this IPv6 address."""
    if isinstance(address, IPv4Address):
        return ()
    value = int(address)
    found = [
        EmbeddedIPv4(form, IPv4Address(inner)) for form, inner in (*_low_forms(value), *_high_forms(value))
    ]
    return tuple(found)


def _low_forms(value: int) -> list[tuple[str, int]]:
    """Forms that keep the IPv4 address in the last 32 bits."""
    low, head = value & 0xFFFFFFFF, value >> 32
    forms: list[tuple[str, int]] = []
    if head == 0xFFFF:
        forms.append(("IPv4-mapped", low))
    if head == 0 and low > 1:
        forms.append(("IPv4-compatible", low))
    if head == 0xFFFF << 16:
        forms.append(("IPv4-translated", low))
    if head == 0x0064FF9B << 64:
        forms.append(("NAT64", low))
    # RFC 5214: the interface identifier is 00-00-5E-FE or 02-00-5E-FE, then the address.
    if head & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE):
        forms.append(("ISATAP", low))
    return forms


def _high_forms(value: int) -> list[tuple[str, int]]:
    """Forms whose prefix tells where the IPv4 address stands."""
    forms: list[tuple[str, int]] = []
    if value >> 112 == 0x2002:
        forms.append(("6to4", (value >> 80) & 0xFFFFFFFF))
    if value >> 96 == 0x20010000:
        # RFC 4380: the server, then the client with every bit inverted.
        forms.append(("Teredo server", (value >> 64) & 0xFFFFFFFF))
        forms.append(("Teredo client", ~value & 0xFFFFFFFF))
    if value >> 80 == 0x0064FF9B0001:
        forms.extend(("local-use NAT64", inner) for inner in _rfc6052(value))
    return forms


def _rfc6052(value: int) -> list[int]:
    """The readings of a local-use NAT64 address for the prefix lengths 48, 56, 64 and 96 (RFC 6052, 2.2; bits
    64 to 71 are skipped). A reading in 0.0.0.0/8 is dropped when another reading makes sense."""
    readings = [
        ((value >> 64) & 0xFFFF) << 16 | (value >> 40) & 0xFFFF,
        ((value >> 64) & 0xFF) << 24 | (value >> 32) & 0xFFFFFF,
        (value >> 24) & 0xFFFFFFFF,
        value & 0xFFFFFFFF,
    ]
    sensible = [reading for reading in readings if reading >> 24]
    return list(dict.fromkeys(sensible or readings))
