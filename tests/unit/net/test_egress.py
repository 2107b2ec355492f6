"""The operator's policy: what it refuses, why, and what it says to do."""

from ipaddress import ip_network

import pytest

from cyberai.net.egress import EgressPolicy

DEFAULT = EgressPolicy()


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2001:4860:4860::8888", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_accepted(address: str) -> None:
    assert DEFAULT.refusal(address) is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "127.0.0.1",
            "127.0.0.1 is a loopback address; start the server with --allow 127.0.0.0/8 to scan it",
        ),
        (
            "127.8.9.1",
            "127.8.9.1 is a loopback address; start the server with --allow 127.0.0.0/8 to scan it",
        ),
        ("::1", "::1 is a loopback address; start the server with --allow ::1 to scan it"),
        ("10.0.0.7", "10.0.0.7 is a private address; start the server with --allow 10.0.0.7 to scan it"),
        ("169.254.169.254", "169.254.169.254 is a cloud metadata address, which is never scanned"),
        ("0.0.0.0", "0.0.0.0 is the unspecified address; name the address of one host"),
        ("224.0.0.1", "224.0.0.1 is a multicast address; name the address of one host"),
        ("255.255.255.255", "255.255.255.255 is a broadcast address; name the address of one host"),
        (
            "::ffff:7f00:1",
            "::ffff:7f00:1 (that is 127.0.0.1) is a loopback address; "
            "start the server with --allow 127.0.0.0/8 to scan it",
        ),
        (
            "64:ff9b::7f00:1",
            "64:ff9b::7f00:1 carries 127.0.0.1 (NAT64), which is a loopback address; "
            "start the server with --allow 127.0.0.0/8 to scan it",
        ),
        (
            "no address",
            "'no address' is no address: 'no address' does not appear to be an IPv4 or IPv6 address",
        ),
    ],
)
def test_the_reason_says_what_to_do(address: str, words: str) -> None:
    assert DEFAULT.refusal(address) == words


def test_allow_adds_its_networks_only() -> None:
    policy = EgressPolicy(allow=[ip_network("10.0.0.0/24"), ip_network("fd00::/64")])
    assert policy.refusal("10.0.0.9") is None
    assert policy.refusal("fd00::9") is None
    assert policy.refusal("10.0.1.9") is not None
    assert policy.refusal("127.0.0.1") is not None


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fd00:ec2::254",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
    ],
)
def test_nothing_allows_what_is_never_scanned(address: str) -> None:
    exact = [ip_network(address)]
    for networks in ([ip_network("0.0.0.0/0"), ip_network("::/0")], exact):
        assert EgressPolicy(allow=networks).refusal(address) is not None
        assert EgressPolicy(allow=networks, only_allow=networks).refusal(address) is not None


def test_both_addresses_of_an_embedding_must_be_allowed() -> None:
    inner, outer = ip_network("10.0.0.0/8"), ip_network("2002::/16")
    assert EgressPolicy(allow=[outer]).refusal("2002:a00:1::") is not None
    assert EgressPolicy(allow=[inner]).refusal("2002:a00:1::") is not None
    assert EgressPolicy(allow=[inner, outer]).refusal("2002:a00:1::") is None


def test_only_allow_restricts_and_adds_nothing() -> None:
    policy = EgressPolicy(only_allow=[ip_network("93.184.216.0/24"), ip_network("10.0.0.0/8")])
    assert policy.refusal("93.184.216.34") is None
    assert policy.refusal("8.8.8.8") == (
        "8.8.8.8 is outside the networks this server may scan (--only-allow 93.184.216.0/24, 10.0.0.0/8)"
    )
    assert policy.refusal("10.0.0.1") is not None
    both = EgressPolicy(only_allow=[ip_network("10.0.0.0/8")], allow=[ip_network("10.0.0.0/8")])
    assert both.refusal("10.0.0.1") is None


def test_own_listeners_are_refused_on_their_port_only() -> None:
    own: set[tuple[str, int]] = set()
    policy = EgressPolicy(allow=[ip_network("127.0.0.0/8"), ip_network("::1")], denied=own)
    assert policy.connect_refusal("127.0.0.1", 8080) is None
    own.add(("127.0.0.1", 8080))
    assert policy.connect_refusal("127.0.0.1", 8080) == (
        "127.0.0.1 port 8080 belongs to this Cyber AI installation, which never scans itself"
    )
    assert policy.connect_refusal("::ffff:127.0.0.1", 8080) is not None
    assert policy.connect_refusal("127.0.0.1", 8081) is None
    assert policy.connect_refusal("127.0.0.2", 8080) is None
    unallowed = EgressPolicy(denied=own).connect_refusal("127.0.0.1", 8080)
    assert unallowed is not None
    assert "never scans itself" in unallowed, "to allow the network would not help"


@pytest.mark.parametrize("wildcard", ["0.0.0.0", "::"])
def test_a_wildcard_listener_covers_every_address_of_this_machine(wildcard: str) -> None:
    policy = EgressPolicy(
        allow=[ip_network("127.0.0.0/8"), ip_network("::1")], denied=lambda: [(wildcard, 8080)]
    )
    assert policy.connect_refusal("127.0.0.1", 8080) is not None
    assert policy.connect_refusal("127.200.3.4", 8080) is not None
    assert policy.connect_refusal("::1", 8080) is not None
    assert policy.connect_refusal("93.184.216.34", 8080) is None
    assert policy.connect_refusal("127.0.0.1", 8081) is None
