"""Repositories: the rows of one workspace, as a transaction offers them. Times are UTC microseconds. They raise nothing
but `LeaseLost` and domain errors."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from cyberai.domain.api_key import ApiKey
from cyberai.domain.check import CheckOutcome
from cyberai.domain.event import Event, NewEvent
from cyberai.domain.finding import Evidence
from cyberai.domain.history import Actor
from cyberai.domain.ids import KeyId, ReportId, ScanId, ShardId, VulnerabilityId
from cyberai.domain.report import CoverageRow, Report
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.trend import Standing
from cyberai.domain.unit import Lease, Shard, Stage, Unit, UnitCounts
from cyberai.domain.vulnerability import Sighting, Vulnerability
from cyberai.ports.facets import FacetCounts
from cyberai.ports.reservations import ReservationTx


class Order(StrEnum):
    """What a list is in order of."""

    CREATED = "created_at"
    LAST_SEEN = "last_seen"
    SEVERITY = "severity"
    RISK = "risk_score"


class Page(Struct, frozen=True):
    """Which part of a list: rows behind the position `before` (None: from the first), at most `limit`.

    By default the newest comes first. Rows that are equal in `order` come in order of creation, in the same
    direction (those last seen in the same second: in the order in which they were stored).
    """

    limit: int
    before: int | None = None
    order: Order = Order.CREATED
    ascending: bool = False


class Count(Struct, frozen=True):
    """How many rows match: at least `n`, and exactly so many unless `capped`."""

    n: int
    capped: bool


class ScanFilter(Struct, frozen=True, kw_only=True):
    """Empty tuples mean any. Times are UTC microseconds, both ends exclusive of equality where named so."""

    status: tuple[str, ...] = ()
    scan_type: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    created_after: int | None = None
    created_before: int | None = None


class VulnerabilityFilter(Struct, frozen=True, kw_only=True):
    """`scan_id` matches any sighting; `severity` the effective one; `q` words, all of which must occur."""

    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    detection: tuple[str, ...] = ()
    scan_id: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()
    check_id: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    created_after: int | None = None
    created_before: int | None = None
    q: str | None = None


class ReportFilter(Struct, frozen=True, kw_only=True):
    """Empty tuples mean any."""

    status: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    scan_id: tuple[str, ...] = ()


class Ranked(Struct, frozen=True):
    """A row's position in the order asked for: a packed integer of at most 95 bits (its rank, by default)."""

    rank: int


class RankedScan(Ranked, frozen=True):
    """A scan in a list."""

    scan: Scan


class RankedVulnerability(Ranked, frozen=True):
    """A vulnerability in a list."""

    vulnerability: Vulnerability


class VulnerabilitySlice(Struct, frozen=True):
    """A part of a list. `resume`: the search looked at as many rows as it may and goes on behind this position."""

    rows: list[RankedVulnerability]
    resume: int | None = None


class RankedReport(Ranked, frozen=True):
    """A report in a list."""

    report: Report


class KeyTx(Protocol):
    """API keys. `by_digest` is the only call that crosses workspaces."""

    def insert(self, key: ApiKey) -> None:
        """Store a new key; its workspace must exist."""
        ...

    def by_digest(self, digest: str) -> ApiKey | None:
        """The key with this digest, in any workspace, revoked ones included."""
        ...

    def get(self, key_id: KeyId) -> ApiKey | None:
        """A key of this workspace."""
        ...

    def all(self) -> list[ApiKey]:
        """All keys of this workspace, newest first."""
        ...

    def update(self, key: ApiKey) -> None:
        """Replace the stored key."""
        ...

    def revoke(self, key_id: KeyId, at: int) -> bool:
        """True when it was live until now."""
        ...

    def touch(self, key_id: KeyId, at: int) -> None:
        """Remember the last use."""
        ...


class ScanTx(Protocol):
    """Scans of this workspace."""

    def insert(self, scan: Scan) -> None:
        """Store a new scan."""
        ...

    def get(self, scan_id: ScanId) -> Scan | None:
        """One scan, or None for unknown and foreign ids."""
        ...

    def update(self, scan: Scan) -> None:
        """Replace the stored scan."""
        ...

    def page(self, where: ScanFilter, page: Page) -> list[RankedScan]:
        """A page, in order of creation."""
        ...

    def count(self, where: ScanFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        ...

    def free_slots(self, now: int) -> int:
        """Worker slots that no scan has reserved: those of live workers less `count_active`."""
        ...

    def count_active(self) -> int:
        """Scans in any workspace that hold or wait for a worker slot in status running/pausing/cancelling; those
        that wait for a host at which another scan works use none."""
        ...

    def queued_since(self) -> int | None:
        """When the oldest queued scan of any workspace was made."""
        ...

    def open_counts(self) -> dict[ScanStatus, int]:
        """Open scans of all workspaces per status."""
        ...

    def oldest_queued(self, limit: int) -> list[Scan]:
        """Queued scans of any workspace without owner, oldest first, workspaces with fewest running first."""
        ...

    def unclaimable(self) -> list[Scan]:
        """Open scans of any workspace that no worker will claim again: being cancelled or paused, or owned by a
        process."""
        ...

    def targets(self, limit: int) -> list[str]:
        """The targets that most scans have as their first, at most `limit`."""
        ...

    def last_completed(self, target: str, limit: int) -> list[Scan]:
        """The newest completed scans of this target."""
        ...


class ShardTx(ReservationTx, Protocol):
    """Shards and leases. A claim is fair: workspaces with fewest leased shards first, then oldest."""

    def insert(self, shard: Shard, owner: str = "") -> None:
        """Store a new shard; `owner` as in Scan.owner."""
        ...

    def claim(self, worker: str, now: int, until: int, owner: str = "") -> Lease | None:
        """Lease the next ready shard (or one whose lease expired) of a running scan with that scan owner."""
        ...

    def hold(self, lease: Lease, until: int) -> None:
        """Prolong the lease; the first statement of every write of a worker. Raise LeaseLost."""
        ...

    def finish(self, lease: Lease) -> None:
        """Mark the shard done. Raise LeaseLost."""
        ...

    def release(self, lease: Lease, not_before: int) -> None:
        """Give the shard back, to be claimed not before that time. Raise LeaseLost."""
        ...

    def open_count(self, scan_id: ScanId) -> int:
        """Shards of the scan that are not done."""
        ...

    def leased_count(self, scan_id: ScanId, now: int) -> int:
        """Shards of the scan that somebody holds an unexpired lease on."""
        ...

    def close_scan(self, scan_id: ScanId) -> None:
        """Mark every shard of an ended scan done, so that no worker claims it."""
        ...

    def reopen(self, scan_id: ScanId) -> int:
        """Make every shard with something left to do claimable again, or all where none has (they end at once, changing
        nothing); return how many units are left. A lease that somebody still believes in is lost."""
        ...

    def lease_address(self, lease: Lease, address: str, now: int, until: int) -> bool:
        """Take or prolong the host lease on a judged address; False when another shard holds it."""
        ...

    def release_addresses(self, shard_id: ShardId) -> None:
        """Give every host lease of the shard back."""
        ...


class UnitTx(Protocol):
    """The frontier. Primary key (scan, unit)."""

    def add(self, shard: Shard, units: Iterable[Unit]) -> int:
        """Insert units that are not yet known to the scan; return how many were new."""
        ...

    def pending(self, shard: Shard, limit: int) -> list[Unit]:
        """Units not done, of the lowest stage that has any, then by depth, then in order of insertion."""
        ...

    def of_stage(self, shard: Shard, stage: Stage, limit: int) -> list[Unit]:
        """Units of the stage, done or not, in order of insertion."""
        ...

    def complete(self, shard: Shard, unit_id: str, *, requests: int, urls: int, failure: str) -> bool:
        """Store a unit's result; False when it was stored before (then nothing else may be written)."""
        ...

    def counts(self, scan_id: ScanId) -> list[UnitCounts]:
        """Per stage, for progress."""
        ...

    def totals(self, scan_id: ScanId) -> tuple[int, int]:
        """Sum of requests and of URLs over all done units."""
        ...

    def failures(self, scan_id: ScanId) -> list[tuple[Stage, str, int]]:
        """Count of done units per stage and failure reason."""
        ...


class LedgerRow(Struct, frozen=True):
    """A kept outcome: Found, Errored or Skipped, with its place."""

    host: str
    check_id: str
    asset: str
    outcome: str
    reason: str
    detail: str


class LedgerTx(Protocol):
    """Counters per (scan, host, check); rows only for Found, Errored, Skipped (first 100 per reason)."""

    def add(self, scan_id: ScanId, outcomes: Iterable[CheckOutcome]) -> None:
        """Count outcomes."""
        ...

    def rows(self, scan_id: ScanId) -> list[CoverageRow]:
        """All counters of a scan."""
        ...

    def page(self, scan_id: ScanId, after: tuple[str, str], limit: int) -> list[CoverageRow]:
        """Counters of a scan after that host and check, in their order."""
        ...

    def kept(self, scan_id: ScanId, limit: int = 1000) -> list[LedgerRow]:
        """The kept rows."""
        ...


class VulnerabilityTx(Protocol):
    """Vulnerabilities of this workspace: one row per fingerprint."""

    def record(self, sighting: Sighting) -> tuple[Vulnerability, bool, bool]:
        """Insert or merge (domain.vulnerability_moves). Return the stored row, whether this scan sees it for the first
        time, and whether it regressed."""
        ...

    def get(self, vulnerability_id: VulnerabilityId) -> Vulnerability | None:
        """One vulnerability, or None."""
        ...

    def update(self, vulnerability: Vulnerability, by: Actor) -> None:
        """Replace the stored row (not its evidence), and note in its history what changed by whom."""
        ...

    def evidence(self, vulnerability_id: VulnerabilityId) -> tuple[Evidence, ...]:
        """The evidence of the best sighting."""
        ...

    def page(self, where: VulnerabilityFilter, page: Page) -> list[RankedVulnerability]:
        """A page; no evidence."""
        ...

    def slice(self, where: VulnerabilityFilter, page: Page) -> VulnerabilitySlice:
        """A page, or less of one with where to go on; what it may look at is bounded."""
        ...

    def count(self, where: VulnerabilityFilter, most: int) -> Count:
        """How many match, counted up to `most`; a search may stop counting earlier."""
        ...

    def facets(self, where: VulnerabilityFilter, most: int) -> FacetCounts:
        """Counts per value of what matches; what no counter knows is counted up to `most`."""
        ...

    def severities(self, scan_id: ScanId) -> dict[str, int]:
        """Count per effective severity of the vulnerabilities this scan saw; every band present."""
        ...

    def of_scan(self, scan_id: ScanId) -> list[Vulnerability]:
        """All vulnerabilities this scan saw (verdict, risk); at most 100,000."""
        ...

    def standing(self, target: str) -> Standing:
        """The risk of what stands of this target now, read off counters."""
        ...

    def with_cve(self, before: int | None, limit: int) -> list[RankedVulnerability]:
        """Vulnerabilities with a CVE, in order of creation, the newest first."""
        ...

    def of_target(self, target: str) -> list[Vulnerability]:
        """All vulnerabilities of this target, as the scans named it, the newest first; at most 100,000."""
        ...


class EventTx(Protocol):
    """The event log of this workspace."""

    def append(self, event: NewEvent) -> None:
        """Add an event; it gets its number when the transaction's own work is done."""
        ...

    def after(self, seq: int, limit: int) -> list[Event]:
        """Events with a larger number, in order."""
        ...

    def of_scan(self, scan_id: ScanId, seq: int, limit: int) -> list[Event]:
        """Events of one scan with a larger number, in order."""
        ...

    def head(self) -> int:
        """The newest number; 0 when there is none."""
        ...

    def oldest(self) -> int:
        """The oldest number kept; 0 when there is none."""
        ...


class ReportTx(Protocol):
    """Reports of this workspace (claims cross workspaces)."""

    def insert(self, report: Report) -> None:
        """Store a new report."""
        ...

    def get(self, report_id: ReportId) -> Report | None:
        """One report, or None."""
        ...

    def update(self, report: Report) -> None:
        """Replace the stored report."""
        ...

    def remove(self, report_id: ReportId) -> None:
        """Erase the report, if there is one, but not its file."""
        ...

    def page(self, where: ReportFilter, page: Page) -> list[RankedReport]:
        """A page, in order of creation."""
        ...

    def count(self, where: ReportFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        ...

    def claim(self, worker: str, now: int, until: int) -> Report | None:
        """Take the next queued report of any workspace, or one whose lease expired; it becomes generating."""
        ...


class BlobTx(Protocol):
    """Files in the store: zstd chunks, written in the transaction."""

    def put(self, name: str, content: bytes, media_type: str, filename: str) -> None:
        """Store or replace a blob."""
        ...

    def drop(self, name: str) -> None:
        """Erase a blob, if there is one."""
        ...

    def get(self, name: str) -> tuple[bytes, str, str] | None:
        """(content, media type, file name), or None."""
        ...


class KeptReply(Struct, frozen=True, kw_only=True):
    """A reply kept under an idempotency key. `key` and `fingerprint` are digests; `sealed`: `body` is encrypted
    for the API key that asked. `expires_at` is UTC microseconds."""

    key: str
    fingerprint: str
    expires_at: int
    status: int
    location: str
    body: bytes
    sealed: bool = False


class IdempotencyTx(Protocol):
    """Replies kept under idempotency keys, per workspace."""

    def get(self, key: str, now: int) -> KeptReply | None:
        """The reply kept under this key, unless it has expired."""
        ...

    def keep(self, reply: KeptReply, now: int) -> bool:
        """Keep a reply; False when an unexpired one is there (then nothing else may be written)."""
        ...

    def forget_expired(self, now: int, limit: int) -> int:
        """Remove expired replies of any workspace, at most `limit`; return how many were removed."""
        ...

    def any_expired(self, now: int) -> bool:
        """True when there is something to remove."""
        ...


class WorkerTx(Protocol):
    """Live workers and their slots; time is UTC microseconds."""

    def beat(self, worker: str, slots: int, until: int) -> None:
        """Say that this worker lives until then."""
        ...

    def gone(self, worker: str) -> None:
        """Say that it ended."""
        ...

    def live_slots(self, now: int) -> int:
        """Sum of slots over live workers."""
        ...
