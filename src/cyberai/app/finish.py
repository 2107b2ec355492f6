"""The end of a scan: status, reason, statistics, verdict and the terminal event, in one transaction."""

from msgspec import structs

from cyberai.app.absence import judge_absent
from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.progress import advance
from cyberai.app.scan_log import note
from cyberai.domain.check import SkipReason
from cyberai.domain.event import EventType
from cyberai.domain.ids import ScanId
from cyberai.domain.risk import risk_score
from cyberai.domain.scan import Phase, Progress, Scan, ScanStatus, Statistics, StatusReason
from cyberai.domain.scan_log import LogKind
from cyberai.domain.unit import Stage
from cyberai.domain.verdict import decide, in_words
from cyberai.ports.store import Tx

_EVENT = {
    ScanStatus.COMPLETED: EventType.SCAN_COMPLETED,
    ScanStatus.FAILED: EventType.SCAN_FAILED,
    ScanStatus.CANCELLED: EventType.SCAN_CANCELLED,
}
_SENTENCE = {
    ScanStatus.COMPLETED: "Completed",
    ScanStatus.FAILED: "Failed",
    ScanStatus.CANCELLED: "Cancelled",
}
_UNREACHABLE = frozenset(
    {
        "connection_refused",
        "unreachable",
        "connection_reset",
        "connect_timeout",
        "timeout",
        "malformed_response",
    }
)

_EXPLAINED = {
    "connection_refused": "the connection was refused; nothing listens there",
    "connection_reset": "every connection was cut",
    "connect_timeout": "no connection came about within options.request_timeout; a firewall may drop it",
    "timeout": "no complete answer came within options.request_timeout",
    "proxy_failed": "the proxy could not be used; see that --proxy names it rightly with its credentials, that it runs "
    "and answers",
    "malformed_response": "what answers there does not speak HTTP",
    "dns_failed": "the name has no address; check its spelling, or give one with --resolve NAME=ADDRESS",
    "target_not_allowed": "its address may not be scanned: it is this server itself, which is never scanned, or it lies "
    "in a private or loopback network that was not allowed (--allow NETWORK at the start)",
}
"""For people: what a transport reason means for the whole scan, and what to do."""


_LOGIN_LOST = (
    "The login was lost and could not be made again; what was tested after that is marked auth_lost. The scan's log says "
    "how it was lost"
)


def end_scan(
    app: App,
    tx: Tx,
    scan: Scan,
    status: ScanStatus,
    reason: StatusReason | None,
    at: int,
    detail: str = "",
    problems: tuple[str, ...] = (),
) -> Scan:
    """Store the scan in its terminal state with everything terminal scans carry, and append the event."""
    rows = tuple(tx.ledger.rows(scan.id))
    seen = tx.vulnerabilities.of_scan(scan.id)
    requests, urls = tx.units.totals(scan.id)
    at = max(at, scan.created_at + 1)
    stood = at - scan.paused_at if scan.paused_at is not None and scan.started_at is not None else 0
    counts = tx.units.counts(scan.id)
    verdict = decide(
        rows,
        findings=[(row.effective_severity, row.tier) for row in seen],
        fail_on=scan.spec.policies.fail_on,
        ended_early=reason if status is not ScanStatus.COMPLETED else None,
        problems=problems,
        untested=sum(row.total - row.done for row in counts),
        reached=sum(row.done for row in counts),
    )
    reached = advance(scan, counts, requests, at)
    ended = scan.replace(
        status=status,
        status_reason=reason,
        status_detail=detail,
        progress=_final_progress(scan, reached, status),
        pace=reached.pace,
        finished_at=at,
        estimated_completion=at,
        updated_at=at,
        paused_at=None,
        paused_for=scan.paused_for + stood,
        statistics=Statistics(
            total_urls_scanned=urls,
            total_vulnerabilities=len(seen),
            scan_duration=round((scan.worked(at) - stood) / 1_000_000, 3),
            requests_made=requests,
        ),
        counts_by_severity=tx.vulnerabilities.severities(scan.id),
        risk_score=risk_score(seen),
        verdict=verdict,
    )
    tx.scans.update(ended)
    tx.shards.close_scan(scan.id)
    tx.events.append(scan_event(app, _EVENT[status], ended, at))
    note(tx, scan.id, LogKind.STATE, status.value, at, detail or (in_words(reason.value) if reason else ""))
    return ended


def _final_progress(scan: Scan, reached: Scan, status: ScanStatus) -> Progress:
    done = status is ScanStatus.COMPLETED
    return structs.replace(
        reached.progress,
        current=100 if done else scan.progress.current,
        status=_SENTENCE[status],
        phase=Phase.FINISHED if done else reached.progress.phase,
        eta_seconds=0,
    )


def complete_scan(app: App, tx: Tx, scan: Scan, at: int) -> Scan:
    """End a scan whose units are all done: completed, or failed when no unit of it could be done at all."""
    failures = tx.units.failures(scan.id)
    counts = tx.units.counts(scan.id)
    failed = sum(count for _, _, count in failures)
    done = sum(row.done for row in counts)
    if failures and failed == done:
        worst = max(failures, key=lambda row: row[2])[1]
        detail = f"{scan.target}: {_EXPLAINED.get(worst, in_words(worst))}"
        return end_scan(app, tx, scan, ScanStatus.FAILED, reason_of(worst), at, detail)
    judge_absent(app, tx, scan, at)
    blocked = any(SkipReason.BLOCKED_BY_WAF.value in row.skipped for row in tx.ledger.rows(scan.id))
    lost = any(SkipReason.AUTH_LOST.value in row.skipped for row in tx.ledger.rows(scan.id))
    reason = StatusReason.BLOCKED_BY_WAF if blocked else None
    if lost:
        reason = StatusReason.AUTH_LOST
    detail = _LOGIN_LOST if lost else ""
    return end_scan(app, tx, scan, ScanStatus.COMPLETED, reason, at, detail, _problems(tx, scan.id))


def _problems(tx: Tx, scan_id: ScanId) -> tuple[str, ...]:
    """Entries that could not be reached make a scan inconclusive however much else was tested."""
    return tuple(
        f"{count} {'target' if count == 1 else 'targets'} could not be entered: {in_words(reason)}"
        for stage, reason, count in tx.units.failures(scan_id)
        if stage < Stage.CHECK
    )


def reason_of(transport_reason: str) -> StatusReason:
    """The scan's status_reason for a transport reason."""
    if transport_reason in _UNREACHABLE or transport_reason.startswith(("tls_", "certificate")):
        return StatusReason.TARGET_UNREACHABLE
    try:
        return StatusReason(transport_reason)
    except ValueError:
        return StatusReason.TARGET_UNREACHABLE
