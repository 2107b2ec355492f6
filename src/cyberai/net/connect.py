"""The one place where a socket to a target is opened: resolve, judge, connect to the judged address, compare the peer."""

import asyncio
import socket
from contextlib import ExitStack

from cyberai.domain.addresses import parse_address, unmapped
from cyberai.net.egress import EgressPolicy
from cyberai.net.failure import connect_timeout, from_os_error
from cyberai.net.proxy import Proxy, ProxyForm, open_tunnel
from cyberai.net.resolver import Resolver
from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

_TRY_NEXT = frozenset({TransportReason.REFUSED, TransportReason.UNREACHABLE, TransportReason.CONNECT_TIMEOUT})


class Connector:
    """Opens connections for one session. Scope is the callers' part; the policy on addresses is asked here,
    for every connection anew."""

    def __init__(
        self, egress: EgressPolicy, resolver: Resolver, clock: Clock, proxy: Proxy | None = None
    ) -> None:
        self.proxy = proxy
        self._egress = egress
        self._resolver = resolver
        self._clock = clock
        self._pinned: dict[str, str] = {}

    async def addresses(self, host: str, timeout: float) -> tuple[str, ...]:
        """The judged addresses, the one that worked last first."""
        found = await self._resolver.resolve(host, timeout)
        pinned = self._pinned.get(host)
        if pinned is None or pinned == found[0] or pinned not in found:
            return found
        return (pinned, *(a for a in found if a != pinned))

    def check_port(self, address: str, port: int) -> None:
        """Raise TransportError(NOT_ALLOWED) when this connection is refused by the policy."""
        reason = self._egress.connect_refusal(address, port)
        if reason is not None:
            raise TransportError(TransportReason.NOT_ALLOWED, reason)

    async def connect(self, host: str, port: int, timeout: float) -> tuple[socket.socket, str]:
        """A connected, non-blocking socket and its address; the next address is tried when one does not answer."""
        started = self._clock.monotonic()
        candidates = await self.addresses(host, timeout)
        for index, address in enumerate(candidates):
            left = timeout - (self._clock.monotonic() - started)
            share = max(left, 0.001) / (len(candidates) - index)
            try:
                opened = await self._reach(address, port, share)
            except TransportError as error:
                if error.reason not in _TRY_NEXT or index + 1 == len(candidates):
                    raise
                continue
            self._pinned[host] = address
            return opened, address
        raise TransportError(TransportReason.DNS_FAILED, f"{host} has no address")

    def proxy_form(self, authority: str) -> ProxyForm | None:
        """How a plain request to this host is written for the proxy; None without one."""
        return None if self.proxy is None else ProxyForm(f"http://{authority}".encode(), self.proxy.fields)

    async def connect_proxy(self, host: str, port: int, timeout: float) -> tuple[socket.socket, str]:
        """A socket to the proxy itself, for a request that names its target in full; the target is judged first, by
        the addresses this machine knows, though the proxy will look the name up by itself."""
        assert self.proxy is not None
        address = (await self.addresses(host, timeout))[0]
        self.check_port(address, port)
        return await self._to_proxy(self.proxy, timeout), address

    async def _reach(self, address: str, port: int, timeout: float) -> socket.socket:
        """Connect, through the proxy when there is one: it is given the judged address, never the name."""
        if self.proxy is None:
            return await self.connect_address(address, port, timeout)
        self.check_port(address, port)
        started = self._clock.monotonic()
        opened = await self._to_proxy(self.proxy, timeout)
        with ExitStack() as undo:
            undo.enter_context(opened)
            left = max(timeout - (self._clock.monotonic() - started), 0.001)
            await open_tunnel(opened, self.proxy, address, port, left)
            undo.pop_all()
        return opened

    async def _to_proxy(self, proxy: Proxy, timeout: float) -> socket.socket:
        try:
            address = (await self._resolver.resolve(proxy.host, timeout))[0]
            return await self.connect_address(address, proxy.port, timeout)
        except TransportError as error:
            detail = f"the proxy {proxy.where} cannot be used: {error.detail}"
            refused = error.reason is TransportReason.NOT_ALLOWED
            reason = TransportReason.NOT_ALLOWED if refused else TransportReason.PROXY
            raise TransportError(reason, detail, retryable=error.retryable) from error

    async def connect_address(self, address: str, port: int, timeout: float) -> socket.socket:
        """Connect to one address, judged here once more because this is where the socket opens."""
        self.check_port(address, port)
        where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with ExitStack() as undo:
            opened = undo.enter_context(socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
            try:
                async with asyncio.timeout(timeout):
                    await asyncio.get_running_loop().sock_connect(opened, (address, port))
                self._compare_peer(opened, address, port, where)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except TimeoutError as error:
                raise connect_timeout(where, timeout) from error
            except OSError as error:
                raise from_os_error(error, where) from error
            undo.pop_all()
        return opened

    def datagram_socket(self, address: str, port: int) -> socket.socket:
        """A UDP socket joined to one address, which is judged here: the system drops what any other peer sends."""
        self.check_port(address, port)
        where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with ExitStack() as undo:
            opened = undo.enter_context(socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
            try:
                opened.connect((address, port))
                if opened.getsockname()[:2] == opened.getpeername()[:2]:
                    # The system may give it the very port it speaks to: it would hear itself.
                    raise TransportError(
                        TransportReason.REFUSED, f"{where} refused the datagram", retryable=True
                    )
            except OSError as error:
                raise from_os_error(error, where) from error
            undo.pop_all()
        return opened

    @staticmethod
    def _compare_peer(opened: socket.socket, address: str, port: int, where: str) -> None:
        peer, own = opened.getpeername()[:2], opened.getsockname()[:2]
        if peer == own:
            # Without a listener, the kernel may join a socket to itself when source and target port agree.
            raise TransportError(TransportReason.REFUSED, f"{where} refused the connection", retryable=True)
        if (
            unmapped(parse_address(peer[0].partition("%")[0])) != unmapped(parse_address(address))
            or peer[1] != port
        ):
            detail = f"connected to {peer[0]} instead of the judged address {address}"
            raise TransportError(TransportReason.NOT_ALLOWED, detail)
