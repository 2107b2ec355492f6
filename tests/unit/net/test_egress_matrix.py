"""Every spelling and embedded form of internal addresses, by every way a target can name them: no connection
is ever begun. An audit hook sees each connect of this process, so a hole cannot hide behind a dead address."""

import contextlib
import socket
import ssl
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, TargetError, parse_target
from cyberai.net.egress import EgressPolicy
from cyberai.net.resolver import CACHE_SECONDS
from cyberai.net.session import ScanNetwork, ScanSession
from cyberai.ports.network import TlsVersion, TransportError, TransportReason
from netkit.clocks import SimulatedClock
from netkit.sessions import limits, network, run

SPELLINGS = (
    # IPv4 loopback as inet_aton and the WHATWG URL parser read it
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "0177.1", "127.0.0.01", "127.0.0x0.1", "127.0.0.1.", "2130706433.", "127.255.255.254", "127.2.3.4",
    "0x7f.0x0.0x0.0x1", "0177.0000.0000.0001", "127.000.000.001", "00000177.0.0.1",
    # unspecified and "this network"
    "0.0.0.0", "0", "0x0", "00", "0.1", "0.0.0.1", "0x0.0x0", "0.255.255.255",
    # IPv6 loopback and unspecified
    "::1", "[::1]", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::", "[::]", "::0001",
    # IPv4 inside IPv6
    "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:7f00:0001", "::FFFF:127.0.0.1", "::ffff:0.0.0.0",
    "::127.0.0.1", "::7f00:1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "64:ff9b:1:7f00:0:100::", "64:ff9b:1:7f:0:1::", "64:ff9b:1::",
    "2002:7f00:1::", "2002:7f00:0001::1", "2002:a9fe:a9fe::", "2002:a00:1::1", "2002:c0a8:1::",
    "2001:0:7f00:1::", "2001::80ff:fffe", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:0:4136:e378::f5ff:fffe",
    "fe80::5efe:127.0.0.1", "2600::5efe:127.0.0.1", "2600::5efe:7f00:1", "2600::200:5efe:10.0.0.1",
    "2600::5efe:169.254.169.254", "2600:1:2:3:0:5efe:c0a8:101",
    # private, shared, link-local
    "10.0.0.1", "10.1", "0xa.1", "012.1", "167772161", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.168.257",
    "3232235777", "100.64.0.1", "169.254.1.1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "::ffff:10.0.0.1",
    "::ffff:192.168.0.1", "::10.0.0.1",
    # cloud metadata
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "169.254.170.2", "fe80::a9fe:a9fe",
    # multicast, broadcast, reserved, documentation
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "4294967295", "0xffffffff", "240.0.0.1", "198.18.0.1",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "3fff::1",
)  # fmt: skip

PUBLIC = "93.184.216.34"
REFUSED = {TransportReason.NOT_ALLOWED, TransportReason.DNS_FAILED}

_connects: list[Any] = []
_watching = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "socket.connect":
        _connects.append(arguments[1])
        raise ConnectionRefusedError("the matrix lets no connection out")


sys.addaudithook(_audit)


@contextlib.contextmanager
def pair_of_listeners() -> Iterator[tuple[socket.socket, socket.socket]]:
    """One port on both loopback addresses; a port that is free on one may be taken on the other."""
    for _ in range(100):
        with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            try:
                six.bind(("::1", four.getsockname()[1]))
            except OSError:
                continue
            for listener in (four, six):
                listener.listen()
                listener.setblocking(False)
            yield four, six
            return
    raise AssertionError("no port is free on both loopback addresses")


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Listeners on both loopback addresses; nothing may reach them, and no connect may even begin.

    No handshake begins either, so the system's roots are not read: that alone would be most of the time here.
    """
    global _watching
    monkeypatch.setattr(ssl.SSLContext, "set_default_verify_paths", lambda context: None)
    with pair_of_listeners() as listeners:
        port = listeners[0].getsockname()[1]
        _connects.clear()
        _watching = True
        try:
            yield port
        finally:
            _watching = False
        assert _connects == []
        for listener in listeners:
            with pytest.raises(BlockingIOError):
                listener.accept()


async def every_way_out(session: ScanSession, host: str, port: int) -> None:
    """HTTP, TLS, talk, both probes and the port scan: each is refused."""
    dialer = session.dialer
    for scheme in ("http", "https"):
        with pytest.raises(TransportError) as caught:
            await session.http.send(HttpRequest("GET", Url(scheme, host, port)))
        assert caught.value.reason in REFUSED
    ways = (
        dialer.talk(host, port, b"x"),
        dialer.talk(host, port, b"x", tls=True),
        dialer.offers(host, port, TlsVersion.TLS1_2),
        dialer.handshake(host, port),
        session.resolve(host),
        anext(aiter(dialer.scan_ports(host, [port]))),
    )
    for way in ways:
        with pytest.raises(TransportError) as caught:
            await way
        assert caught.value.reason in REFUSED
    assert session.requests_sent == 0
    await session.aclose()


def test_the_matrix_is_wide() -> None:
    assert len(set(SPELLINGS)) == len(SPELLINGS) >= 90


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_literal(spelling: str, canary: int) -> None:
    try:
        target = parse_target(spelling)
    except TargetError:
        return  # refused before any scan exists
    assert isinstance(target, HostTarget)
    session = network(policy=EgressPolicy()).open(ScanScope((target,)), limits())
    run(every_way_out(session, target.host, canary))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_straight_to_the_session(spelling: str, canary: int) -> None:
    """Even a host that never went through target parsing."""
    host = spelling.strip("[]")
    session = network(policy=EgressPolicy()).open(ScanScope((HostTarget(host),)), limits())
    run(every_way_out(session, host, canary))


def addresses() -> list[str]:
    """The spellings that a name server could answer with, in canonical form."""
    found = []
    for spelling in SPELLINGS:
        try:
            target = parse_target(spelling)
        except TargetError:
            continue
        assert isinstance(target, HostTarget)
        found.append(str(ip_address(target.host)))
    return sorted(set(found))


@pytest.mark.parametrize("address", addresses())
def test_override(address: str, canary: int) -> None:
    names = {"target.example": (address,), "mixed.example": (PUBLIC, address)}
    for name in names:
        net = network(policy=EgressPolicy(), overrides=names)
        run(every_way_out(net.open(ScanScope((HostTarget(name),)), limits()), name, canary))


@pytest.mark.parametrize("address", addresses())
@pytest.mark.parametrize("answer", [("{}",), (PUBLIC, "{}"), ("{}", PUBLIC)], ids=["alone", "last", "first"])
def test_resolved(address: str, answer: tuple[str, ...], canary: int) -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        return tuple(text.format(address) for text in answer)

    session = network(policy=EgressPolicy(), lookup=lookup).open(
        ScanScope((HostTarget("target.example"),)), limits()
    )
    run(every_way_out(session, "target.example", canary))


@pytest.mark.parametrize("address", addresses())
def test_rebinding(address: str, canary: int) -> None:
    """The first answer is public, every later one internal; nothing judged earlier opens the door."""
    answers = [(PUBLIC,)]

    async def lookup(host: str) -> tuple[str, ...]:
        return answers.pop(0) if answers else (address,)

    async def scenario() -> None:
        clock = SimulatedClock()
        net = ScanNetwork(EgressPolicy(), clock, lookup=lookup)
        session = net.open(ScanScope((HostTarget("target.example"),)), limits())
        assert await session.resolve("target.example") == (PUBLIC,)
        clock.time += CACHE_SECONDS + 1
        await every_way_out(session, "target.example", canary)

    run(scenario())


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200"])
def test_metadata_stays_closed_behind_the_widest_allowance(address: str, canary: int) -> None:
    from ipaddress import ip_network

    policy = EgressPolicy(allow=[ip_network("0.0.0.0/0"), ip_network("::/0"), ip_network(address)])
    session = network(policy=policy).open(ScanScope((HostTarget(address),)), limits())
    run(every_way_out(session, address, canary))
