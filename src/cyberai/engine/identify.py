"""The IDENTIFY stage: what speaks on a port, and how the web is entered there."""

import asyncio
from collections.abc import Iterator

from cyberai.domain.asset import OriginAsset, PortAsset, ServiceAsset, TlsAsset
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scan import ScanType
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context, is_address
from cyberai.engine.fetch import Tally
from cyberai.engine.frontier import crawl_entry, crawl_unit
from cyberai.engine.presence import WELL_KNOWN
from cyberai.engine.protocols import PING, banner_text, guess, speaks_first, starts_tls, store_behind
from cyberai.engine.udp_discovery import ask_udp
from cyberai.engine.visit import CRAWL_RETRIES
from cyberai.ports.network import TlsVersion, TransportError, TransportReason

_NOT_THERE = frozenset(
    {
        TransportReason.REFUSED,
        TransportReason.UNREACHABLE,
        TransportReason.CONNECT_TIMEOUT,
        TransportReason.DNS_FAILED,
        TransportReason.NOT_ALLOWED,
    }
)
_SPOKE_UP = frozenset({TransportReason.RESET, TransportReason.MALFORMED})
_TLS_RECORDS = b"\x15\x16"
"""First bytes of a TLS alert and handshake record (RFC 8446, section 5.1)."""

TLS_SECONDS = 5.0
"""How long a server may take for a handshake before it counts as none: most that stay silent are no TLS."""

_OLD = (TlsVersion.TLS1_2, TlsVersion.TLS1_0, TlsVersion.SSL3)


async def identify_origin(context: Context, unit: Unit, asset: OriginAsset) -> UnitResult:
    """Fetch the entry; the web behind it, its TLS and its origin checks are the next units. TLS is tested even
    when the entry does not come: a certificate nobody trusts is a finding."""
    tally = Tally()
    error = await _enter(context, asset.url, tally)
    if error is None:
        return UnitResult(unit, found=tuple(_web(context, asset.url)), requests=tally.sent)
    tls = asset.url.scheme == "https" and error.reason not in _NOT_THERE
    found = (_tls(asset.url.host, asset.url.port),) if tls else ()
    return UnitResult(unit, found=found, requests=tally.sent, failure=error.reason.value, detail=error.detail)


async def identify_port(context: Context, unit: Unit, asset: PortAsset) -> UnitResult:
    """Ask the port in the order its number suggests: a greeting, TLS, HTTP, a harmless command."""
    tally = Tally()
    found: tuple[Unit, ...]
    try:
        found = await _identify(context, asset, tally)
    except TransportError as error:
        # A target that names a port means whatever listens there, also by UDP.
        found = await _by_datagram(context, asset, tally) if error.reason is TransportReason.REFUSED else ()
        if not found:
            return UnitResult(unit, requests=tally.sent, failure=error.reason.value, detail=error.detail)
    return UnitResult(unit, found=found, requests=tally.sent)


async def _by_datagram(context: Context, asset: PortAsset, tally: Tally) -> tuple[Unit, ...]:
    """The service that answers one of the UDP probes, where the port is closed to TCP."""
    answers = await ask_udp(context, asset.host, (asset.port,))
    tally.sent += answers.sent
    return tuple(Unit(Stage.CHECK, service) for service in answers.services)


async def _identify(context: Context, asset: PortAsset, tally: Tally) -> tuple[Unit, ...]:
    host, port = asset.host, asset.port
    if speaks_first(port):
        banner = await _listen(context, asset, b"", tally)
        if banner:
            return (_service(asset, banner),)
    if not starts_tls(port):
        found = await _in_clear(context, asset, tally)
        if found:
            return found
    if await _speaks_tls(context, asset, tally):
        secure = Url("https", host, port)
        if await _enter(context, secure, tally, retries=0) is None:
            return tuple(_web(context, secure))
        return (_tls(host, port), Unit(Stage.CHECK, ServiceAsset(host, port, tls=True)))
    if starts_tls(port) and await _enter(context, Url("http", host, port), tally, retries=0) is None:
        return tuple(_web(context, Url("http", host, port)))
    answer = await _listen(context, asset, PING, tally)
    return (_service(asset, answer),)


async def _in_clear(context: Context, asset: PortAsset, tally: Tally) -> tuple[Unit, ...]:
    """HTTP, else a line protocol that spoke up; nothing when TLS is still to be tried."""
    plain = Url("http", asset.host, asset.port)
    error = await _enter(context, plain, tally, retries=0)
    if error is None:
        return () if _wants_tls(context, plain) else tuple(_web(context, plain))
    if error.reason in _NOT_THERE:
        raise error
    if error.reason in _SPOKE_UP:
        # It read our lines and did not like them: a line protocol answers a PING at once, TLS an alert.
        answer = await _listen(context, asset, PING, tally)
        if answer and answer[0] not in _TLS_RECORDS:
            return (_service(asset, answer),)
    return ()


async def _enter(
    context: Context, url: Url, tally: Tally, retries: int = CRAWL_RETRIES
) -> TransportError | None:
    """Fetch the entry and keep it for the crawler; the error when it does not come."""
    request = HttpRequest("GET", url)
    try:
        context.baselines.keep(request, await context.fetcher.send(request, tally, retries=retries))
    except TransportError as error:
        return error
    return None


def _store(context: Context, url: Url) -> str:
    """The data store that speaks HTTP there, as its start page says."""
    kept = context.baselines.get(HttpRequest("GET", url.with_target("/")))
    return store_behind(kept.response) if kept is not None else ""


def _wants_tls(context: Context, url: Url) -> bool:
    """True when a web server says that this port expects TLS (nginx, Apache and others answer 400)."""
    kept = context.baselines.get(HttpRequest("GET", url))
    return kept is not None and kept.response.status == 400 and b"https" in kept.response.body[:2_000].lower()


async def _listen(context: Context, asset: PortAsset, payload: bytes, tally: Tally) -> bytes:
    tally.sent += 1
    try:
        return await context.network.dialer.talk(asset.host, asset.port, payload, limit=2_048)
    except TransportError as error:
        if error.reason in _NOT_THERE:
            raise
        return b""


async def _speaks_tls(context: Context, asset: PortAsset, tally: Tally) -> bool:
    name = "" if is_address(asset.host) else asset.host
    tally.sent += 1
    try:
        async with asyncio.timeout(TLS_SECONDS):
            await context.network.dialer.handshake(asset.host, asset.port, name)
    except TimeoutError:
        return False
    except TransportError as error:
        if error.reason in _NOT_THERE:
            raise
        if error.reason is TransportReason.TIMEOUT:
            return False
    else:
        return True
    # A server of old versions only refuses our library's handshake and still answers a hand-built hello.
    for version in _OLD:
        tally.sent += 1
        try:
            if await context.network.dialer.offers(asset.host, asset.port, version, name):
                return True
        except TransportError:
            return False
    return False


def _service(asset: PortAsset, said: bytes) -> Unit:
    return Unit(Stage.CHECK, ServiceAsset(asset.host, asset.port, guess(said), banner_text(said)))


def _tls(host: str, port: int) -> Unit:
    return Unit(Stage.CHECK, TlsAsset(host, port, "" if is_address(host) else host))


def _web(context: Context, url: Url) -> Iterator[Unit]:
    if url.scheme == "https":
        yield _tls(url.host, url.port)
    store = _store(context, url)
    if store:
        yield Unit(Stage.CHECK, ServiceAsset(url.host, url.port, protocol=store, tls=url.scheme == "https"))
    # What says of itself that it is no website is none.
    if context.spec.scan_type is ScanType.NETWORK or store == "mongodb":
        return
    yield crawl_entry(url)
    yield Unit(Stage.CHECK, OriginAsset(url))
    for page in context.logins.pages(url):
        yield crawl_unit(HttpRequest("GET", page), 1, str(url))
    for path in WELL_KNOWN:
        known = url.with_target(path)
        if context.scope.allows_url(known):
            yield crawl_unit(HttpRequest("GET", known), 1, str(url))
