"""What the imported feeds know of a product that a scan has met."""

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.times import rfc3339
from cyberai.domain.asset import ProductAsset
from cyberai.domain.known.age import days_old
from cyberai.domain.known.found import FeedAge, KnownFlaw, KnownFlaws, worst_first
from cyberai.domain.known.match import Look, Match, Product, Row, look, matches
from cyberai.domain.known.names import source_packages
from cyberai.domain.known.packaged import packaged
from cyberai.domain.scan import Scan
from cyberai.ports.feeds import Feed, FeedName
from cyberai.ports.store import Tx

KEPT_ROWS = 50_000
"""Rows of products that are kept in memory, some 50 MB; a product has a handful, a few have thousands."""
NEIGHBOURS = 200
"""Services of a host that are asked for the system that they name."""

_kept: dict[tuple[object, ...], tuple[list[Row], list[Row]]] = {}
"""Rows by what was looked up in which generations: the services of a network are often the same few products."""


async def known_flaws(app: App, scan: Scan, asset: ProductAsset) -> KnownFlaws | None:
    """The flaws of the product in its version, the worst first; None where no feed of flaws was imported."""
    return await app.store.read(scan.workspace, lambda tx: find_flaws(tx, asset, scan, app.clock.now()))


def find_flaws(tx: Tx, asset: ProductAsset, scan: Scan | None, now: int) -> KnownFlaws | None:
    """The same within a transaction, at that time (UTC microseconds); without a scan no neighbours are looked at."""
    parts = {name: tx.feeds.parts(name) for name in (FeedName.NVD, FeedName.OSV)}
    if not any(parts.values()):
        return None
    product = Product(
        version=asset.version, cpe=asset.cpe, os=asset.os, said=asset.said, confidence=asset.confidence
    )
    asked = look(product)
    if asked is None:
        return KnownFlaws((), _ages(parts, now))
    if scan is not None and not asked.packed.distribution and source_packages(asked.cpe.name):
        asked = _among_neighbours(tx, asked, scan, asset)
    nvd, osv = _rows(tx, asked, parts)
    found = matches(product, asked, nvd, osv)
    return KnownFlaws(worst_first(_with_threats(tx, found)), _ages(parts, now))


def _with_threats(tx: Tx, found: tuple[Match, ...]) -> list[KnownFlaw]:
    threats = tx.feeds.threats(tuple(cve for match in found for cve in match.cves))
    return [KnownFlaw(match, threats.get(match.id)) for match in found]


def _among_neighbours(tx: Tx, asked: Look, scan: Scan, asset: ProductAsset) -> Look:
    """What every distribution packs counts as packed where another service of the host names a distribution."""
    for fact in tx.services.of_scan(scan.id, NEIGHBOURS, (asset.host, 0, "")):
        if fact.host != asset.host:
            break
        told = packaged(fact.version, fact.banner, fact.os).distribution
        if told:
            return structs.replace(asked, packed=structs.replace(asked.packed, distribution=told))
    return asked


def _rows(tx: Tx, asked: Look, parts: dict[FeedName, tuple[Feed, ...]]) -> tuple[list[Row], list[Row]]:
    # A process may have several stores: the digest tells feeds of the same moment apart.
    counting = tuple((feed.generation, feed.sha256) for feeds in parts.values() for feed in feeds)
    key = (asked.nvd, asked.osv, counting)
    if key not in _kept:
        nvd = tx.feeds.flaws(FeedName.NVD, tuple(f"{name} " for name in asked.nvd))
        osv = tx.feeds.flaws(FeedName.OSV, asked.osv) if asked.osv else []
        kept = sum(len(rows) for pair in _kept.values() for rows in pair)
        while _kept and kept + len(nvd) + len(osv) > KEPT_ROWS:
            kept -= sum(map(len, _kept.pop(next(iter(_kept)))))
        _kept[key] = (nvd, osv)
    return _kept[key]


def _ages(parts: dict[FeedName, tuple[Feed, ...]], now: int) -> tuple[FeedAge, ...]:
    days = {name: max(feed.date for feed in feeds) for name, feeds in parts.items() if feeds}
    return tuple(FeedAge(name.value.upper(), day, days_old(day, rfc3339(now))) for name, day in days.items())
