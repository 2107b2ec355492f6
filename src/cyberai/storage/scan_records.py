"""The repositories in which is kept what a scan has seen, over one connection."""

from functools import cached_property

from cyberai.storage.ledger import Ledger
from cyberai.storage.scan_log import ScanLog
from cyberai.storage.scan_services import ScanServices
from cyberai.storage.scope import Scope


class ScanRecords:
    """The part of `ports.store.Tx` that tells of a scan."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @cached_property
    def ledger(self) -> Ledger:
        """Ledger."""
        return Ledger(self._scope)

    @cached_property
    def log(self) -> ScanLog:
        """The logs of scans."""
        return ScanLog(self._scope)

    @cached_property
    def services(self) -> ScanServices:
        """What speaks on the ports of scans."""
        return ScanServices(self._scope)
