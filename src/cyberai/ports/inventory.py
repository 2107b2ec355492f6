"""The inventory of a workspace: its assets and their changes."""

from typing import Protocol

from msgspec import Struct

from cyberai.domain.ids import AssetId, ScanId
from cyberai.domain.inventory import AssetChange, InventoryAsset
from cyberai.ports.repositories import Count, Page, Ranked


class AssetFilter(Struct, frozen=True, kw_only=True):
    """Empty tuples mean any. `scan_id` matches any scan that saw the asset, `certificate_id` the services that present
    the certificate, `key_sha256` the certificates with that public key. Times are UTC microseconds, exclusive."""

    kind: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    port: tuple[str, ...] = ()
    protocol: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    certificate_id: tuple[str, ...] = ()
    key_sha256: tuple[str, ...] = ()
    scan_id: tuple[str, ...] = ()
    created_after: int | None = None
    created_before: int | None = None


class ChangeFilter(Struct, frozen=True, kw_only=True):
    """Empty tuples mean any. `since` is a time in UTC microseconds, exclusive."""

    change: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    asset_id: tuple[str, ...] = ()
    scan_id: tuple[str, ...] = ()
    since: int | None = None


class RankedAsset(Ranked, frozen=True):
    """An asset and its position in the list."""

    asset: InventoryAsset


class RankedChange(Ranked, frozen=True):
    """A change and its position in the list."""

    change: AssetChange


class InventoryTx(Protocol):
    """Assets of this workspace."""

    def put(self, asset: InventoryAsset, scan_id: ScanId) -> None:
        """Store an asset, new or known by its id, as seen (or looked for) by this scan."""
        ...

    def by_key(self, key: str) -> InventoryAsset | None:
        """The asset of that identity, or None."""
        ...

    def get(self, asset_id: AssetId) -> InventoryAsset | None:
        """One asset, or None."""
        ...

    def page(self, where: AssetFilter, page: Page) -> list[RankedAsset]:
        """A page, in order of first sight."""
        ...

    def count(self, where: AssetFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        ...

    def ending(self, after: int, before: int | None, page: Page) -> list[RankedAsset]:
        """A page of the certificates that services present, the first to end first: those that end from `after` on and
        before `before` (UTC microseconds, None: whenever)."""
        ...

    def of_host(self, host: str, limit: int) -> list[InventoryAsset]:
        """What is known of a host: itself, its ports and services."""
        ...

    def note(self, change: AssetChange) -> None:
        """Store a change."""
        ...

    def changes(self, where: ChangeFilter, page: Page) -> list[RankedChange]:
        """A page of changes, in order of time."""
        ...

    def count_changes(self, where: ChangeFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        ...

    def forget_scan(self, scan_id: ScanId, limit: int) -> int:
        """Erase the assets that only this scan saw, and the changes it noticed; take it off the rest. How many rows that
        were, at most about `limit`; 0 when nothing is left to do."""
        ...
