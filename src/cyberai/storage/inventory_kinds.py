"""What assets and their changes are listed and filtered by."""

from collections.abc import Iterable

from cyberai.domain.inventory import AssetChange, AssetKind, AssetState, ChangeKind, InventoryAsset
from cyberai.ports.inventory import AssetFilter, ChangeFilter
from cyberai.storage.collection import Kind
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Term
from cyberai.storage.orders import Wanted
from cyberai.storage.schema import asset as table
from cyberai.storage.schema import asset_change

_FACETS = Facets(
    kind=tuple(kind.value for kind in AssetKind), state=tuple(state.value for state in AssetState)
)
_CHANGE_FACETS = Facets(
    change=tuple(kind.value for kind in ChangeKind), kind=tuple(kind.value for kind in AssetKind)
)


def _terms(asset: InventoryAsset) -> Iterable[Term]:
    if asset.host:
        yield "host", asset.host
    if asset.port is not None:
        yield "port", str(asset.port)
    if asset.service is not None:
        if asset.service.protocol:
            yield "protocol", asset.service.protocol
        if asset.service.product:
            yield "product", asset.service.product
    for certificate in asset.certificate_ids:
        yield "certificate", certificate
    if asset.certificate is not None:
        yield "key", asset.certificate.key_sha256


def _change_terms(change: AssetChange) -> Iterable[Term]:
    yield "asset", change.asset_id
    yield "scan", change.scan_id


KIND = Kind(
    name="asset",
    table=table,
    type=InventoryAsset,
    facets=_FACETS,
    facet_of=lambda asset: _FACETS.pack(kind=asset.kind.value, state=asset.state.value),
    terms_of=_terms,
    columns_of=lambda asset: {"asset_key": asset.key},
)
CHANGES = Kind(
    name="asset_change",
    table=asset_change,
    type=AssetChange,
    facets=_CHANGE_FACETS,
    facet_of=lambda change: _CHANGE_FACETS.pack(change=change.change.value, kind=change.asset_kind.value),
    terms_of=_change_terms,
)


def wanted(where: AssetFilter) -> Wanted:
    """Which rows the filter asks for."""
    terms = {
        "host": where.host,
        "port": where.port,
        "protocol": where.protocol,
        "product": where.product,
        "certificate": where.certificate_id,
        "key": where.key_sha256,
        "scan": where.scan_id,
    }
    return Wanted(
        {"kind": where.kind, "state": where.state}, terms, where.created_after, where.created_before
    )


def wanted_changes(where: ChangeFilter) -> Wanted:
    """The same of changes."""
    facets = {"change": where.change, "kind": where.kind}
    return Wanted(facets, {"asset": where.asset_id, "scan": where.scan_id}, where.since)
