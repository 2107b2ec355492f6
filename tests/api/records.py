"""Rows put straight into the store, for what only a scan would make."""

from site_under_test import Site

from cyberai.app.events import scan_event, vulnerability_event
from cyberai.domain.event import EventType
from cyberai.domain.finding import Oracle, Proof, TlsEvidence
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import (
    DEFAULT_WORKSPACE,
    AssetChangeId,
    AssetId,
    ScanId,
    VulnerabilityId,
    WorkspaceId,
)
from cyberai.domain.inventory import (
    AssetChange,
    AssetKind,
    CertificateFacts,
    ChangeKind,
    FieldChange,
    InventoryAsset,
    ServiceFacts,
)
from cyberai.domain.report import RenderedReport
from cyberai.domain.retest import Retest, RetestResult, RetestStatus
from cyberai.domain.scan import Progress, Scan, ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.transport import Transport
from cyberai.domain.vulnerability import Location, Sighting, Vulnerability


def vulnerability(site: Site, scan_id: str, number: int = 1, **changes: object) -> Vulnerability:
    """A vulnerability that differs from others by its number."""
    at = site.clock.now()
    row = Vulnerability(
        id=VulnerabilityId(site.app.ids.new("vuln")),
        workspace=DEFAULT_WORKSPACE,
        fingerprint=f"{number:064x}",
        scan_id=ScanId(scan_id),
        first_scan_id=ScanId(scan_id),
        check_id="tls.protocols",
        type="weak_tls",
        title=f"Weak TLS {number}",
        description="An old protocol version is spoken.",
        remediation="Switch it off.",
        severity=Severity.MEDIUM,
        cvss_score=5.3,
        cvss_vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
        cwe=("CWE-327",),
        owasp=("A02:2021",),
        references=("https://example.com/tls",),
        tier=Proof(Oracle.OBSERVATION, 2).tier,
        confidence=93,
        host="example.com",
        target="example.com",
        affected_component="example.com:443",
        location=Location(port=443, service="tls"),
        first_seen=at,
        last_seen=at,
        created_at=at,
        updated_at=at,
    )
    return row.replace(**changes)


def store_vulnerability(site: Site, scan_id: str, number: int = 1, **changes: object) -> str:
    """Store one with its evidence and its event, as a worker does; its id."""
    row = vulnerability(site, scan_id, number, **changes)
    evidence = TlsEvidence(
        host="example.com", port=443, facts=(("version", "TLSv1.0"),), command="openssl s_client -tls1"
    )

    def write(tx):  # type: ignore[no-untyped-def]
        stored, _, _ = tx.vulnerabilities.record(
            Sighting(vulnerability=row, evidence=(evidence,), place=row.affected_component)
        )
        tx.events.append(
            vulnerability_event(site.app, EventType.VULNERABILITY_FOUND, stored, site.clock.now())
        )
        return stored.id

    return site.runner.run(site.store.write(row.workspace, write))


def store_asset(site: Site, scan_id: str, mark: str, workspace: WorkspaceId) -> str:
    """Store one that has every property, and that it appeared; its id."""
    at = site.clock.now()
    id = AssetId(site.app.ids.new("ast"))
    scan = ScanId(scan_id)
    asset = InventoryAsset(
        id=id,
        workspace=workspace,
        kind=AssetKind.SERVICE,
        key=f"service:{mark}.example:{id}",
        created_at=at,
        last_seen=at,
        first_scan_id=scan,
        scan_id=scan,
        host=f"{mark}.example",
        port=443,
        transport=Transport.TCP,
        service=ServiceFacts(
            protocol=f"{mark}-protocol", product=f"{mark}-product", banner=f"{mark} banner", tls=True
        ),
        certificate=CertificateFacts(
            sha256=f"{mark}-sha",
            key_sha256=f"{mark}-key",
            subject=f"CN={mark}",
            issuer=f"CN={mark}",
            serial="1",
            names=(f"{mark}.example",),
            not_before=at,
            not_after=at,
            key="RSA 2048 bits",
            signature="sha256",
            self_signed=True,
            trusted=False,
        ),
        certificate_ids=(id,),
    )
    change = AssetChange(
        id=AssetChangeId(site.app.ids.new("chg")),
        workspace=workspace,
        created_at=at,
        asset_id=id,
        asset_kind=asset.kind,
        asset_key=asset.key,
        scan_id=scan,
        change=ChangeKind.APPEARED,
        fields=(FieldChange(field="product", before="", after=f"{mark}-product"),),
    )

    def write(tx):  # type: ignore[no-untyped-def]
        tx.inventory.put(asset, scan)
        tx.inventory.note(change)

    site.runner.run(site.store.write(workspace, write))
    return id


def ended_retest(site: Site, vulnerability_id: str, workspace: WorkspaceId, why: str) -> Retest:
    """A retest of a vulnerability that has ended."""
    at = site.clock.now()
    return Retest(
        vulnerability_id=VulnerabilityId(vulnerability_id),
        workspace=workspace,
        status=RetestStatus.COMPLETED,
        created_at=at,
        by=OPERATOR,
        completed_at=at,
        result=RetestResult.INCONCLUSIVE,
        why=why,
    )


def store_retest(site: Site, vulnerability_id: str, workspace: WorkspaceId, why: str) -> None:
    """Store such a retest, as a worker does."""
    retest = ended_retest(site, vulnerability_id, workspace, why)
    site.runner.run(site.store.write(workspace, lambda tx: tx.retests.put(retest)))


async def progress(
    site: Site, scan_id: str, current: int, workspace: WorkspaceId = DEFAULT_WORKSPACE
) -> None:
    """One progress event of a scan, committed."""

    def write(tx):  # type: ignore[no-untyped-def]
        scan = tx.scans.get(ScanId(scan_id))
        scan = scan.replace(progress=Progress(current=current, status="Testing"))
        tx.scans.update(scan)
        tx.events.append(scan_event(site.app, EventType.SCAN_PROGRESS, scan, site.clock.now()))

    await site.store.write(workspace, write)


def finish_scan(
    site: Site,
    scan_id: str,
    status: ScanStatus = ScanStatus.COMPLETED,
    workspace: WorkspaceId = DEFAULT_WORKSPACE,
) -> None:
    """End a scan as a worker would."""

    def write(tx):  # type: ignore[no-untyped-def]
        scan: Scan = tx.scans.get(ScanId(scan_id))
        at = site.clock.now()
        tx.scans.update(scan.replace(status=status, finished_at=at, estimated_completion=at))

    site.runner.run(site.store.write(workspace, write))


class PlainRenderer:
    """Stands for a format whose bytes the test knows."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __call__(self, _model: object) -> RenderedReport:
        return RenderedReport(content=self._content, media_type="text/csv", filename="report.csv")
