"""Names to judged addresses: overrides first, then the system; every address of a name must be allowed."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping

from cyberai.domain.addresses import parse_address, unmapped
from cyberai.domain.target import TargetError, canonical_host, literal_address
from cyberai.net.egress import EgressPolicy
from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

Lookup = Callable[[str], Awaitable[tuple[str, ...]]]
"""Addresses of a name in the order of preference; OSError when there are none."""

CACHE_SECONDS = 30.0
_MAX_THREADS = 8
_MAX_ADDRESSES = 32


def parse_overrides(items: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`NAME=ADDRESS` items (a name may come several times); raise ValueError with a reason."""
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        name, sep, address = item.partition("=")
        try:
            if not sep:
                raise ValueError("there is no =")
            host = canonical_host(name.strip())
            found[host] = (*found.get(host, ()), str(parse_address(address.strip().strip("[]"))))
        except (TargetError, ValueError) as error:
            raise ValueError(f"{item!r} is no name and address ({error}); write NAME=ADDRESS") from error
    return found


class SystemLookup:
    """The operating system's resolver, in daemon threads: a look-up cannot be interrupted, and one that hangs
    must not keep the process alive."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(_MAX_THREADS)

    async def __call__(self, host: str) -> tuple[str, ...]:
        """Addresses of `host`; OSError when it has none or too many look-ups hang."""
        if not self._free.acquire(blocking=False):
            raise OSError("too many name look-ups are under way; check this machine's DNS servers")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[str, ...]] = loop.create_future()
        threading.Thread(target=self._run, args=(loop, future, host), daemon=True, name="cyberai-dns").start()
        return await future

    def _run(
        self, loop: asyncio.AbstractEventLoop, future: "asyncio.Future[tuple[str, ...]]", host: str
    ) -> None:
        answer: tuple[str, ...] | OSError
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answer = tuple(dict.fromkeys(str(row[4][0]) for row in rows))
        except UnicodeError:
            answer = OSError("the name cannot be looked up")
        except OSError as error:
            answer = error
        finally:
            self._free.release()
        try:
            loop.call_soon_threadsafe(_settle, future, answer)
        except RuntimeError:
            return  # the loop ended first: nobody waits


def _settle(future: "asyncio.Future[tuple[str, ...]]", answer: tuple[str, ...] | OSError) -> None:
    if future.done():
        return
    if isinstance(answer, OSError):
        future.set_exception(answer)
    else:
        future.set_result(answer)


class Resolver:
    """Judged addresses of hosts, cached for `CACHE_SECONDS`; equal look-ups under way are shared.

    One refused address refuses the whole name: a name that leads to both a public and an internal address is
    the very shape of DNS rebinding.
    """

    def __init__(
        self,
        egress: EgressPolicy,
        clock: Clock,
        *,
        overrides: Mapping[str, tuple[str, ...]] | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self._egress = egress
        self._clock = clock
        self._overrides = dict(overrides or {})
        self._lookup = lookup or SystemLookup()
        self._cache: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._pending: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def resolve(self, host: str, timeout: float) -> tuple[str, ...]:
        """The judged addresses of a host, the preferred one first; raise DNS_FAILED or NOT_ALLOWED."""
        return self._judged(host, await self._addresses(host, timeout))

    def _judged(self, host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            reason = self._egress.refusal(address)
            if reason is not None:
                prefix = "" if address == host else f"{host} leads to {address}: "
                raise TransportError(TransportReason.NOT_ALLOWED, prefix + reason)
        return addresses

    async def _addresses(self, host: str, timeout: float) -> tuple[str, ...]:
        try:
            literal = literal_address(host)
        except TargetError as error:
            raise TransportError(
                TransportReason.DNS_FAILED, f"{host!r} is neither a name nor an address"
            ) from error
        if literal is not None:
            return (str(unmapped(literal)),)
        if host in self._overrides:
            return self._overrides[host]
        known = self._cache.get(host)
        if known is not None and self._clock.monotonic() < known[0]:
            return known[1]
        return await self._look_up(host, timeout)

    async def _look_up(self, host: str, timeout: float) -> tuple[str, ...]:
        task = self._pending.get(host)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ask(host))
            self._pending[host] = task
            task.add_done_callback(lambda done: self._finished(host, done))
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.shield(task)
        except TimeoutError as error:
            detail = f"no answer about {host} from the name servers within {timeout:g} s"
            raise TransportError(TransportReason.DNS_FAILED, detail, retryable=True) from error

    def _finished(self, host: str, task: "asyncio.Task[tuple[str, ...]]") -> None:
        self._pending.pop(host, None)
        if not task.cancelled():
            task.exception()  # seen: whoever waited got it, and nobody may have waited

    async def _ask(self, host: str) -> tuple[str, ...]:
        try:
            answer = await self._lookup(host)
        except OSError as error:
            detail = f"{host} cannot be resolved: {error.strerror or error}"
            raise TransportError(TransportReason.DNS_FAILED, detail, retryable=True) from error
        addresses = _preferred(answer)
        if not addresses:
            raise TransportError(TransportReason.DNS_FAILED, f"{host} has no address")
        self._cache[host] = (self._clock.monotonic() + CACHE_SECONDS, addresses)
        return addresses

    async def aclose(self) -> None:
        """Give up the look-ups under way."""
        for task in list(self._pending.values()):
            task.cancel()


def _preferred(answer: tuple[str, ...]) -> tuple[str, ...]:
    """Canonical text, IPv4 first: nearly every host serves it, while its IPv6 is often published but dead."""
    # A zone says through which of our interfaces; link-local addresses are judged without it.
    parsed = [unmapped(parse_address(text.partition("%")[0])) for text in answer[:_MAX_ADDRESSES]]
    return tuple(str(a) for a in sorted(dict.fromkeys(parsed), key=lambda a: a.version))
