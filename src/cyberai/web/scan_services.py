"""The services that a scan's page shows: what listens where, and with which certificate."""

from collections.abc import Sequence

from msgspec import Struct

from cyberai.app.inventory_view import AssetResource, TlsAssessmentResource, list_assets
from cyberai.app.listing import Asked
from cyberai.app.tls_ports import said
from cyberai.domain.inventory import AssetKind
from cyberai.ports.inventory import AssetFilter
from cyberai.web.visit import Visit

SHOWN = 100
"""Rows; the API has all."""


class TlsLine(Struct, frozen=True, kw_only=True):
    """The grade of a TLS port; `reasons` are sentences, the weightiest first."""

    letter: str
    versions: tuple[str, ...]
    reasons: tuple[str, ...]


class ServiceLine(Struct, frozen=True, kw_only=True):
    """One service in words. `expires` is when its certificate ends (RFC 3339), empty without one."""

    host: str
    port: str
    name: str
    product: str
    gone: bool
    expires: str
    first_seen: str
    tls: TlsLine | None = None


async def scan_services(visit: Visit, scan_id: str) -> tuple[list[ServiceLine], bool]:
    """Those of the scan by host and port, and whether there are more."""
    where = AssetFilter(kind=(AssetKind.SERVICE.value,), scan_id=(scan_id,))
    services = await list_assets(visit.app, visit.workspace, where, Asked(limit=SHOWN))
    if not services.data:
        return [], False
    where = AssetFilter(kind=(AssetKind.CERTIFICATE.value,), scan_id=(scan_id,))
    certificates = await list_assets(visit.app, visit.workspace, where, Asked(limit=SHOWN))
    ends = {row.id: row.certificate.not_after for row in certificates.data if row.certificate is not None}
    rows = sorted(services.data, key=lambda row: (row.host or "", row.port or 0, row.transport or ""))
    return [_line(row, ends) for row in rows], services.has_more


def _line(row: AssetResource, ends: dict[str, str]) -> ServiceLine:
    facts = row.service
    name = (facts.protocol if facts else None) or "unknown"
    product = f"{facts.product or ''} {facts.version or ''}".strip() if facts else ""
    return ServiceLine(
        host=row.host or "",
        port=f"{row.port}/{row.transport}",
        name=f"{name} over TLS" if facts and facts.tls else name,
        product=product or (facts.banner or "" if facts else ""),
        gone=row.state == "gone",
        expires=_first(row.certificate_ids, ends),
        first_seen=row.first_seen,
        tls=_tls(row.tls_assessment) if row.tls_assessment is not None else None,
    )


def _tls(found: TlsAssessmentResource) -> TlsLine:
    return TlsLine(
        letter=found.grade,
        versions=tuple(offer.version for offer in found.versions),
        reasons=tuple(said(reason.text, reason.limit) for reason in found.reasons),
    )


def _first(ids: Sequence[str], ends: dict[str, str]) -> str:
    return next((ends[id] for id in ids if id in ends), "")
