"""Hosts that answer at every port, or never as they should: bounded in time and memory, with an outcome for each."""

import asyncio
import contextlib
import resource
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from cyberai.domain.asset import HostAsset, PortAsset
from cyberai.domain.check import Skipped, SkipReason
from cyberai.domain.scan import ScanOptions, ScanType
from cyberai.domain.unit import Stage, Unit
from cyberai.ports.network import PortState
from netkit.sessions import open_session, run
from support.scan_in_process import session_of, spec_of
from support.simulated_network import SimulatedNetwork


class EveryPortOpen(SimulatedNetwork):
    """As a tarpit or a firewall that answers for its hosts."""

    async def scan_ports(self, host: str, ports: Sequence[int]) -> AsyncIterator[tuple[int, PortState]]:
        for port in ports:
            yield port, PortState.OPEN


def test_a_host_with_every_port_open_is_looked_into_at_its_commonest_ports() -> None:
    spec = spec_of("10.0.0.1", ScanOptions(ports="all"), scan_type=ScanType.NETWORK)

    async def discovered() -> list:
        units = [Unit(Stage.DISCOVER, HostAsset("10.0.0.1"))]
        return [result async for result in session_of(spec, EveryPortOpen(), ()).run(units)]

    (result,) = asyncio.run(discovered())
    ports = {unit.asset.port for unit in result.found if isinstance(unit.asset, PortAsset)}
    assert len(ports) == 100
    assert {22, 80, 443, 3306, 6379} <= ports
    (told,) = result.outcomes
    assert isinstance(told.outcome, Skipped)
    assert told.outcome.reason is SkipReason.BUDGET
    assert "65,535 of 65,535 ports accept connections" in told.outcome.detail


Behaviour = Callable[[socket.socket], None]


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stays_silent(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while connection.recv(4_096):
            pass
    connection.close()


def says_nonsense(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(bytes(range(256)) * 16)
    connection.close()


def drips(connection: socket.socket) -> None:
    """A tarpit: a byte now and then, for ever."""
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)
    connection.close()


def floods(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x" * 65_536)
    connection.close()


BEHAVIOURS = (resets, stays_silent, says_nonsense, drips, floods)


@contextlib.contextmanager
def hosts() -> Iterator[dict[int, Behaviour]]:
    """Every behaviour at a port of its own."""
    with contextlib.ExitStack() as stack:
        behaving: dict[int, Behaviour] = {}
        for behaviour in BEHAVIOURS:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
            behaving[listener.getsockname()[1]] = behaviour

            def serve(listener: socket.socket = listener, behaviour: Behaviour = behaviour) -> None:
                with contextlib.suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        threading.Thread(target=behaviour, args=(connection,), daemon=True).start()

            threading.Thread(target=serve, daemon=True).start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
        yield behaving


def test_every_kind_of_bad_server_is_open_and_gets_its_outcome_in_bounded_time() -> None:
    with hosts() as behaving:
        listed = ",".join(map(str, behaving))
        options = ScanOptions(ports=listed, udp=False, request_timeout=1, concurrent=8)
        spec = spec_of("127.0.0.1", options, scan_type=ScanType.NETWORK)

        async def scanned() -> list:
            network = open_session()
            engine = session_of(spec, network, ())
            (first,) = [r async for r in engine.run([Unit(Stage.DISCOVER, HostAsset("127.0.0.1"))])]
            rest = [r async for r in engine.run(first.found)]
            await network.aclose()
            return [first, *rest]

        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        first, *rest = run(scanned(), limit=120)
        assert {unit.asset.port for unit in first.found} == set(behaving)
        assert {result.unit.asset.port for result in rest} == set(behaving)
        assert all(result.found or result.failure for result in rest), rest
        assert time.monotonic() - started < 100
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"
