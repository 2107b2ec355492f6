"""Small values for tests of the store, each the same on every run."""

import msgspec

from cyberai.domain.api_key import ALL_SCOPES, ApiKey, Plan
from cyberai.domain.asset import HostAsset
from cyberai.domain.check import CheckOutcome, Clean, Errored, Found, Skipped, SkipReason
from cyberai.domain.event import EventType, NewEvent
from cyberai.domain.finding import Evidence, Hit, Oracle, Proof, ServiceEvidence, Tier
from cyberai.domain.ids import (
    DEFAULT_WORKSPACE,
    EventId,
    KeyId,
    ReportId,
    ScanId,
    ShardId,
    VulnerabilityId,
    WorkspaceId,
)
from cyberai.domain.report import Report, ReportFormat, ReportStatus, ReportType
from cyberai.domain.scan import Scan, ScanSpec, ScanStatus, ScanType
from cyberai.domain.severity import Severity
from cyberai.domain.unit import Shard, Stage, Unit
from cyberai.domain.vulnerability import Location, Sighting, Vulnerability

HERE = DEFAULT_WORKSPACE
OTHER = WorkspaceId("other")
NOW = 1_700_000_000_000_000
"""UTC microseconds."""
SECOND = 1_000_000


def scan(
    name: str = "a",
    *,
    workspace: WorkspaceId = HERE,
    at: int = NOW,
    status: ScanStatus = ScanStatus.RUNNING,
    target: str = "http://a.example/",
    tags: tuple[str, ...] = (),
    kind: ScanType = ScanType.VULNERABILITY,
    owner: str = "",
) -> Scan:
    """A scan of that name."""
    return Scan(
        id=ScanId(f"scan_{name}"),
        workspace=workspace,
        spec=ScanSpec(targets=(target,), tags=tags, scan_type=kind),
        status=status,
        created_at=at,
        estimated_completion=at + SECOND,
        updated_at=at,
        owner=owner,
    )


def shard(name: str = "a", *, of: Scan | None = None, not_before: int = 0) -> Shard:
    """A shard of that name of a scan (by default the scan of the same name)."""
    owner = of or scan(name)
    return Shard(ShardId(f"shard_{name}"), owner.workspace, owner.id, f"{name}.example", not_before)


def unit(name: str, stage: Stage = Stage.CRAWL, depth: int = 0) -> Unit:
    """A unit that differs from others by its name."""
    return Unit(stage, HostAsset(name), depth)


def proof(note: str = "", match: str = "+PONG") -> tuple[Evidence, ...]:
    """Evidence that can be told apart by its note."""
    return (ServiceEvidence("a.example", 6379, b"PING\r\n", b"\x00\xff+PONG", "redis-cli ping", match, note),)


def vulnerability(
    name: str = "a",
    *,
    workspace: WorkspaceId = HERE,
    scan: str = "a",
    at: int = NOW,
    confidence: int = 90,
    severity: Severity = Severity.HIGH,
    tier: Tier = Tier.CONFIRMED,
    check_id: str = "web.reflected_xss",
    type: str = "xss",
    target: str = "http://a.example/",
    cwe: tuple[str, ...] = ("CWE-79",),
) -> Vulnerability:
    """A vulnerability whose id and fingerprint come from its name."""
    scan_id = ScanId(f"scan_{scan}")
    return Vulnerability(
        id=VulnerabilityId(f"vuln_{name}"),
        workspace=workspace,
        fingerprint=f"v1:{name}",
        scan_id=scan_id,
        first_scan_id=scan_id,
        check_id=check_id,
        type=type,
        title=f"Title of {scan}",
        description="What it is",
        remediation="What to do",
        severity=severity,
        cvss_score=6.1,
        cvss_vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
        cwe=cwe,
        owasp=("A03:2021",),
        references=("https://example.com/",),
        tier=tier,
        confidence=confidence,
        host="a.example",
        target=target,
        affected_component="/search (query:q)",
        location=Location(url="http://a.example/search?q=1", method="GET", parameter="query:q"),
        first_seen=at,
        last_seen=at,
        created_at=at,
        updated_at=at,
    )


def sighting(value: Vulnerability, place: str = "/search?q", note: str = "") -> Sighting:
    """A vulnerability as its scan saw it at a place."""
    return Sighting(vulnerability=value, evidence=proof(note), place=place)


def event(name: str, kind: EventType = EventType.SCAN_PROGRESS) -> NewEvent:
    """An event whose data is its name."""
    return NewEvent(EventId(f"evt_{name}"), kind, NOW, msgspec.Raw(msgspec.json.encode({"name": name})))


def report(
    name: str = "a",
    *,
    workspace: WorkspaceId = HERE,
    at: int = NOW,
    scans: tuple[str, ...] = ("a",),
    format: ReportFormat = ReportFormat.JSON,
    type: ReportType = ReportType.TECHNICAL,
    status: ReportStatus = ReportStatus.QUEUED,
) -> Report:
    """A report of that name."""
    return Report(
        id=ReportId(f"report_{name}"),
        workspace=workspace,
        type=type,
        format=format,
        scan_ids=tuple(ScanId(f"scan_{s}") for s in scans),
        status=status,
        created_at=at,
        updated_at=at,
    )


def key(name: str = "a", *, workspace: WorkspaceId = HERE) -> ApiKey:
    """A key of that name."""
    return ApiKey(
        id=KeyId(f"key_{name}"),
        workspace=workspace,
        name=name,
        digest=f"digest-{name}",
        hint="...abcd",
        plan=Plan.STANDARD,
        scopes=ALL_SCOPES,
        created_at=NOW,
    )


def clean(check_id: str = "web.xss", host: str = "a.example", asset: str = "x") -> CheckOutcome:
    """A check that found nothing."""
    return CheckOutcome(check_id, asset, host, Clean())


def found(check_id: str = "web.xss", host: str = "a.example", asset: str = "x") -> CheckOutcome:
    """A check that found something."""
    hit = Hit(proof=Proof(Oracle.EXECUTED, 2, True), evidence=(), host=host, port=80, detail="saw it")
    return CheckOutcome(check_id, asset, host, Found((hit,)))


def skipped(reason: SkipReason, asset: str = "x", check_id: str = "web.xss") -> CheckOutcome:
    """A check that did not run."""
    return CheckOutcome(check_id, asset, "a.example", Skipped(reason, "because"))


def errored(reason: str, asset: str = "x", check_id: str = "web.xss") -> CheckOutcome:
    """A check that could not finish."""
    return CheckOutcome(check_id, asset, "a.example", Errored(reason, "no answer"))
