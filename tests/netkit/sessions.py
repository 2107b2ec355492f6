"""Sessions of the real network, limited to loopback."""

import asyncio
from collections.abc import Coroutine, Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from cyberai.domain.http import Headers, HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, Target
from cyberai.net.egress import EgressPolicy
from cyberai.net.resolver import Lookup
from cyberai.net.session import ScanNetwork, ScanSession
from cyberai.ports.network import SessionLimits
from netkit.clocks import SystemClock

T = TypeVar("T")

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


def run(work: Coroutine[Any, Any, T], loop: str = "uvloop", limit: float = 60.0) -> T:
    """Run to the end on a fresh loop, at most `limit` seconds."""

    async def limited() -> T:
        async with asyncio.timeout(limit):
            return await work

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(limited())


def limits(
    *,
    concurrent: int = 8,
    timeout: float = 5.0,
    rate: int | None = 1000,
    ignore_ssl: bool = True,
    headers: Headers = (),
) -> SessionLimits:
    return SessionLimits(
        concurrent=concurrent,
        request_timeout=timeout,
        requests_per_second=rate,
        ignore_ssl=ignore_ssl,
        user_agent="CyberAI/test (scan_test)",
        custom_headers=headers,
    )


def network(
    *,
    policy: EgressPolicy | None = None,
    overrides: dict[str, tuple[str, ...]] | None = None,
    ca_file: Path | None = None,
    lookup: Lookup | None = None,
) -> ScanNetwork:
    return ScanNetwork(
        policy or EgressPolicy(allow=LOOPBACK),
        SystemClock(),
        resolve_overrides=overrides,
        ca_file=ca_file,
        lookup=lookup,
    )


def open_session(
    hosts: Iterable[str] | Iterable[Target] = ("127.0.0.1",),
    *,
    settings: SessionLimits | None = None,
    on: ScanNetwork | None = None,
) -> ScanSession:
    targets = tuple(HostTarget(h) if isinstance(h, str) else h for h in hosts)
    return (on or network()).open(ScanScope(targets), settings or limits())


def get(
    port: int,
    target: str = "/",
    *,
    host: str = "127.0.0.1",
    scheme: str = "http",
    method: str = "GET",
    headers: Headers = (),
    body: bytes = b"",
) -> HttpRequest:
    return HttpRequest(method, Url(scheme, host, port, target), headers, body)
