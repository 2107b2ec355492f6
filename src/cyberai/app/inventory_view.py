"""The inventory as the API shows it."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.listing import Asked, Found, ListPage, behind, listed
from cyberai.app.scans import require_scan
from cyberai.app.times import rfc3339
from cyberai.domain.errors import NotFound
from cyberai.domain.ids import AssetId, WorkspaceId
from cyberai.domain.inventory import AssetChange, CertificateFacts, InventoryAsset, ServiceFacts
from cyberai.domain.service import ServiceFact
from cyberai.domain.tls.assessment import TlsAssessment
from cyberai.domain.transport import Transport
from cyberai.ports.inventory import AssetFilter, ChangeFilter
from cyberai.ports.repositories import Count, Page
from cyberai.ports.store import Tx


class ServiceResource(Struct, kw_only=True):
    """What a service says of itself; null where it says nothing."""

    protocol: str | None
    product: str | None
    version: str | None
    cpe: str | None
    os: str | None
    confidence: int
    banner: str | None
    tls: bool


class GradeReasonResource(Struct, kw_only=True):
    """A reason for a grade: a sentence, and the best grade that it leaves (`A+`: it is only said)."""

    text: str
    limit: str


class OfferedVersionResource(Struct, kw_only=True):
    """A version of TLS and its suites by name; `server_order` null where it could not be told whether the server prefers
    them in this order."""

    version: str
    suites: tuple[str, ...]
    server_order: bool | None


class TlsAssessmentResource(Struct, kw_only=True):
    """TLS as a scan measured it last. `dh_bits` is the weakest Diffie-Hellman group, `stapled` whether the authority's answer
    was sent along; null where there is none or it could not be told."""

    grade: str
    reasons: list[GradeReasonResource]
    versions: list[OfferedVersionResource]
    groups: tuple[str, ...]
    post_quantum: bool
    dh_bits: int | None
    alpn: tuple[str, ...]
    stapled: bool | None
    unclear: tuple[str, ...]


class CertificateResource(Struct, kw_only=True):
    """A certificate."""

    sha256: str
    key_sha256: str
    subject: str
    issuer: str
    serial: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    key: str
    signature: str
    self_signed: bool
    trusted: bool


class AssetResource(Struct, kw_only=True):
    """An asset. `parent_id` is the asset it belongs to: a port's host, a service's port."""

    id: str
    kind: str
    state: str
    host: str | None
    port: int | None
    transport: str | None
    parent_id: str | None
    service: ServiceResource | None
    certificate: CertificateResource | None
    certificate_ids: tuple[str, ...]
    tls_assessment: TlsAssessmentResource | None
    first_seen: str
    last_seen: str
    first_scan_id: str
    scan_id: str


class FieldChangeResource(Struct, kw_only=True):
    """A property that differs; null where there was none or is none any more."""

    field: str
    before: str | None
    after: str | None


class AssetChangeResource(Struct, kw_only=True):
    """What a scan found different."""

    id: str
    asset_id: str
    kind: str
    asset: str
    change: str
    at: str
    scan_id: str
    fields: list[FieldChangeResource]


def asset_resource(asset: InventoryAsset) -> AssetResource:
    """As the API shows it."""
    return AssetResource(
        id=asset.id,
        kind=asset.kind.value,
        state=asset.state.value,
        host=asset.host or None,
        port=asset.port,
        transport=asset.transport.value if asset.transport is not None else None,
        parent_id=asset.parent_id,
        service=_service(asset.service) if asset.service is not None else None,
        certificate=_certificate(asset.certificate) if asset.certificate is not None else None,
        certificate_ids=asset.certificate_ids,
        tls_assessment=_assessment(asset.tls) if asset.tls is not None else None,
        first_seen=rfc3339(asset.created_at),
        last_seen=rfc3339(asset.last_seen),
        first_scan_id=asset.first_scan_id,
        scan_id=asset.scan_id,
    )


def _service(facts: ServiceFacts) -> ServiceResource:
    return ServiceResource(
        protocol=facts.protocol or None,
        product=facts.product or None,
        version=facts.version or None,
        cpe=facts.cpe or None,
        os=facts.os or None,
        confidence=facts.confidence,
        banner=facts.banner or None,
        tls=facts.tls,
    )


def _assessment(found: TlsAssessment) -> TlsAssessmentResource:
    return TlsAssessmentResource(
        grade=found.letter.value,
        reasons=[GradeReasonResource(text=reason.text, limit=reason.limit.value) for reason in found.reasons],
        versions=[
            OfferedVersionResource(
                version=offer.version, suites=offer.suites, server_order=offer.server_order
            )
            for offer in found.versions
        ],
        groups=found.groups,
        post_quantum=found.post_quantum,
        dh_bits=found.dh_bits,
        alpn=found.alpn,
        stapled=found.stapled,
        unclear=found.unclear,
    )


def _certificate(facts: CertificateFacts) -> CertificateResource:
    return CertificateResource(
        sha256=facts.sha256,
        key_sha256=facts.key_sha256,
        subject=facts.subject,
        issuer=facts.issuer,
        serial=facts.serial,
        names=facts.names,
        not_before=rfc3339(facts.not_before),
        not_after=rfc3339(facts.not_after),
        key=facts.key,
        signature=facts.signature,
        self_signed=facts.self_signed,
        trusted=facts.trusted,
    )


def change_resource(change: AssetChange) -> AssetChangeResource:
    """As the API shows it."""
    return AssetChangeResource(
        id=change.id,
        asset_id=change.asset_id,
        kind=change.asset_kind.value,
        asset=change.asset_key.partition(":")[2],
        change=change.change.value,
        at=rfc3339(change.created_at),
        scan_id=change.scan_id,
        fields=[
            FieldChangeResource(field=item.field, before=item.before or None, after=item.after or None)
            for item in change.fields
        ],
    )


def services_shown(assets: Iterable[AssetResource]) -> list[ServiceFact]:
    """The services among what the API showed, by host, port and transport, as a scan's result has them."""
    facts = [_fact(asset, asset.service) for asset in assets if asset.service is not None]
    return sorted(facts, key=lambda fact: (fact.host, fact.port, fact.transport))


def _fact(asset: AssetResource, service: ServiceResource) -> ServiceFact:
    return ServiceFact(
        host=asset.host or "",
        port=asset.port or 0,
        transport=Transport(asset.transport or Transport.TCP),
        protocol=service.protocol or "",
        product=service.product or "",
        version=service.version or "",
        cpe=service.cpe or "",
        os=service.os or "",
        confidence=service.confidence,
        tls=service.tls,
        banner=service.banner or "",
    )


async def get_asset(app: App, workspace: WorkspaceId, asset_id: str) -> AssetResource:
    """One asset; raise NotFound."""
    found = await app.store.read(workspace, lambda tx: tx.inventory.get(AssetId(asset_id)))
    if found is None:
        raise NotFound("No such asset", field="id", reason="Use an id that GET /v1/assets lists")
    return asset_resource(found)


async def list_assets(
    app: App, workspace: WorkspaceId, where: AssetFilter, asked: Asked, scan_id: str | None = None
) -> ListPage[AssetResource]:
    """A page of assets, in order of first sight; of those that one scan saw, if one is named (raise NotFound)."""

    def read(tx: Tx, page: Page) -> Found[AssetResource]:
        if scan_id is not None:
            require_scan(tx, scan_id)
        rows = tx.inventory.page(where, page)
        return Found(data=[asset_resource(row.asset) for row in rows], behind=behind(rows, asked.limit))

    def count(tx: Tx, most: int) -> Count:
        return tx.inventory.count(where, most)

    return await listed(app, "assets", workspace, where, asked, read, count)


async def list_changes(
    app: App, workspace: WorkspaceId, where: ChangeFilter, asked: Asked
) -> ListPage[AssetChangeResource]:
    """A page of changes, in order of time."""

    def read(tx: Tx, page: Page) -> Found[AssetChangeResource]:
        rows = tx.inventory.changes(where, page)
        return Found(data=[change_resource(row.change) for row in rows], behind=behind(rows, asked.limit))

    def count(tx: Tx, most: int) -> Count:
        return tx.inventory.count_changes(where, most)

    return await listed(app, "asset changes", workspace, where, asked, read, count)
