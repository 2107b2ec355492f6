"""The inventory: assets by their identity, which scans saw them, and their changes."""

from msgspec import structs
from sqlalchemy import delete, select

from cyberai.domain.ids import AssetId, ScanId
from cyberai.domain.inventory import AssetChange, InventoryAsset
from cyberai.ports.inventory import AssetFilter, ChangeFilter, RankedAsset, RankedChange
from cyberai.ports.repositories import Count, Page
from cyberai.storage.certificate_ends import drop_end, ending, note_end
from cyberai.storage.collection import Collection, Stored
from cyberai.storage.dialect import arg, insert_new
from cyberai.storage.inventory_kinds import CHANGES, KIND, wanted, wanted_changes
from cyberai.storage.schema import asset as table
from cyberai.storage.schema import asset_sighting
from cyberai.storage.schema import term as term_table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c, _s = table.c, asset_sighting.c
_BY_KEY = Statement(
    select(_c.number, _c.rank, _c.facet, _c.doc).where(
        _c.workspace == arg("workspace"), _c.asset_key == arg("asset_key")
    )
)
_SEEN = Statement(insert_new(asset_sighting, "workspace", "asset", "scan"))
_SCANS = Statement(
    select(_s.scan, term_table.c.value)
    .join_from(asset_sighting, term_table, term_table.c.number == _s.scan)
    .where(_s.workspace == arg("workspace"), _s.asset == arg("key"))
    .order_by(_s.scan)
)
_UNSEE = Statement(
    delete(asset_sighting).where(
        _s.workspace == arg("workspace"), _s.asset == arg("key"), _s.scan == arg("scan")
    )
)


class Inventory:
    """`ports.inventory.InventoryTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def put(self, asset: InventoryAsset, scan_id: ScanId) -> None:
        """Store an asset, new or known by its id, as seen (or looked for) by this scan."""
        workspace = self._scope.writable(asset.workspace)
        rows = Collection(self._scope, workspace, KIND)
        row = rows.find(asset.id)
        if row is None:
            row = rows.insert(asset)
            note_end(self._db, workspace, row.number, asset)
        else:
            row = rows.replace(row, asset, lambda number: [n for n, _ in self._scans(workspace, number)])
        scan = rows.listing.number_of("scan", scan_id)
        if self._db.run(_SEEN, workspace=workspace, asset=row.number, scan=scan) == 1:
            rows.listing.carry(row.posted(frozenset()), "scan", scan_id)

    def by_key(self, key: str) -> InventoryAsset | None:
        """The asset of that identity, or None."""
        row = self._db.one(_BY_KEY, workspace=self._scope.readable(), asset_key=key)
        return self._here().stored(row).value if row else None

    def get(self, asset_id: AssetId) -> InventoryAsset | None:
        """One asset, or None."""
        return self._here().get(asset_id)

    def page(self, where: AssetFilter, page: Page) -> list[RankedAsset]:
        """A page, in order of first sight."""
        return [RankedAsset(rank, asset) for rank, asset in self._here().page(wanted(where), page)]

    def count(self, where: AssetFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        return self._here().count(wanted(where), most)

    def ending(self, after: int, before: int | None, page: Page) -> list[RankedAsset]:
        """A page of the certificates that services present and that end from `after` on and before `before`."""
        return ending(self._db, self._scope.readable(), self._here(), after, before, page)

    def of_host(self, host: str, limit: int) -> list[InventoryAsset]:
        """What is known of a host: itself, its ports and services."""
        rows = self._here()
        return [value for _, _, value in rows.among(rows.listing.items("host", host, limit))]

    def note(self, change: AssetChange) -> None:
        """Store a change."""
        Collection(self._scope, self._scope.writable(change.workspace), CHANGES).insert(change)

    def changes(self, where: ChangeFilter, page: Page) -> list[RankedChange]:
        """A page of changes, in order of time."""
        rows = self._changes().page(wanted_changes(where), page)
        return [RankedChange(rank, change) for rank, change in rows]

    def count_changes(self, where: ChangeFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        return self._changes().count(wanted_changes(where), most)

    def forget_scan(self, scan_id: ScanId, limit: int) -> int:
        """Erase the assets that only this scan saw, and the changes it noticed; take it off the rest."""
        workspace = self._scope.writable()
        changes = Collection(self._scope, workspace, CHANGES)
        noticed = changes.among(changes.listing.items("scan", scan_id, limit))
        for _, _, change in noticed:
            changes.remove(changes.require(change.id))
        rows = Collection(self._scope, workspace, KIND)
        seen = rows.among(rows.listing.items("scan", scan_id, limit))
        for _, _, asset in seen:
            self._take_off(rows, workspace, rows.require(asset.id), scan_id)
        if not seen:
            rows.listing.forget("scan", scan_id)
        return len(noticed) + len(seen)

    def _take_off(
        self, rows: Collection[InventoryAsset], workspace: int, row: Stored[InventoryAsset], scan_id: ScanId
    ) -> None:
        scans = {ScanId(value): number for number, value in self._scans(workspace, row.number)}
        self._db.run(_UNSEE, workspace=workspace, key=row.number, scan=scans[scan_id])
        others = sorted(other for other in scans if other != scan_id)
        if not others:
            rows.remove(row, scans.values())
            drop_end(self._db, workspace, row.number, row.value)
            return
        rows.listing.uncarry(row.posted(frozenset()), "scan", scan_id)
        asset = row.value
        kept = structs.replace(
            asset,
            scan_id=others[-1] if asset.scan_id == scan_id else asset.scan_id,
            first_scan_id=others[0] if asset.first_scan_id == scan_id else asset.first_scan_id,
        )
        rows.replace(row, kept)

    def _scans(self, workspace: int, number: int) -> list[tuple[int, str]]:
        """The scans that saw it, with the numbers of their terms."""
        return [(n, value) for n, value in self._db.rows(_SCANS, workspace=workspace, key=number)]

    def _here(self) -> Collection[InventoryAsset]:
        return Collection(self._scope, self._scope.readable(), KIND)

    def _changes(self) -> Collection[AssetChange]:
        return Collection(self._scope, self._scope.readable(), CHANGES)
