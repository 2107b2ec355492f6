"""Repositories around the work: a scan's log, its services, its erasing, WebSocket tickets, usage. Times are UTC microseconds."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from cyberai.domain.ids import KeyId, ScanId, WorkspaceId
from cyberai.domain.scan_log import LogEntry, LogKind
from cyberai.domain.service import ServiceFact


class LogTx(Protocol):
    """The log of a scan; the newest 1,000 entries are kept."""

    def add(
        self, scan_id: ScanId, kind: LogKind, text: str, at: int, detail: str = "", *, merge: bool = False
    ) -> None:
        """Add an entry; with `merge`, count one more time where the same kind and text stand already."""
        ...

    def after(self, scan_id: ScanId, ordinal: int, limit: int) -> list[LogEntry]:
        """Entries with a larger ordinal, oldest first."""
        ...


ServicePlace = tuple[str, int, str]
"""Host, port and transport: what tells one service of a scan from another."""


class ServiceTx(Protocol):
    """What speaks on the ports of a scan; the latest reading of each counts."""

    def put(self, scan_id: ScanId, services: Iterable[ServiceFact]) -> None:
        """Keep what was recognised, in place of what stood there before."""
        ...

    def of_scan(self, scan_id: ScanId, limit: int, after: ServicePlace = ("", 0, "")) -> list[ServiceFact]:
        """The services of a scan by host (as text), port and transport, those after a place."""
        ...


class Erased(Struct, frozen=True):
    """What one step of erasing did: vulnerabilities erased, and those that other scans saw as well and that stay
    without what this scan knew of them."""

    erased: int
    kept: int


class EraseTx(Protocol):
    """Erasing a scan piece by piece, so that no transaction holds the store for long. Every call does a bounded
    part; the scan itself goes last, so that an erasing that was cut off is begun again by asking again."""

    def events(self, scan_id: ScanId, seq: int, limit: int) -> tuple[int, int]:
        """Empty the bodies of the scan's events after `seq`: the last number (0: none left) and how many. The
        events stay, so that the numbers have no holes."""
        ...

    def vulnerabilities(self, scan_id: ScanId, limit: int) -> Erased:
        """Erase what only this scan saw, with its evidence; take this scan off the rest."""
        ...

    def work(self, scan_id: ScanId, limit: int) -> int:
        """Erase units; how many."""
        ...

    def scan(self, scan_id: ScanId) -> None:
        """Erase the scan with its shards, ledger and log."""
        ...


class Ticket(Struct, frozen=True):
    """What a ticket stands for."""

    workspace: WorkspaceId
    key_id: KeyId
    until: int


class TicketTx(Protocol):
    """Tickets for one handshake each (SYSTEM only: whose they are is what they tell)."""

    def add(self, digest: str, ticket: Ticket, now: int) -> None:
        """Store a ticket and forget those that have run out."""
        ...

    def find(self, digest: str, now: int) -> Ticket | None:
        """A ticket that has not run out."""
        ...

    def take(self, digest: str) -> bool:
        """Use it up; False when somebody else did."""
        ...


class UsageTx(Protocol):
    """What a workspace used. A day is a number of days since 1970, UTC."""

    def add(self, day: int, key_id: str, requests: int) -> None:
        """Count requests (or, below zero, give them back)."""
        ...

    def requests(self, since: int) -> list[tuple[int, str, int]]:
        """(day, key, requests) from that day on, newest day first."""
        ...

    def scans(self) -> dict[str, int]:
        """Scans per status."""
        ...

    def vulnerabilities(self) -> dict[str, int]:
        """Vulnerabilities per effective severity; every band present."""
        ...

    def store_bytes(self) -> int:
        """Size of the whole store, all workspaces together."""
        ...
