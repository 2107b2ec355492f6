"""What may be removed once it is old: the rows of one workspace. Times are UTC microseconds."""

from typing import Protocol

from msgspec import Struct

from cyberai.domain.ids import ReportId, ScanId, VulnerabilityId


class Amount(Struct, frozen=True):
    """Rows, and the bytes of what they hold (less than the disk they take)."""

    rows: int = 0
    bytes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.rows + other.rows, self.bytes + other.bytes)


class OldEvents(Struct, frozen=True):
    """A run of the oldest events, all older than asked; `last` is the number of its newest."""

    last: int
    amount: Amount


class RetentionTx(Protocol):
    """Looks and removals, each bounded. What is looked at and what is removed agree."""

    def old_events(self, before: int, after_seq: int, limit: int) -> OldEvents | None:
        """The oldest events with a number above `after_seq` that happened before that time; None when there are
        none. The log loses its beginning only: its numbers stay without holes."""
        ...

    def drop_events(self, through: int) -> None:
        """Remove the events up to and with this number."""
        ...

    def work(self, scan_id: ScanId) -> Amount:
        """The scan's units that are still kept."""
        ...

    def drop_work(self, scan_id: ScanId, limit: int) -> int:
        """Remove at most `limit` of them; return how many."""
        ...

    def evidence(self, vulnerability_id: VulnerabilityId) -> Amount:
        """The vulnerability's evidence."""
        ...

    def drop_evidence(self, vulnerability_id: VulnerabilityId) -> None:
        """Remove it; the vulnerability stays."""
        ...

    def report(self, report_id: ReportId) -> Amount:
        """The report with its file."""
        ...

    def drop_report(self, report_id: ReportId) -> None:
        """Remove both."""
        ...

    def stale(self, now: int) -> Amount:
        """Signs of life and host leases that ran out (SYSTEM only)."""
        ...

    def drop_stale(self, now: int) -> None:
        """Remove them (SYSTEM only)."""
        ...
