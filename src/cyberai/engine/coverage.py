"""Entries of the ledger that no check writes itself."""

from collections.abc import Iterable

from cyberai.checkkit import Check
from cyberai.domain.asset import Asset, OriginAsset, PlaceAsset, RequestAsset, StoredAsset
from cyberai.domain.check import PAGES_ALIKE, CheckOutcome, Errored, Outcome, Skipped, SkipReason
from cyberai.domain.http import Url
from cyberai.domain.report import CoverageRow
from cyberai.ports.network import TransportError, TransportReason

CRAWL = "engine.crawl"
"""The ledger's name for the crawler: pages that could not be fetched, links that were not followed. Fetched
pages are not counted, or a large site would make failing checks look covered."""

_SKIPS = {
    TransportReason.NOT_ALLOWED: SkipReason.POLICY,
    TransportReason.OUT_OF_SCOPE: SkipReason.OUT_OF_SCOPE,
    TransportReason.BUDGET: SkipReason.BUDGET,
    TransportReason.STOPPED: SkipReason.TARGET_HEALTH,
    TransportReason.AUTH_LOST: SkipReason.AUTH_LOST,
}


def host_label(host: str, port: int = 0) -> str:
    """`host:port` as the ledger writes it, an IPv6 address in brackets; the bare host without a port."""
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def asset_host(asset: Asset) -> str:
    """The host an asset belongs to."""
    match asset:
        case OriginAsset(url=url):
            return url.host
        case RequestAsset(request=request) | PlaceAsset(request=RequestAsset(request=request)):
            return request.url.host
        case StoredAsset(source=source):
            return source.request.url.host
        case _:
            return asset.host


def of_host(label: str, host: str) -> bool:
    """Whether a ledger row's host is a port of this host or the host itself."""
    return label == host or label.startswith((f"{host}:", f"[{host}]:"))


def transport_outcome(error: TransportError) -> Outcome:
    """What the ledger says when no answer came."""
    if error.reason in _SKIPS:
        return Skipped(_SKIPS[error.reason], error.detail)
    return Errored(error.reason.value, error.detail, error.retryable)


def crawl_outcome(url: Url, outcome: Outcome) -> CheckOutcome:
    """A ledger entry of the crawler about one address."""
    return CheckOutcome(CRAWL, f"url:{url}"[:500], host_label(url.host, url.port), outcome)


def all_alike(origin: str, pages: int) -> CheckOutcome:
    """The ledger's entry for a site whose pages cannot be told from what it answers where nothing is."""
    detail = f"{pages} linked {'page looks' if pages == 1 else 'pages look'} like what is answered for a page that is not there"
    return crawl_outcome(Url.parse(f"{origin}/"), Errored(PAGES_ALIKE, detail))


def walled(host: str, port: int, detail: str) -> CheckOutcome:
    """The ledger's entry for a host behind a firewall that refuses payloads."""
    label = host_label(host, port)
    return CheckOutcome(CRAWL, f"host:{label}", label, Skipped(SkipReason.BLOCKED_BY_WAF, detail))


def never_ran(checks: Iterable[Check], rows: Iterable[CoverageRow], host: str) -> tuple[CheckOutcome, ...]:
    """Skipped(not_applicable) for every check without a row on this host: nothing of its scope was met."""
    ran = {row.check_id for row in rows if of_host(row.host, host)}
    return tuple(
        CheckOutcome(
            check.meta.id,
            f"host:{host}",
            host,
            Skipped(SkipReason.NOT_APPLICABLE, f"no {check.meta.scope.value} to test was found"),
        )
        for check in checks
        if check.meta.id not in ran
    )
