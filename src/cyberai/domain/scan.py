"""A scan: what was asked, how far it is, how it ended. All times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.auth import SealedAuth
from cyberai.domain.change import Changes
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.pace import Pace
from cyberai.domain.severity import Severity


class ScanType(StrEnum):
    """What a scan looks for. `cloud` is documented and not carried by this version."""

    VULNERABILITY = "vulnerability"
    NETWORK = "network"
    WEB = "web"
    API = "api"
    CLOUD = "cloud"


class ScanStatus(StrEnum):
    """Life of a scan; the last three are terminal."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    PAUSING = "pausing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """True when nothing more will happen."""
        return self in (ScanStatus.COMPLETED, ScanStatus.FAILED, ScanStatus.CANCELLED)


class StatusReason(StrEnum):
    """Why a scan ended as it did."""

    AUTH_FAILED = "auth_failed"
    AUTH_LOST = "auth_lost"
    TARGET_UNREACHABLE = "target_unreachable"
    DNS_FAILED = "dns_failed"
    BLOCKED_BY_WAF = "blocked_by_waf"
    BUDGET_EXHAUSTED = "budget_exhausted"
    TIMED_OUT = "timed_out"
    OUT_OF_SCOPE = "out_of_scope"
    TARGET_NOT_ALLOWED = "target_not_allowed"
    CANCELLED_BY_USER = "cancelled_by_user"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal"


class Phase(StrEnum):
    """What a running scan is doing, in order."""

    INITIALIZING = "initializing"
    DISCOVERING = "discovering"
    CRAWLING = "crawling"
    TESTING = "testing"
    FINISHED = "finished"


class Mode(StrEnum):
    """How far a scan may go (DESIGN section 7, Modes)."""

    SAFE = "safe"
    STANDARD = "standard"
    INTRUSIVE = "intrusive"


class Criticality(StrEnum):
    """How much the asset matters to its owner."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class CheckSelection(Struct, frozen=True, kw_only=True):
    """Which checks run: ids or id prefixes (`web.`) to include (empty: all) and exclude, and tags."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class SynScan(StrEnum):
    """Whether ports are asked by half-open connections (raw packets) instead of whole ones."""

    AUTO = "auto"
    """For many ports, where the server has the right (CAP_NET_RAW)."""
    ON = "on"
    """Wherever the server has the right."""
    OFF = "off"


class ScanOptions(Struct, frozen=True, kw_only=True):
    """The `options` of a scan, with every default filled in. Times are seconds. `udp`: also ask for services on UDP.
    `subdomain_words`: also look for usual words in front of a domain."""

    depth: int = 3
    concurrent: int = 2
    timeout: int = 3600
    request_timeout: int = 10
    follow_redirects: bool = True
    ignore_ssl: bool = False
    ports: str = "top-1000"
    udp: bool = True
    subdomain_words: bool = False
    syn: SynScan = SynScan.AUTO
    checks: CheckSelection = CheckSelection()


class ScanPolicies(Struct, frozen=True, kw_only=True):
    """The `policies` of a scan. `max_requests_per_second` None means the default of the judged address
    (20, and 200 on loopback)."""

    exclude_paths: tuple[str, ...] = ()
    include_paths: tuple[str, ...] = ()
    max_requests_per_second: int | None = None
    respect_robots_txt: bool = False
    custom_headers: tuple[tuple[str, str], ...] = ()
    mode: Mode = Mode.STANDARD
    fail_on: Severity = Severity.HIGH


class ScanSpec(Struct, frozen=True, kw_only=True):
    """What was asked for. `targets` are as written; the first is the scan's `target`."""

    targets: tuple[str, ...]
    scan_type: ScanType = ScanType.VULNERABILITY
    options: ScanOptions = ScanOptions()
    policies: ScanPolicies = ScanPolicies()
    name: str | None = None
    tags: tuple[str, ...] = ()
    criticality: Criticality = Criticality.MEDIUM
    auth: SealedAuth | None = None


class Progress(Struct, frozen=True, kw_only=True):
    """`current` of `total` = 100 is monotonic, and 100 only when completed; `status` is for people."""

    current: int = 0
    total: int = 100
    status: str = "Initializing scan..."
    phase: Phase = Phase.INITIALIZING
    requests_sent: int = 0
    checks_done: int = 0
    checks_total: int = 0
    endpoints_found: int = 0
    eta_seconds: int | None = None


class VerdictResult(StrEnum):
    """`inconclusive` beats `fail` beats `pass` only where something was not tested; see domain.verdict."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Verdict(Struct, frozen=True, kw_only=True):
    """What the scan's result is worth. `reasons` are sentences for people; coverage is 0-100."""

    result: VerdictResult
    reasons: tuple[str, ...] = ()
    coverage_percent: float = 0.0


class Statistics(Struct, frozen=True, kw_only=True):
    """Figures of a finished scan; `scan_duration` in seconds."""

    total_urls_scanned: int
    total_vulnerabilities: int
    scan_duration: float
    requests_made: int


class Scan(Struct, frozen=True, kw_only=True):
    """A scan as stored. `owner` is empty for scans the workers run and names the process of a CLI scan, whose
    shards only that owner may lease. `estimated_completion` is always later than `created_at` until the scan
    ends, then equals `finished_at`."""

    id: ScanId
    workspace: WorkspaceId
    spec: ScanSpec
    status: ScanStatus
    created_at: int
    estimated_completion: int
    updated_at: int
    progress: Progress = Progress()
    pace: Pace = Pace()
    owner: str = ""
    started_at: int | None = None
    finished_at: int | None = None
    status_reason: StatusReason | None = None
    status_detail: str = ""
    cancel_requested: bool = False
    statistics: Statistics | None = None
    counts_by_severity: dict[str, int] | None = None
    risk_score: float | None = None
    verdict: Verdict | None = None
    resumed_count: int = 0
    paused_at: int | None = None
    """When it was paused; None while it is not."""
    paused_for: int = 0
    """Microseconds of its time (since `started_at`) that it was paused: they do not count."""
    changes: Changes = Changes()
    """What was created or changed on the target."""
    retry_of: ScanId | None = None
    """The scan of which this one is a retry."""

    @property
    def target(self) -> str:
        """The first target, exactly as sent."""
        return self.spec.targets[0]

    @property
    def deadline(self) -> int | None:
        """When its time is up; None before it has started. A pause does not use its time up."""
        if self.started_at is None:
            return None
        return self.started_at + self.paused_for + self.spec.options.timeout * 1_000_000

    def worked(self, at: int) -> int:
        """Microseconds of its life until then, less the pauses."""
        return max(0, at - (self.started_at or self.created_at) - self.paused_for)

    def replace(self, **changes: object) -> "Scan":
        """A copy with these fields changed."""
        return structs.replace(self, **changes)
