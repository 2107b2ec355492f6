"""The repositories in which a scan's work is kept, over one connection."""

from functools import cached_property

from cyberai.storage.erase import Erase
from cyberai.storage.retention import Retention
from cyberai.storage.retests import Retests
from cyberai.storage.scan_records import ScanRecords
from cyberai.storage.scans import Scans
from cyberai.storage.shards import Shards
from cyberai.storage.units import Units
from cyberai.storage.workers import Workers


class ScanWork(ScanRecords):
    """Half of `ports.store.Tx`: what is to do, who does it, what came of it, what of it is old."""

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
    def erase(self) -> Erase:
        """Erasing of scans."""
        return Erase(self._scope)

    @cached_property
    def workers(self) -> Workers:
        """Workers."""
        return Workers(self._scope)

    @cached_property
    def retention(self) -> Retention:
        """What is old and may be removed."""
        return Retention(self._scope)

    @cached_property
    def retests(self) -> Retests:
        """Retests of vulnerabilities."""
        return Retests(self._scope)
