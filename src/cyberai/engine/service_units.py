"""What follows from what speaks on a port: the next units, and what is kept of the service."""

from collections.abc import Iterator

from msgspec import Struct

from cyberai.checkkit import Scope
from cyberai.domain.asset import OriginAsset, PortAsset, ProductAsset, ServiceAsset, TlsAsset
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scan import ScanType
from cyberai.domain.service import ServiceFact
from cyberai.domain.tls.starttls import StartTls
from cyberai.domain.transport import Transport
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.context import Context, is_address
from cyberai.engine.frontier import crawl_entry, crawl_unit
from cyberai.engine.presence import WELL_KNOWN
from cyberai.engine.protocols import banner_text
from cyberai.engine.services.answering import Answering
from cyberai.engine.services.identity import UNKNOWN, Identity

WEBSITES = frozenset({"http", "ipp", "docker-registry"})
"""What is tested as a website and as nothing else."""
_NAMING = ("Server", "X-Powered-By")
_NO_WEBSITES = frozenset({"mongodb"})
"""What says of itself that it is none."""


class Found(Struct, frozen=True):
    """The next units, and what is known of the service."""

    units: tuple[Unit, ...] = ()
    services: tuple[ServiceFact, ...] = ()


def service_units(asset: PortAsset, answering: Answering, transport: Transport) -> Found:
    """What is to do next at a service that is no website."""
    banner = banner_text(answering.said)
    fact = _fact(asset.host, asset.port, answering.identity, banner, transport, tls=answering.tls)
    return Found((Unit(Stage.CHECK, _asset(fact)), *_product(fact, banner)), (fact,))


def _fact(
    host: str, port: int, identity: Identity, banner: str, transport: Transport, *, tls: bool
) -> ServiceFact:
    return ServiceFact(
        host=host,
        port=port,
        transport=transport,
        protocol=identity.protocol,
        product=identity.product,
        version=identity.version,
        cpe=identity.cpe,
        os=identity.os,
        confidence=identity.confidence,
        tls=tls,
        banner=banner,
    )


def _asset(fact: ServiceFact) -> ServiceAsset:
    return ServiceAsset(
        fact.host,
        fact.port,
        fact.protocol,
        fact.banner,
        fact.tls,
        fact.transport,
        fact.product,
        fact.version,
        fact.cpe,
        fact.confidence,
    )


def _product(fact: ServiceFact, said: str) -> Iterator[Unit]:
    """What is known of flaws of the product, where it tells what it is and in which version."""
    if fact.cpe and fact.version:
        asset = ProductAsset(
            fact.host,
            fact.port,
            fact.protocol,
            fact.product,
            fact.version,
            fact.cpe,
            fact.os,
            fact.confidence,
            said,
            fact.tls,
            fact.transport,
        )
        yield Unit(Stage.CHECK, asset)


def _header_lines(context: Context, url: Url) -> str:
    """The lines of the entry's answer in which a website names its software."""
    kept = context.baselines.get(HttpRequest("GET", url))
    if kept is None:
        return ""
    lines = (f"{name}: {kept.response.header(name)}" for name in _NAMING if kept.response.header(name))
    return banner_text("\r\n".join(lines).encode("latin-1", "replace"))


def tls_unit(context: Context, host: str, port: int, starttls: StartTls | None = None) -> Unit:
    """What is to do at a port that speaks TLS, after `starttls` where that comes first: it is assessed where a check of
    this scan judges what it offers."""
    asset = TlsAsset(host, port, "" if is_address(host) else host, starttls)
    judged = any(check.judges_profile for check in context.checks[Scope.TLS])
    return Unit(Stage.IDENTIFY if judged else Stage.CHECK, asset)


def web_units(context: Context, url: Url, identity: Identity = UNKNOWN) -> Found:
    """What is to do next at something that speaks HTTP, a website or not."""
    fact = _fact(url.host, url.port, identity, "", Transport.TCP, tls=url.scheme == "https")
    return Found(tuple(_units(context, url, fact)), (fact,))


def _units(context: Context, url: Url, fact: ServiceFact) -> Iterator[Unit]:
    if url.scheme == "https":
        yield tls_unit(context, url.host, url.port)
    yield from _product(fact, _header_lines(context, url))
    if fact.protocol not in WEBSITES:
        yield Unit(Stage.CHECK, _asset(fact))
    if context.spec.scan_type is ScanType.NETWORK or fact.protocol in _NO_WEBSITES:
        return
    yield crawl_entry(url)
    yield Unit(Stage.CHECK, OriginAsset(url))
    for page in context.logins.pages(url):
        yield crawl_unit(HttpRequest("GET", page), 1, str(url))
    for path in WELL_KNOWN:
        known = url.with_target(path)
        if context.scope.allows_url(known):
            yield crawl_unit(HttpRequest("GET", known), 1, str(url))
