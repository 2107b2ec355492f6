"""UDP services are found by what they answer; silence, refusals, noise and floods cost a bounded time."""

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cyberai.domain.asset import HostAsset, ServiceAsset
from cyberai.domain.scan import ScanOptions, ScanType
from cyberai.domain.unit import Stage, Unit
from cyberai.engine import udp_messages as say
from cyberai.ports.network import Datagram
from netkit.servers import closed_port
from netkit.sessions import open_session, run
from support.scan_in_process import session_of, spec_of

Answer = Callable[[socket.socket, bytes, tuple[str, int]], None]


@contextlib.contextmanager
def server(answer: Answer, host: str = "127.0.0.1") -> Iterator[int]:
    """A UDP server on a free port; yields the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.bind((host, 0))
        opened.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    data, sender = opened.recvfrom(65_535)
                    answer(opened, data, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield opened.getsockname()[1]
        finally:
            ended.set()
            thread.join(5)


def ntp(opened: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
    if len(data) == 48 and data[0] & 7 == 3:
        opened.sendto(b"\x24\x02" + bytes(22) + data[40:48] + bytes(16), sender)


def tftp(_: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
    """As the protocol wants it, from another port."""
    if data[:2] == b"\0\x01":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
            elsewhere.bind(("127.0.0.1", 0))
            elsewhere.sendto(b"\0\x05\0\x01File not found\0", sender)


def silent(opened: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
    """Nothing."""


def echo(opened: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
    opened.sendto(data, sender)


def flood(opened: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
    for _ in range(2_000):
        opened.sendto(b"x" * 1_000, sender)


def heard(
    messages: dict[int, tuple[Datagram, ...]], host: str = "127.0.0.1"
) -> list[tuple[int, bytes | None]]:
    async def scenario() -> list[tuple[int, bytes | None]]:
        session = open_session((host,))
        rows = [row async for row in session.dialer.scan_datagrams(host, messages)]
        await session.aclose()
        return rows

    return run(scenario())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_and_refusals_are_told_and_silence_is_not(host: str) -> None:
    shut = closed_port()
    with server(ntp, host) as there, server(silent, host) as mute:
        asked = (Datagram(say.NTP_CLIENT),)
        rows = heard({there: asked, mute: asked, shut: asked}, host)
    assert {port for port, answer in rows if answer} == {there}
    assert {port for port, answer in rows if answer is None} == {shut}


def test_a_flood_is_cut_off() -> None:
    with server(flood) as there, server(ntp) as other:
        started = time.monotonic()
        rows = heard({there: (Datagram(b"?"),) * 20, other: (Datagram(say.NTP_CLIENT),)})
        assert time.monotonic() - started < 20
    assert len([port for port, _ in rows if port == there]) <= 16
    assert other in {port for port, _ in rows}


def test_a_thousand_closed_ports_take_seconds_and_none_is_open() -> None:
    started = time.monotonic()
    # Whatever else runs on this machine listens at 127.0.0.1, not at an address that nobody uses.
    rows = heard({port: (Datagram(b"?"),) for port in range(45_000, 46_000)}, "127.61.7.9")
    assert time.monotonic() - started < 30
    assert not [port for port, answer in rows if answer]


def discovered(ports: str, **options: Any) -> tuple[ServiceAsset, ...]:
    spec = spec_of("127.0.0.1", ScanOptions(ports=ports, **options), scan_type=ScanType.NETWORK)

    async def scenario() -> tuple[ServiceAsset, ...]:
        network = open_session()
        engine = session_of(spec, network, ())
        units = [Unit(Stage.DISCOVER, HostAsset("127.0.0.1"))]
        (result,) = [result async for result in engine.run(units)]
        await network.aclose()
        return tuple(found.asset for found in result.found if isinstance(found.asset, ServiceAsset))

    return run(scenario())


def test_services_on_any_port_are_recognised_by_what_they_say() -> None:
    with server(ntp) as time_port, server(tftp) as files, server(echo) as parrot, server(silent) as mute:
        found = discovered(f"U:{time_port},{files},{parrot},{mute},{closed_port()}")
        without = discovered(f"U:{time_port}", udp=False)
    assert {(service.port, service.protocol, service.transport.value) for service in found} == {
        (time_port, "ntp", "udp"),
        (files, "tftp", "udp"),
        (parrot, "", "udp"),
    }
    assert without == ()


def test_a_real_memcached() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", "0", "-U", str(port)]
    running = subprocess.Popen(command)
    try:
        end = time.monotonic() + 20
        while not (found := discovered(f"U:{port}")) and time.monotonic() < end:
            assert running.poll() is None
    finally:
        running.kill()
        running.wait(10)
    assert [service.protocol for service in found] == ["memcached"]
