"""The connect scan: every port once, right under load, bounded, and ended when nobody listens any more."""

import asyncio
import contextlib
import errno
import resource
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs

from cyberai.domain.scan import SynScan
from cyberai.domain.target import PortTarget
from cyberai.net import port_sweep, sweep_pace
from cyberai.net.port_sweep import PortSweep
from cyberai.net.sweep_pace import States
from cyberai.ports.network import PortState
from netkit.servers import closed_port
from netkit.sessions import limits, network, open_session, run


@contextlib.contextmanager
def listeners(count: int, host: str = "127.0.0.1") -> Iterator[set[int]]:
    """Ports that accept connections (by the kernel's backlog alone)."""
    with contextlib.ExitStack() as stack:
        ports = set()
        for _ in range(count):
            listener = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
            listener.bind((host, 0))
            listener.listen(64)
            ports.add(listener.getsockname()[1])
        yield ports


def sweep(ports: Any, address: str = "127.0.0.1") -> list[tuple[int, PortState]]:
    found: States = []
    ended = threading.Event()

    def report(batch: States) -> None:
        found.extend(batch)
        if not batch:
            ended.set()

    thread = PortSweep(((address, port) for port in ports), report)
    thread.start()
    assert ended.wait(60)
    thread.join(5)
    assert {row[0] for row in found} == {address}
    return [row[1:] for row in found]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_every_port_exactly_once_with_its_state(address: str) -> None:
    with listeners(20, address) as opened:
        base = range(20_000, 23_000)
        ports = [*base, *(opened - set(base))]
        found = sweep(ports, address)
        assert sorted(port for port, _ in found) == sorted(ports)
        states = dict(found)
        assert {port for port in opened if states[port] is PortState.OPEN} == opened
        assert PortState.FILTERED not in states.values()


@pytest.mark.slow
def test_right_under_load() -> None:
    """Busy threads take the interpreter away for long; no port may be called filtered for that."""
    stop = threading.Event()

    def burn() -> None:
        while not stop.is_set():
            sum(range(10_000))

    burners = [threading.Thread(target=burn, daemon=True) for _ in range(4)]
    for burner in burners:
        burner.start()
    try:
        with listeners(50) as opened:
            states = dict(sweep([*range(30_000, 32_000), *opened]))
            assert all(states[port] is PortState.OPEN for port in opened)
            assert PortState.FILTERED not in states.values()
    finally:
        stop.set()
        for burner in burners:
            burner.join(5)


@contextlib.contextmanager
def mute() -> Iterator[int]:
    """A listener whose backlog is full answers no SYN: the loopback form of a filtered port."""
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)
        yield port


def test_silence_is_tried_twice_then_filtered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_pace, "FIRST_TIMEOUT", 0.2)
    with mute() as port:
        started = time.monotonic()
        assert sweep([port]) == [(port, PortState.FILTERED)]
        assert 0.55 <= time.monotonic() - started < 3  # 0.2 s, then twice that


def test_a_self_connect_is_no_open_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket bound to the very port it probes is joined to itself by the kernel."""
    port = closed_port()
    plain = socket.socket

    class Bound(socket.socket):
        def connect_ex(self, address: Any) -> int:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not self.getsockname()[1]:
                self.bind(address)
            return super().connect_ex(address)

    monkeypatch.setattr(port_sweep.socket, "socket", Bound)
    try:
        assert sweep([port]) == [(port, PortState.CLOSED)]
    finally:
        monkeypatch.setattr(port_sweep.socket, "socket", plain)


def test_a_shortage_of_descriptors_only_slows_down() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    with listeners(5) as opened:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        try:
            with contextlib.suppress(OSError):
                while True:
                    held.append(socket.socket())
            for _ in range(20):
                held.pop().close()
            states = dict(sweep([*range(25_000, 25_200), *opened]))
            assert all(states[port] is PortState.OPEN for port in opened)
            assert PortState.FILTERED not in states.values()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for one in held:
                one.close()


def test_what_is_accepted_and_reset_at_once_is_open() -> None:
    """However late the answer is looked at: a busy machine sees the reset only."""
    found: States = []
    sweep = PortSweep([], found.extend)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        joining = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        with joining:
            assert joining.connect_ex(("127.0.0.1", port)) in (0, errno.EINPROGRESS)
            accepted, _ = listener.accept()
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
            poller = select.poll()
            poller.register(joining, select.POLLIN)
            assert poller.poll(10_000)
            now = time.monotonic()
            sweep._answered(port_sweep._Attempt(joining, ("127.0.0.1", port), 1, now, now + 1))
    assert sweep._told.found == [("127.0.0.1", port, PortState.OPEN)]


def test_through_the_dialer_only_ports_of_the_scope(tmp_path: object) -> None:
    async def scenario() -> None:
        with listeners(3) as opened:
            first, *others = sorted(opened)
            session = open_session((PortTarget("127.0.0.1", first),))
            assert [row async for row in session.dialer.scan_ports("127.0.0.1", [first, *others])] == [
                (first, PortState.OPEN)
            ]
            assert session.requests_sent == 0
            await session.aclose()

    run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("syn", [SynScan.OFF, SynScan.AUTO])
def test_leaving_early_and_closing_end_the_thread(syn: SynScan) -> None:
    """One silent port keeps the sweep busy for seconds after it has the first states."""

    def sweeps() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name in ("cyberai-ports", "cyberai-syn")]

    async def scenario(silent: int) -> None:
        session = open_session(on=network(), settings=structs.replace(limits(), syn=syn))
        rows = session.dialer.scan_ports("127.0.0.1", [silent, *range(30_000, 34_000)])
        async for _ in rows:
            break
        await rows.aclose()  # type: ignore[attr-defined]
        for thread in sweeps():
            await asyncio.to_thread(thread.join, 1.5)
        assert sweeps() == []
        await session.aclose()

    with mute() as silent:
        run(scenario(silent))


@pytest.mark.slow
def test_all_ports_of_a_host_in_seconds() -> None:
    with listeners(10) as opened:
        started = time.monotonic()
        states = dict(sweep(range(1, 65_536)))
        assert len(states) == 65_535
        assert all(states[port] is PortState.OPEN for port in opened)
        assert PortState.FILTERED not in states.values()
        assert time.monotonic() - started < 30
