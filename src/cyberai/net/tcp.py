"""Everything that is not HTTP: port states, exchanges and conversations, datagrams, TLS versions and handshakes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TypeVar

from cyberai.domain.dns import DnsReply
from cyberai.net.conversation import SpokenStream
from cyberai.net.datagram import exchange_datagrams
from cyberai.net.failure import cancelled
from cyberai.net.port_scan import PortScanner
from cyberai.net.session_state import SessionState
from cyberai.net.stream import Stream
from cyberai.net.tls import probe_version, shake_hands
from cyberai.ports.network import (
    Conversation,
    Datagram,
    Handshake,
    Opening,
    PortState,
    TlsVersion,
    TransportError,
    TransportReason,
)

T = TypeVar("T")


class TcpDialer:
    """Implements ports.network.Dialer: scope, policy, slots and rate apply as to HTTP, port probes apart."""

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._scanner = PortScanner(state, self._opens)

    def scan_ports(self, host: str, ports: Sequence[int]) -> AsyncIterator[tuple[int, PortState]]:
        """See ports.network.Dialer.scan_ports."""
        return self._scanner.scan(host, ports)

    def scan_hosts(
        self, hosts: Sequence[str], ports: Sequence[int], enough: frozenset[PortState] = frozenset()
    ) -> AsyncIterator[list[tuple[str, int, PortState]]]:
        """See ports.network.Dialer.scan_hosts."""
        return self._scanner.scan_hosts(hosts, ports, enough)

    def scan_datagrams(
        self, host: str, messages: Mapping[int, Sequence[Datagram]]
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        """See ports.network.Dialer.scan_datagrams."""
        return self._scanner.scan_datagrams(host, messages)

    async def _opens(self, host: str, port: int) -> None:
        await self._connected(host, port, _nothing)

    async def talk(
        self,
        host: str,
        port: int,
        payload: bytes,
        *,
        limit: int = 65_536,
        quiet: float = 0.5,
        tls: bool = False,
    ) -> bytes:
        """See ports.network.Dialer.talk. The whole exchange ends `request_timeout` seconds after the
        connection, or `quiet` seconds after the first byte when that is later; what came is returned."""

        async def exchange(stream: Stream) -> bytes:
            async with asyncio.timeout(self._state.limits.request_timeout):
                if tls:
                    await stream.start_tls(self._state.contexts.blind, host)
                if payload:
                    await stream.send(payload)
            return await self._read_until_quiet(stream, limit, quiet)

        received = await self._connected(host, port, exchange, own_deadline=True)
        if not received:
            detail = f"{_where(host, port)} closed the connection without sending anything"
            raise TransportError(TransportReason.RESET, detail)
        return received

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[T]],
        *,
        tls: bool = False,
    ) -> T:
        """See ports.network.Dialer.converse."""
        seconds = self._state.limits.request_timeout

        async def held(stream: Stream) -> T:
            spoken = SpokenStream(stream, host, self._state.contexts.blind, seconds)
            async with asyncio.timeout(2 * seconds):
                if tls:
                    await spoken.start_tls()
                return await dialogue(spoken)

        return await self._connected(host, port, held, own_deadline=True)

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        """See ports.network.Dialer.datagram."""
        state = self._state
        if not state.scope.allows_port(host, port):
            raise TransportError(
                TransportReason.OUT_OF_SCOPE, f"{_where(host, port)} is outside the scan's scope"
            )
        return await state.lifeline.run(exchange_datagrams(state, host, port, payload, answers, quiet))

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        """See ports.network.Dialer.look_up."""
        return await self._state.lifeline.run(self._looked_up(name, kind, checked))

    async def _looked_up(self, name: str, kind: str, checked: bool) -> DnsReply:
        state = self._state
        if state.names.address:
            await state.gate(state.names.address).turn()
        state.requests_sent += 1
        return await state.names.ask(name, kind, state.limits.request_timeout, checked=checked)

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        before: Opening | None = None,
    ) -> bool:
        """See ports.network.Dialer.offers."""
        where = _where(host, port)

        async def asked(stream: Stream) -> bool:
            await self._opened_by(before, stream, host)
            return await probe_version(stream, version, server_name or host, where)

        return await self._connected(host, port, asked)

    async def handshake(
        self, host: str, port: int, server_name: str = "", *, before: Opening | None = None
    ) -> Handshake:
        """See ports.network.Dialer.handshake. The first connection verifies the certificate; when that is not
        trusted, a second one takes it as it is (OpenSSL's own verification is the reference for both)."""
        contexts = self._state.contexts
        name = server_name or host

        async def shaken(stream: Stream, context: ssl.SSLContext, why: str) -> Handshake:
            await self._opened_by(before, stream, host)
            return await shake_hands(stream, context, name, why)

        try:
            return await self._connected(host, port, lambda stream: shaken(stream, contexts.verifying, ""))
        except TransportError as error:
            if error.reason is not TransportReason.CERTIFICATE:
                raise
            why = _trust_error(error)
        return await self._connected(host, port, lambda stream: shaken(stream, contexts.blind, why))

    async def _opened_by(self, before: Opening | None, stream: Stream, host: str) -> None:
        if before is not None:
            limits = self._state.limits
            await before(SpokenStream(stream, host, self._state.contexts.blind, limits.request_timeout))

    async def _read_until_quiet(self, stream: Stream, limit: int, quiet: float) -> bytes:
        clock = self._state.clock
        end = clock.monotonic() + self._state.limits.request_timeout
        received = b""
        while len(received) < limit:
            left = end - clock.monotonic()
            wait = min(quiet, max(left, 0.0)) if received else left
            if received and left <= 0:
                break
            try:
                async with asyncio.timeout(max(wait, 0.001)):
                    data = await stream.receive()
            except TimeoutError:
                if received:
                    break
                raise
            except TransportError:
                if received:
                    break
                raise
            if not data:
                break
            if not received:
                end = max(end, clock.monotonic() + quiet)
            received += data
        return received[:limit]

    async def _connected(
        self,
        host: str,
        port: int,
        work: Callable[[Stream], Awaitable[T]],
        *,
        own_deadline: bool = False,
    ) -> T:
        state = self._state
        if state.lifeline.closed:
            raise cancelled()
        if not state.scope.allows_port(host, port):
            raise TransportError(
                TransportReason.OUT_OF_SCOPE, f"{_where(host, port)} is outside the scan's scope"
            )
        return await state.lifeline.run(self._in_turn(host, port, work, own_deadline))

    async def _in_turn(
        self, host: str, port: int, work: Callable[[Stream], Awaitable[T]], own_deadline: bool
    ) -> T:
        state = self._state
        seconds = state.limits.request_timeout
        await state.slots.take()
        try:
            stream = await self._opened(host, port, seconds)
            try:
                async with asyncio.timeout(None if own_deadline else seconds):
                    return await work(stream)
            finally:
                stream.close()
        except TimeoutError as error:
            detail = f"no complete answer from {_where(host, port)} within {seconds:g} s"
            raise TransportError(TransportReason.TIMEOUT, detail, retryable=True) from error
        finally:
            state.slots.give()

    async def _opened(self, host: str, port: int, seconds: float) -> Stream:
        """A connection whose turn it is."""
        gate = await self._state.gate_of(host)
        await gate.near.take()
        try:
            opened, _ = await self._state.connector.connect(host, port, seconds)
            with ExitStack() as undo:
                undo.enter_context(opened)
                await gate.turn()
                undo.pop_all()
        finally:
            gate.near.give()
        self._state.requests_sent += 1
        return Stream(opened, _where(host, port))


async def _nothing(_stream: Stream) -> None:
    """That it opened was all."""


def _trust_error(error: TransportError) -> str:
    cause = error.__cause__
    return cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else error.detail


def _where(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
