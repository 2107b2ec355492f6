"""The address tables against the IANA registries' entries and every embedded form."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.domain.addresses import METADATA, AddressClass, classify, embedded, parse_address, unmapped

C = AddressClass

CLASSES = [
    ("1.1.1.1", C.GLOBAL),
    ("8.8.8.8", C.GLOBAL),
    ("0.0.0.0", C.UNSPECIFIED),
    ("0.0.0.1", C.RESERVED),
    ("0.255.255.255", C.RESERVED),
    ("1.0.0.0", C.GLOBAL),
    ("9.255.255.255", C.GLOBAL),
    ("10.0.0.0", C.PRIVATE),
    ("10.255.255.255", C.PRIVATE),
    ("11.0.0.0", C.GLOBAL),
    ("100.63.255.255", C.GLOBAL),
    ("100.64.0.0", C.SHARED),
    ("100.127.255.255", C.SHARED),
    ("100.128.0.0", C.GLOBAL),
    ("126.255.255.255", C.GLOBAL),
    ("127.0.0.0", C.LOOPBACK),
    ("127.0.0.1", C.LOOPBACK),
    ("127.255.255.255", C.LOOPBACK),
    ("128.0.0.0", C.GLOBAL),
    ("169.253.255.255", C.GLOBAL),
    ("169.254.0.1", C.LINK_LOCAL),
    ("169.254.169.254", C.METADATA),
    ("169.255.0.0", C.GLOBAL),
    ("172.15.255.255", C.GLOBAL),
    ("172.16.0.0", C.PRIVATE),
    ("172.31.255.255", C.PRIVATE),
    ("172.32.0.0", C.GLOBAL),
    ("192.0.0.1", C.RESERVED),
    ("192.0.0.9", C.GLOBAL),
    ("192.0.0.10", C.GLOBAL),
    ("192.0.0.192", C.METADATA),
    ("192.0.2.1", C.DOCUMENTATION),
    ("192.88.99.1", C.TRANSITION),
    ("192.167.255.255", C.GLOBAL),
    ("192.168.0.1", C.PRIVATE),
    ("192.169.0.0", C.GLOBAL),
    ("198.17.255.255", C.GLOBAL),
    ("198.18.0.1", C.BENCHMARK),
    ("198.19.255.255", C.BENCHMARK),
    ("198.20.0.0", C.GLOBAL),
    ("198.51.100.7", C.DOCUMENTATION),
    ("203.0.113.7", C.DOCUMENTATION),
    ("223.255.255.255", C.GLOBAL),
    ("224.0.0.1", C.MULTICAST),
    ("239.255.255.255", C.MULTICAST),
    ("240.0.0.1", C.RESERVED),
    ("255.255.255.254", C.RESERVED),
    ("255.255.255.255", C.BROADCAST),
    ("168.63.129.16", C.METADATA),
    ("100.100.100.200", C.METADATA),
    ("::", C.UNSPECIFIED),
    ("::1", C.LOOPBACK),
    ("::2", C.TRANSITION),
    ("::7f00:1", C.TRANSITION),
    ("::ffff:127.0.0.1", C.LOOPBACK),
    ("::ffff:8.8.8.8", C.GLOBAL),
    ("::ffff:169.254.169.254", C.METADATA),
    ("::ffff:0:127.0.0.1", C.TRANSITION),
    ("64:ff9b::8.8.8.8", C.GLOBAL),
    ("64:ff9b:1::1", C.PRIVATE),
    ("100::1", C.RESERVED),
    ("100:0:0:1::1", C.RESERVED),
    ("1fff::1", C.RESERVED),
    ("2001::1", C.TRANSITION),
    ("2001:0:ffff::1", C.TRANSITION),
    ("2001:1::1", C.GLOBAL),
    ("2001:1::4", C.RESERVED),
    ("2001:2::1", C.BENCHMARK),
    ("2001:3::1", C.GLOBAL),
    ("2001:4:112::1", C.GLOBAL),
    ("2001:10::1", C.RESERVED),
    ("2001:20::1", C.GLOBAL),
    ("2001:200::1", C.GLOBAL),
    ("2001:db8::1", C.DOCUMENTATION),
    ("2001:4860:4860::8888", C.GLOBAL),
    ("2002:7f00:1::", C.TRANSITION),
    ("3fff::1", C.DOCUMENTATION),
    ("3fff:1000::1", C.GLOBAL),
    ("4000::1", C.RESERVED),
    ("5f00::1", C.RESERVED),
    ("fc00::1", C.PRIVATE),
    ("fdff::1", C.PRIVATE),
    ("fd00:ec2::254", C.METADATA),
    ("fd20:ce::254", C.METADATA),
    ("fe00::1", C.RESERVED),
    ("fe80::1", C.LINK_LOCAL),
    ("fe80::a9fe:a9fe", C.METADATA),
    ("febf::1", C.LINK_LOCAL),
    ("fec0::1", C.PRIVATE),
    ("ff02::1", C.MULTICAST),
]

FORMS = [
    ("::ffff:127.0.0.1", [("IPv4-mapped", "127.0.0.1")]),
    ("::127.0.0.1", [("IPv4-compatible", "127.0.0.1")]),
    ("::ffff:0:127.0.0.1", [("IPv4-translated", "127.0.0.1")]),
    ("64:ff9b::127.0.0.1", [("NAT64", "127.0.0.1")]),
    ("2002:7f00:1::", [("6to4", "127.0.0.1")]),
    ("2002:a9fe:a9fe::1", [("6to4", "169.254.169.254")]),
    ("2001:0:7f00:1::", [("Teredo server", "127.0.0.1"), ("Teredo client", "255.255.255.255")]),
    (
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        [("Teredo server", "65.54.227.120"), ("Teredo client", "127.0.0.1")],
    ),
    ("fe80::5efe:127.0.0.1", [("ISATAP", "127.0.0.1")]),
    ("2001:db8::200:5efe:127.0.0.1", [("ISATAP", "127.0.0.1")]),
    ("2600::5efe:10.0.0.1", [("ISATAP", "10.0.0.1")]),
    ("64:ff9b:1::127.0.0.1", [("local-use NAT64", "127.0.0.1")]),
    ("64:ff9b:1:7f00:0:100::", [("local-use NAT64", "127.0.0.1")]),
    ("64:ff9b:1:7f:0:1::", [("local-use NAT64", "127.0.0.1")]),
    ("64:ff9b:1:0:7f:0:100:0", [("local-use NAT64", "127.0.0.1")]),
    ("2600::1", []),
    ("::1", []),
    ("::", []),
    ("127.0.0.1", []),
]


@pytest.mark.parametrize(("text", "kind"), CLASSES)
def test_class(text: str, kind: AddressClass) -> None:
    assert classify(ip_address(text)) is kind


@pytest.mark.parametrize(("text", "inner"), FORMS)
def test_embedded(text: str, inner: list[tuple[str, str]]) -> None:
    found = [(e.form, str(e.address)) for e in embedded(ip_address(text))]
    assert [pair for pair in found if pair in inner] == inner
    assert not (found and not inner)


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
def test_metadata_is_metadata(address: str) -> None:
    assert classify(ip_address(address)) is AddressClass.METADATA


def test_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without %"):
        parse_address("fe80::1%eth0")


def test_only_mapped_addresses_are_unmapped() -> None:
    assert str(unmapped(ip_address("::ffff:10.0.0.1"))) == "10.0.0.1"
    assert str(unmapped(ip_address("::10.0.0.1"))) == "::a00:1"
    assert str(unmapped(ip_address("10.0.0.1"))) == "10.0.0.1"


@given(st.integers(0, 2**32 - 1))
def test_every_ipv4_is_found_in_every_embedding(value: int) -> None:
    inner = IPv4Address(value)
    carriers = {
        "IPv4-mapped": IPv6Address(0xFFFF << 32 | value),
        "IPv4-translated": IPv6Address(0xFFFF << 48 | value),
        "NAT64": IPv6Address(0x0064FF9B << 96 | value),
        "6to4": IPv6Address(0x2002 << 112 | value << 80),
        "Teredo server": IPv6Address(0x2001 << 112 | value << 64),
        "Teredo client": IPv6Address(0x2001 << 112 | ~value & 0xFFFFFFFF),
        "ISATAP": IPv6Address(0x2600 << 112 | 0x5EFE << 32 | value),
    }
    for form, carrier in carriers.items():
        assert (form, inner) in [(e.form, e.address) for e in embedded(carrier)]


@given(st.integers(0, 2**32 - 1))
def test_ipv4_special_is_never_called_global_by_us_alone(value: int) -> None:
    """Where the standard library knows an IPv4 address as not global, so do we (anycast of RFC 7723, 8155 apart)."""
    address = IPv4Address(value)
    if not address.is_global and str(address) not in ("192.0.0.9", "192.0.0.10"):
        assert classify(address) is not AddressClass.GLOBAL


@given(st.integers(0, 2**128 - 1))
def test_ipv6_special_is_never_called_global_by_us_alone(value: int) -> None:
    address = IPv6Address(value)
    if address.is_private or address.is_link_local or address.is_multicast or address.is_loopback:
        assert classify(address) is not AddressClass.GLOBAL
