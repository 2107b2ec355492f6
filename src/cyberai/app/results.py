"""A scan's whole result as one object: what `cyberai scan --format json` prints."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.resources import ScanResource, VulnerabilityResource, scan_resource
from cyberai.app.scans import require_scan
from cyberai.app.vulnerabilities import whole_resource
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.report import CoverageRow
from cyberai.domain.service import ServiceFact
from cyberai.domain.severity import Severity
from cyberai.ports.store import Tx

MOST_SERVICES = 10_000


class IgnoredFinding(Struct, kw_only=True):
    """A finding that the operator lets pass: the vulnerability's id, why, and until when (RFC 3339)."""

    id: str
    reason: str
    expires: str


class ScanResult(Struct, kw_only=True):
    """Scan, its vulnerabilities with evidence (worst first), the ledger, which of them are ignored, and what speaks on
    the ports of its hosts (the first 10,000)."""

    scan: ScanResource
    vulnerabilities: list[VulnerabilityResource]
    coverage: list[CoverageRow]
    ignored: list[IgnoredFinding] = []
    services: list[ServiceFact] = []


async def scan_result(app: App, workspace: WorkspaceId, scan_id: str) -> ScanResult:
    """Everything about one scan; raise NotFound."""

    def load(tx: Tx) -> ScanResult:
        scan = require_scan(tx, scan_id)
        return ScanResult(
            scan=scan_resource(scan),
            vulnerabilities=worst_first(
                whole_resource(tx, row) for row in tx.vulnerabilities.of_scan(scan.id)
            ),
            coverage=sorted(tx.ledger.rows(scan.id), key=lambda row: (row.host, row.check_id)),
            services=tx.services.of_scan(scan.id, MOST_SERVICES),
        )

    return await app.store.read(workspace, load)


def worst_first(rows: Iterable[VulnerabilityResource]) -> list[VulnerabilityResource]:
    """The order of a result: by severity and confidence, then by words; the id makes it the same everywhere."""
    return sorted(
        rows,
        key=lambda row: (
            -Severity(row.severity).rank,
            -row.confidence,
            row.title,
            row.affected_component,
            row.id,
        ),
    )


async def known_findings(app: App, workspace: WorkspaceId, scan_id: str) -> frozenset[str]:
    """The ids of what a scan saw; raise NotFound."""
    rows = await app.store.read(
        workspace, lambda tx: tx.vulnerabilities.of_scan(require_scan(tx, scan_id).id)
    )
    return frozenset(row.id for row in rows)
