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
from cyberai.ports.network import Conversation, Datagram, TlsVersion, TransportError, TransportReason
from netkit.clocks import SimulatedClock
from netkit.sessions import limits, network, run
from netkit.spellings import SPELLINGS

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


async def nothing_said(_conversation: Conversation) -> None:
    raise AssertionError("no connection may open")


async def every_way_out(session: ScanSession, host: str, port: int) -> None:
    """HTTP, TLS, talk, dialogue, datagrams, both probes and the port scans: each is refused."""
    dialer = session.dialer
    for scheme in ("http", "https"):
        with pytest.raises(TransportError) as caught:
            await session.http.send(HttpRequest("GET", Url(scheme, host, port)))
        assert caught.value.reason in REFUSED
    ways = (
        dialer.talk(host, port, b"x"),
        dialer.talk(host, port, b"x", tls=True),
        dialer.converse(host, port, nothing_said),
        dialer.datagram(host, port, b"x"),
        dialer.offers(host, port, TlsVersion.TLS1_2),
        dialer.handshake(host, port),
        session.resolve(host),
        anext(aiter(dialer.scan_ports(host, [port]))),
        anext(aiter(dialer.scan_datagrams(host, {port: (Datagram(b"x"), Datagram(b"x", True))}))),
    )
    for way in ways:
        with pytest.raises(TransportError) as caught:
            await way
        assert caught.value.reason in REFUSED
    assert [row async for row in dialer.scan_hosts([host], [port])] == []
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
