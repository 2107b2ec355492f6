"""The inventory: the hosts, ports, services and certificates that scans have seen, and what changed of them."""

from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.ids import AssetChangeId, AssetId, ScanId, WorkspaceId
from cyberai.domain.tls.assessment import TlsAssessment
from cyberai.domain.transport import Transport


class AssetKind(StrEnum):
    """What an asset is."""

    HOST = "host"
    PORT = "port"
    SERVICE = "service"
    CERTIFICATE = "certificate"


class AssetState(StrEnum):
    """Whether the latest scan that looked for an asset has seen it."""

    PRESENT = "present"
    GONE = "gone"


class ChangeKind(StrEnum):
    """What happened to an asset."""

    APPEARED = "appeared"
    CHANGED = "changed"
    GONE = "gone"
    RETURNED = "returned"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class ServiceFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service says of itself; empty where it says nothing. `confidence` (0-100) is how far the product may be
    believed, `os` a hint at the system; `banner` is what it sent first, printable characters only."""

    protocol: str = ""
    product: str = ""
    version: str = ""
    cpe: str = ""
    os: str = ""
    confidence: int = 0
    banner: str = ""
    tls: bool = False


class CertificateFacts(Struct, frozen=True, kw_only=True):
    """A certificate. Times are UTC microseconds; `sha256` is the digest of its DER, `key_sha256` that of its public key
    (SubjectPublicKeyInfo), both in lower-case hex; `key` and `signature` are in words. `trusted`: whether its chain
    led to a root we trust, at the place and time of the latest sighting."""

    sha256: str
    key_sha256: str
    subject: str
    issuer: str
    serial: str
    names: tuple[str, ...]
    not_before: int
    not_after: int
    key: str
    signature: str
    self_signed: bool
    trusted: bool


class SeenAsset(Struct, frozen=True, kw_only=True):
    """An asset as one scan saw it. `key` is its identity within a workspace, `parent` that of the asset it belongs to
    (a port's host, a service's port), `certificates` those of the certificates that a service presented; None when
    nobody looked."""

    kind: AssetKind
    key: str
    host: str = ""
    port: int | None = None
    transport: Transport | None = None
    parent: str = ""
    service: ServiceFacts | None = None
    certificate: CertificateFacts | None = None
    certificates: tuple[str, ...] | None = None
    tls: TlsAssessment | None = None


class InventoryAsset(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An asset as it is known. `created_at` is when it was seen first, `last_seen` when last (UTC microseconds), by
    `first_scan_id` and `scan_id`. `parent_id` is the asset it belongs to, `certificate_ids` are the certificates that
    a service presents, `tls` is what was measured last of one that speaks TLS."""

    id: AssetId
    workspace: WorkspaceId
    kind: AssetKind
    key: str
    created_at: int
    last_seen: int
    first_scan_id: ScanId
    scan_id: ScanId
    host: str = ""
    port: int | None = None
    transport: Transport | None = None
    parent_id: AssetId | None = None
    service: ServiceFacts | None = None
    certificate: CertificateFacts | None = None
    certificate_ids: tuple[AssetId, ...] = ()
    tls: TlsAssessment | None = None
    state: AssetState = AssetState.PRESENT


class FieldChange(Struct, frozen=True, kw_only=True):
    """A property that differs, in words; empty where there was none or is none any more."""

    field: str
    before: str
    after: str


class AssetChange(Struct, frozen=True, kw_only=True):
    """What a scan found different of an asset. `created_at` is when it was noticed (UTC microseconds)."""

    id: AssetChangeId
    workspace: WorkspaceId
    created_at: int
    asset_id: AssetId
    asset_kind: AssetKind
    asset_key: str
    scan_id: ScanId
    change: ChangeKind
    fields: tuple[FieldChange, ...] = ()


def host_key(host: str) -> str:
    """The identity of a host."""
    return f"host:{host}"


def port_key(host: str, port: int, transport: Transport) -> str:
    """The identity of a port."""
    return f"port:{host}:{port}/{transport}"


def service_key(host: str, port: int, transport: Transport) -> str:
    """The identity of a service."""
    return f"service:{host}:{port}/{transport}"


def certificate_key(sha256: str) -> str:
    """The identity of a certificate."""
    return f"certificate:{sha256}"


def seen_again(
    known: InventoryAsset, seen: SeenAsset, certificates: tuple[AssetId, ...] | None, scan_id: ScanId, at: int
) -> tuple[InventoryAsset, ChangeKind | None, tuple[FieldChange, ...]]:
    """The asset after one more sighting, and what changed, if anything did. What a service said once and only fails to
    say this time is kept: a probe that ran into a time limit is no change."""
    after = structs.replace(
        known,
        last_seen=max(at, known.last_seen),
        scan_id=scan_id,
        state=AssetState.PRESENT,
        service=_with_known(known.service, seen.service),
        certificate=seen.certificate or known.certificate,
        certificate_ids=known.certificate_ids if certificates is None else certificates,
        tls=seen.tls or known.tls,
    )
    differs = tuple(_differences(known, after))
    if known.state is AssetState.GONE:
        return after, ChangeKind.RETURNED, differs
    return after, ChangeKind.CHANGED if differs else None, differs


def not_seen(known: InventoryAsset, scan_id: ScanId) -> InventoryAsset:
    """The asset after a scan has looked for it and not seen it."""
    return structs.replace(known, state=AssetState.GONE, scan_id=scan_id)


_DAY = 86_400_000_000
_SOON = 14 * _DAY


def expires_soon_from(not_before: int, not_after: int) -> int:
    """From when on a certificate counts as about to end (UTC microseconds): 14 days before, of one that is made for few
    days a quarter of its life before. Programs renew well before that."""
    return not_after - min(_SOON, max(not_after - not_before, 0) // 4)


def passed(certificate: CertificateFacts, before: int | None, at: int) -> ChangeKind | None:
    """Which moment of a certificate's life lies between the sighting `before` (None: this is the first) and the one `at`;
    of two the later one."""
    moments = (
        (certificate.not_after, ChangeKind.EXPIRED),
        (expires_soon_from(certificate.not_before, certificate.not_after), ChangeKind.EXPIRING),
    )
    for moment, kind in moments:
        if at > moment:
            return kind if before is None or before <= moment else None
    return None


def _with_known(known: ServiceFacts | None, seen: ServiceFacts | None) -> ServiceFacts | None:
    if known is None or seen is None:
        return seen or known
    if not seen.protocol:
        return structs.replace(known, banner=seen.banner or known.banner)
    same = seen.protocol == known.protocol and seen.product in ("", known.product)
    if not same:
        return seen
    product = known if not seen.product else seen
    return structs.replace(
        seen,
        product=product.product,
        confidence=product.confidence,
        version=seen.version or known.version,
        cpe=seen.cpe or known.cpe,
        os=seen.os or known.os,
        banner=seen.banner or known.banner,
    )


def _differences(before: InventoryAsset, after: InventoryAsset) -> list[FieldChange]:
    pairs = [("certificates", " ".join(before.certificate_ids), " ".join(after.certificate_ids))]
    old, new = before.service or ServiceFacts(), after.service or ServiceFacts()
    pairs += [
        ("protocol", old.protocol, new.protocol),
        ("product", old.product, new.product),
        ("version", old.version, new.version),
        ("tls", str(old.tls).lower(), str(new.tls).lower()),
        ("grade", _grade(before), _grade(after)),
    ]
    # What is learnt for the first time is no change of the service.
    return [
        FieldChange(field=name, before=was, after=now)
        for name, was, now in pairs
        if was != now and (was or name == "tls")
    ]


def _grade(asset: InventoryAsset) -> str:
    return asset.tls.letter.value if asset.tls is not None else ""
