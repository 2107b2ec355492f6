"""The TLS ports of scans with their grades, for people."""

from collections.abc import Iterable

from cyberai.domain.ids import ScanId
from cyberai.domain.inventory import AssetKind, InventoryAsset
from cyberai.domain.report import TlsPort
from cyberai.domain.tls.grade import Letter
from cyberai.ports.inventory import AssetFilter
from cyberai.ports.repositories import Page
from cyberai.ports.store import Tx

MOST = 500
"""Services looked at per scan."""

_WORST_FIRST = {letter: place for place, letter in enumerate(reversed(Letter))}


def tls_ports(tx: Tx, scans: Iterable[ScanId]) -> tuple[TlsPort, ...]:
    """Those that were assessed, as they are known now; the worst first."""
    found: dict[str, TlsPort] = {}
    for scan_id in scans:
        where = AssetFilter(kind=(AssetKind.SERVICE.value,), scan_id=(scan_id,))
        for row in tx.inventory.page(where, Page(MOST)):
            port = tls_port(row.asset)
            if port is not None:
                found[row.asset.id] = port
    return tuple(sorted(found.values(), key=lambda port: (_WORST_FIRST[port.letter], port.host, port.port)))


def tls_port(asset: InventoryAsset) -> TlsPort | None:
    """One of them, None for what was not assessed."""
    if asset.tls is None:
        return None
    return TlsPort(
        host=asset.host,
        port=asset.port or 0,
        letter=asset.tls.letter,
        versions=tuple(offer.version for offer in asset.tls.versions),
        reasons=tuple(said(reason.text, reason.limit) for reason in asset.tls.reasons),
    )


def said(text: str, limit: str) -> str:
    """A reason with what it limits the grade to."""
    if limit == Letter.A_PLUS:
        return text
    return f"{text} Grade {limit}." if limit in (Letter.F, Letter.T) else f"{text} At most {limit}."
