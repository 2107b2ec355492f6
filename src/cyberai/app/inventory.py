"""What a unit's result says about assets, and how the inventory follows it."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.times import rfc3339
from cyberai.domain.asset import HostAsset, NameAsset, OriginAsset, PortAsset, ServiceAsset, TlsAsset
from cyberai.domain.ids import AssetChangeId, AssetId
from cyberai.domain.inventory import (
    AssetChange,
    AssetKind,
    AssetState,
    ChangeKind,
    FieldChange,
    InventoryAsset,
    SeenAsset,
    ServiceFacts,
    certificate_key,
    host_key,
    not_seen,
    passed,
    port_key,
    seen_again,
    service_key,
)
from cyberai.domain.scan import Scan
from cyberai.domain.service import ServiceFact
from cyberai.domain.transport import Transport
from cyberai.domain.unit import Stage, UnitResult
from cyberai.engine.plan import ports_asked
from cyberai.ports.network import TransportReason
from cyberai.ports.store import Tx

MOST_OF_HOST = 10_000
"""Assets of one host that a scan compares with what it found."""


class Inventorying:
    """One result's way into the inventory, within one transaction."""

    def __init__(self, app: App, tx: Tx, scan: Scan, at: int) -> None:
        self._app = app
        self._tx = tx
        self._scan = scan
        self._at = at

    def follow(self, result: UnitResult) -> None:
        """Store what the result has seen, and what it looked for and did not see."""
        for seen in seen_by(result):
            self.see(seen)
        for key in self._gone(result):
            known = self._tx.inventory.by_key(key)
            if known is not None and known.state is AssetState.PRESENT:
                self._put(not_seen(known, self._scan.id))
                self._note(known, ChangeKind.GONE, ())

    def see(self, seen: SeenAsset) -> None:
        """Store a sighting; what it belongs to and presents is known before it."""
        inventory = self._tx.inventory
        known = inventory.by_key(seen.key)
        certificates = None if seen.certificates is None else self._ids(seen.certificates)
        if known is None:
            asset = self._new(seen, certificates or ())
            self._put(asset)
            self._note(asset, ChangeKind.APPEARED, ())
            self._note_end(asset, None)
            return
        asset, change, fields = seen_again(known, seen, certificates, self._scan.id, self._at)
        if asset != known:
            self._put(asset)
        if change is not None:
            self._note(asset, change, fields)
        self._note_end(asset, known.last_seen)

    def _new(self, seen: SeenAsset, certificates: tuple[AssetId, ...]) -> InventoryAsset:
        parents = self._ids((seen.parent,)) if seen.parent else ()
        return InventoryAsset(
            id=AssetId(self._app.ids.new("ast")),
            workspace=self._scan.workspace,
            kind=seen.kind,
            key=seen.key,
            created_at=self._at,
            last_seen=self._at,
            first_scan_id=self._scan.id,
            scan_id=self._scan.id,
            host=seen.host,
            port=seen.port,
            transport=seen.transport,
            parent_id=parents[0] if parents else None,
            service=seen.service,
            tls=seen.tls,
            certificate=seen.certificate,
            certificate_ids=certificates,
        )

    def _ids(self, keys: Sequence[str]) -> tuple[AssetId, ...]:
        known = (self._tx.inventory.by_key(key) for key in keys)
        return tuple(asset.id for asset in known if asset is not None)

    def _put(self, asset: InventoryAsset) -> None:
        self._tx.inventory.put(asset, self._scan.id)

    def _note(self, asset: InventoryAsset, change: ChangeKind, fields: tuple[FieldChange, ...]) -> None:
        self._tx.inventory.note(
            AssetChange(
                id=AssetChangeId(self._app.ids.new("chg")),
                workspace=asset.workspace,
                created_at=self._at,
                asset_id=asset.id,
                asset_kind=asset.kind,
                asset_key=asset.key,
                scan_id=self._scan.id,
                change=change,
                fields=fields,
            )
        )

    def _note_end(self, asset: InventoryAsset, before: int | None) -> None:
        """Say once, at the first sighting behind that moment, that a certificate ends soon or has ended."""
        if asset.certificate is None:
            return
        change = passed(asset.certificate, before, self._at)
        if change is not None:
            until = rfc3339(asset.certificate.not_after)
            self._note(asset, change, (FieldChange(field="not_after", before="", after=until),))

    def _gone(self, result: UnitResult) -> Iterator[str]:
        """The keys of what the result shows to be there no more: ports that were looked at and are not open, with
        their services."""
        asset = result.unit.asset
        if isinstance(asset, PortAsset) and result.failure == TransportReason.REFUSED.value:
            yield service_key(asset.host, asset.port, Transport.TCP)
            yield port_key(asset.host, asset.port, Transport.TCP)
        elif isinstance(asset, HostAsset) and result.failure in _ANSWERED and not result.outcomes:
            yield from self._closed(asset, result)

    def _closed(self, asset: HostAsset, result: UnitResult) -> Iterator[str]:
        looked_at = frozenset(asset.ports or ports_asked(self._scan.spec).tcp)
        opened = {unit.asset.port for unit in result.found if isinstance(unit.asset, PortAsset)}
        for known in self._tx.inventory.of_host(asset.host, MOST_OF_HOST):
            closed = known.port in looked_at and known.port not in opened
            if closed and known.transport is Transport.TCP and known.state is AssetState.PRESENT:
                yield known.key


_ANSWERED = frozenset({"", TransportReason.REFUSED.value})
"""How the discovery of a host ends when the host answered, and not when it was out of reach."""


def seen_by(result: UnitResult) -> Iterator[SeenAsset]:
    """The assets a result has seen, each after what it belongs to and presents."""
    hosts: set[str] = set()
    # What was recognised says more than the units that follow from it.
    told = {(fact.host, fact.port, fact.transport) for fact in result.services}
    for unit in result.found:
        asset = unit.asset
        if isinstance(asset, NameAsset) and asset.name != asset.host:
            # A name that the DNS knows below a domain.
            yield SeenAsset(kind=AssetKind.HOST, key=host_key(asset.name), host=asset.name)
        if isinstance(asset, PortAsset):
            yield from _port(asset.host, asset.port, Transport.TCP, hosts)
        elif isinstance(asset, ServiceAsset) and (asset.host, asset.port, asset.transport) not in told:
            yield from _port(asset.host, asset.port, asset.transport, hosts)
            yield _service(asset.host, asset.port, asset.transport, facts_of(asset))
        elif isinstance(asset, TlsAsset) and not _is_told(asset, result, told):
            yield from _port(asset.host, asset.port, Transport.TCP, hosts)
            yield _service(asset.host, asset.port, Transport.TCP, ServiceFacts(tls=asset.starttls is None))
    for fact in result.services:
        yield from _port(fact.host, fact.port, fact.transport, hosts)
        yield _service(fact.host, fact.port, fact.transport, facts_of(fact))
    origin = result.unit.asset
    if isinstance(origin, (OriginAsset, PortAsset)) and result.unit.stage is Stage.IDENTIFY and not told:
        yield from _web(result, hosts)
    if isinstance(origin, TlsAsset) and (result.certificates or result.tls is not None):
        yield from _tls(origin, result, hosts)


def _is_told(asset: TlsAsset, result: UnitResult, told: set[tuple[str, int, Transport]]) -> bool:
    """Whether more is known of the port than that it speaks TLS: it was measured because of that."""
    return isinstance(result.unit.asset, TlsAsset) or (asset.host, asset.port, Transport.TCP) in told


def facts_of(asset: ServiceAsset | ServiceFact) -> ServiceFacts:
    """What is known of a service that was identified."""
    return ServiceFacts(
        protocol=asset.protocol,
        product=asset.product,
        version=asset.version,
        cpe=asset.cpe,
        os=asset.os if isinstance(asset, ServiceFact) else "",
        confidence=asset.confidence,
        banner=asset.banner,
        tls=asset.tls,
    )


def _web(result: UnitResult, hosts: set[str]) -> Iterator[SeenAsset]:
    """The web origins among what was found."""
    for unit in result.found:
        if isinstance(unit.asset, OriginAsset):
            url = unit.asset.url
            yield from _port(url.host, url.port, Transport.TCP, hosts)
            facts = ServiceFacts(protocol="http", tls=url.scheme == "https")
            yield _service(url.host, url.port, Transport.TCP, facts)


def _tls(asset: TlsAsset, result: UnitResult, hosts: set[str]) -> Iterator[SeenAsset]:
    keys = []
    for certificate in result.certificates:
        key = certificate_key(certificate.sha256)
        keys.append(key)
        yield SeenAsset(kind=AssetKind.CERTIFICATE, key=key, certificate=certificate)
    yield from _port(asset.host, asset.port, Transport.TCP, hosts)
    facts = ServiceFacts(tls=asset.starttls is None)
    service = _service(asset.host, asset.port, Transport.TCP, facts)
    yield structs.replace(service, certificates=tuple(keys[:1]) if keys else None, tls=result.tls)


def _port(host: str, port: int, transport: Transport, hosts: set[str]) -> Iterator[SeenAsset]:
    if host not in hosts:
        hosts.add(host)
        yield SeenAsset(kind=AssetKind.HOST, key=host_key(host), host=host)
    yield SeenAsset(
        kind=AssetKind.PORT,
        key=port_key(host, port, transport),
        host=host,
        port=port,
        transport=transport,
        parent=host_key(host),
    )


def _service(host: str, port: int, transport: Transport, facts: ServiceFacts) -> SeenAsset:
    return SeenAsset(
        kind=AssetKind.SERVICE,
        key=service_key(host, port, transport),
        host=host,
        port=port,
        transport=transport,
        parent=port_key(host, port, transport),
        service=facts,
    )
