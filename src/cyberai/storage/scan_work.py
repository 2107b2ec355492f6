"""The repositories in which a scan's work is kept, over one connection."""

from functools import cached_property

from cyberai.storage.ledger import Ledger
from cyberai.storage.retention import Retention
from cyberai.storage.scans import Scans
from cyberai.storage.scope import Scope
from cyberai.storage.shards import Shards
from cyberai.storage.units import Units
from cyberai.storage.workers import Workers


class ScanWork:
    """Half of `ports.store.Tx`: what is to do, who does it, what came of it, what of it is old."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @cached_property
    def scans(self) -> Scans:
        """Scans."""
        return Scans(self._scope)

    @cached_property
    def shards(self) -> Shards:
        """Shards."""
        return Shards(self._scope)

    @cached_property
    def units(self) -> Units:
        """Units."""
        return Units(self._scope)

    @cached_property
    def ledger(self) -> Ledger:
        """Ledger."""
        return Ledger(self._scope)

    @cached_property
    def workers(self) -> Workers:
        """Workers."""
        return Workers(self._scope)

    @cached_property
    def retention(self) -> Retention:
        """What is old and may be removed."""
        return Retention(self._scope)
