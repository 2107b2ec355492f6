"""Which ports answer: judged addresses and ports go to a sweep in a thread of its own, its states come back here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Protocol, TypeVar

from cyberai.domain.scan import SynScan
from cyberai.net.port_sweep import PortSweep
from cyberai.net.session_state import SessionState
from cyberai.net.sweep_pace import Probe, States
from cyberai.net.syn_sweep import PER_SECOND, SynSweep, may_send_raw
from cyberai.net.udp_sweep import Heard, UdpSweep
from cyberai.ports.network import Datagram, PortState, TransportError, TransportReason

Row = TypeVar("Row")

SYN_FROM = 2_000
"""Probes from which half-open ones are worth it: connect is as right, as fast on fewer, and needs no right."""


class _Sweep(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


class PortScanner:
    """Scope and policy are asked here for every address and port; `opens` connects to one port through the proxy, where
    there is one, or raises TransportError."""

    def __init__(self, state: SessionState, opens: Callable[[str, int], Awaitable[None]]) -> None:
        self._state = state
        self._opens = opens

    async def scan(self, host: str, ports: Sequence[int]) -> AsyncIterator[tuple[int, PortState]]:
        """See ports.network.Dialer.scan_ports."""
        allowed = self._state.scope.allowed_ports(host, ports)
        if not allowed:
            return
        address = await self._address(host)
        allowed = self._state.egress.open_ports(address, allowed)
        if self._state.connector.proxy is not None:
            async for row in self._through_proxy(host, allowed):
                yield row
            return
        probes = [(address, port) for port in dict.fromkeys(allowed)]
        async with aclosing(self._states([address], probes, len(probes))) as batches:
            async for found in batches:
                for _, port, state in found:
                    yield port, state

    async def scan_hosts(
        self, hosts: Sequence[str], ports: Sequence[int], enough: frozenset[PortState] = frozenset()
    ) -> AsyncIterator[States]:
        """See ports.network.Dialer.scan_hosts."""
        barred = self._barred(hosts, tuple(dict.fromkeys(ports)))
        if self._state.connector.proxy is not None:
            async for row in self._all_through_proxy(barred, ports):
                yield [row]
            return
        settled: set[str] = set()

        def probes() -> Iterator[Probe]:
            for port in dict.fromkeys(ports):
                for host, never in barred.items():
                    if host not in settled and port not in never:
                        yield host, port

        count = 0 if enough else len(barred) * len(ports)
        async with aclosing(self._states(list(barred), probes(), count)) as batches:
            async for found in batches:
                if enough:
                    settled.update(host for host, _, state in found if state in enough)
                yield found

    async def _all_through_proxy(
        self, barred: Mapping[str, frozenset[int]], ports: Sequence[int]
    ) -> AsyncIterator[tuple[str, int, PortState]]:
        for host, never in barred.items():
            async for port, state in self._through_proxy(host, [port for port in ports if port not in never]):
                yield host, port, state

    def _barred(self, hosts: Sequence[str], ports: tuple[int, ...]) -> dict[str, frozenset[int]]:
        """The hosts that may be scanned at all, each with the ports that must be left alone there."""
        scope, egress = self._state.scope, self._state.egress
        barred = {}
        for host in dict.fromkeys(hosts):
            allowed = egress.open_ports(host, scope.allowed_ports(host, ports))
            if allowed:
                barred[host] = (
                    frozenset(ports).difference(allowed) if len(allowed) < len(ports) else frozenset()
                )
        return barred

    async def scan_datagrams(
        self, host: str, messages: Mapping[int, Sequence[Datagram]]
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        """See ports.network.Dialer.scan_datagrams."""
        allowed = self._state.scope.allowed_ports(host, messages)
        if not allowed or self._state.connector.proxy is not None:
            return
        address = await self._address(host)
        asked = {port: tuple(messages[port]) for port in self._state.egress.open_ports(address, allowed)}

        def sweep(report: Callable[[Heard], None]) -> UdpSweep:
            return UdpSweep(address, asked, report)

        async with aclosing(self._batches(sweep)) as batches:
            async for found in batches:
                for row in found:
                    yield row

    async def _address(self, host: str) -> str:
        state = self._state
        seconds = state.limits.request_timeout
        return (await state.lifeline.run(state.connector.addresses(host, seconds)))[0]

    def _states(
        self, addresses: list[str], probes: Sequence[Probe] | Iterator[Probe], count: int
    ) -> AsyncGenerator[States, None]:
        half_open = self._half_open(addresses, count)
        near = half_open and all(address.startswith("127.") for address in addresses)

        def sweep(report: Callable[[States], None]) -> _Sweep:
            if half_open:
                return SynSweep(probes, report, None if near else PER_SECOND)
            return PortSweep(probes, report)

        return self._batches(sweep)

    def _half_open(self, addresses: list[str], count: int) -> bool:
        wanted = self._state.limits.syn
        if wanted is SynScan.OFF or (wanted is SynScan.AUTO and count < SYN_FROM):
            return False
        return all(":" not in address for address in addresses) and may_send_raw()

    async def _batches(
        self, make: Callable[[Callable[[list[Row]], None]], _Sweep]
    ) -> AsyncGenerator[list[Row], None]:
        """What a sweep reports, until it reports an empty batch; leaving early stops it."""
        loop = asyncio.get_running_loop()
        batches: asyncio.Queue[list[Row]] = asyncio.Queue()

        def hand_over(found: list[Row]) -> None:
            try:
                loop.call_soon_threadsafe(batches.put_nowait, found)
            except RuntimeError:
                return  # the loop ended first: nobody waits

        sweep = make(hand_over)
        sweep.start()
        try:
            while found := await self._state.lifeline.run(batches.get()):
                yield found
        finally:
            sweep.stop()

    async def _through_proxy(self, host: str, ports: list[int]) -> AsyncIterator[tuple[int, PortState]]:
        """One tunnel per port: nothing may go past the proxy, and its answer is all that there is to know."""

        async def state_of(port: int) -> tuple[int, PortState]:
            try:
                await self._opens(host, port)
            except TransportError as error:
                refused = error.reason is TransportReason.REFUSED
                return port, PortState.CLOSED if refused else PortState.FILTERED
            return port, PortState.OPEN

        tasks = [asyncio.create_task(state_of(port)) for port in ports]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
