"""What a scan would do, without doing it: nothing is stored, nothing is sent, not even a name looked up."""

from collections.abc import Container
from statistics import median
from typing import Any

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.requests import ScanRequest
from cyberai.app.resources import effective_options, effective_policies
from cyberai.app.scan_request import literal_refusal, read_scan_request
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import ScanSpec, ScanStatus
from cyberai.domain.target import RangeTarget, Target, literal_address
from cyberai.engine.forecast import Forecast, StagePlan, forecast
from cyberai.engine.registry import left_out, select
from cyberai.ports.repositories import Page, ScanFilter

MAX_HOSTS = 100
"""Hosts that are listed; all are counted."""

JUDGED_LATER = "judged_when_it_connects"


class PlannedHost(Struct, kw_only=True):
    """A host of the plan. `policy` is allowed, refused, or judged_when_it_connects (a name, whose addresses are not
    known before)."""

    host: str
    policy: str
    stages: list[str]


class PlannedCheck(Struct, kw_only=True):
    """A check that would run; `max_requests` on each asset of its scope."""

    id: str
    title: str
    scope: str
    max_requests: int


class Refusal(Struct, kw_only=True):
    """What would not be done, and why: a target the operator's policy refuses, a check the mode or type excludes."""

    kind: str
    name: str
    reason: str


class RequestEstimate(Struct, kw_only=True):
    """Requests and seconds to expect, and the requests if every check used up its budget. `basis` earlier_scans: the median of this target's last completed scans;
    model: from the number of hosts, ports and checks, with the assumptions given."""

    requests: int
    at_most: int
    seconds: int
    basis: str
    assumptions: list[str]


class ScanPlan(Struct, kw_only=True):
    """The answer to `POST /v1/scans?dry_run=true`."""

    dry_run: bool
    target: str
    targets: tuple[str, ...]
    scan_type: str
    would_start: bool
    effective_options: dict[str, Any]
    policies: dict[str, Any]
    hosts: list[PlannedHost]
    hosts_total: int
    stages: list[StagePlan]
    checks: list[PlannedCheck]
    forbidden: list[Refusal]
    scope: list[str]
    estimate: RequestEstimate


async def plan_scan(app: App, workspace: WorkspaceId, request: ScanRequest) -> ScanPlan:
    """The plan; raise InvalidRequest as creating the scan would. A target that may not be scanned is no error
    here: the plan says so."""
    spec, targets, _ = read_scan_request(request)
    refused = {
        text: refusal
        for text, target in zip(spec.targets, targets, strict=True)
        if (refusal := literal_refusal(app, target)) is not None
    }
    checks = select(app.checks, spec)
    expected = forecast(targets, spec, checks)
    hosts = tuple(expected.entries)
    return ScanPlan(
        dry_run=True,
        target=spec.targets[0],
        targets=spec.targets,
        scan_type=spec.scan_type.value,
        would_start=not refused,
        effective_options=effective_options(spec),
        policies=effective_policies(spec),
        hosts=[
            _host(app, host, expected, _all_refused(host, spec, targets, refused))
            for host in hosts[:MAX_HOSTS]
        ],
        hosts_total=len(hosts),
        stages=expected.stages,
        checks=[
            PlannedCheck(
                id=check.meta.id,
                title=check.meta.title,
                scope=check.meta.scope.value,
                max_requests=check.meta.max_requests,
            )
            for check in checks
        ],
        forbidden=[
            *(Refusal(kind="target", name=text, reason=reason) for text, reason in refused.items()),
            *(Refusal(kind="check", name=id, reason=reason) for id, reason in left_out(app.checks, spec)),
        ],
        scope=[_covers(text, target) for text, target in zip(spec.targets, targets, strict=True)],
        estimate=await _estimate(app, workspace, spec, expected),
    )


def _all_refused(host: str, spec: ScanSpec, targets: tuple[Target, ...], refused: Container[str]) -> bool:
    """Whether nothing but refused targets name this host: such as the one port at which this server listens."""
    named = [
        text
        for text, target in zip(spec.targets, targets, strict=True)
        if not isinstance(target, RangeTarget) and target.host == host
    ]
    return bool(named) and all(text in refused for text in named)


def _host(app: App, host: str, expected: Forecast, refused: bool) -> PlannedHost:
    if literal_address(host) is None:
        policy = JUDGED_LATER
    else:
        policy = "refused" if refused or app.judge.refusal(host) is not None else "allowed"
    return PlannedHost(
        host=host, policy=policy, stages=[stage.name.lower() for stage in expected.entered(host)]
    )


def _covers(text: str, target: Target) -> str:
    match target:
        case RangeTarget():
            return f"{text}: these addresses, their ports and the web on them; nothing else"
        case _ if target.host and hasattr(target, "url"):
            return f"{text}: this origin and what lies below its path; no port scan"
        case _ if hasattr(target, "port"):
            return f"{text}: this port only"
        case _:
            return f"{text}: this host, its ports and the web on them; no other name or address"


async def _estimate(app: App, workspace: WorkspaceId, spec: ScanSpec, expected: Forecast) -> RequestEstimate:
    where = ScanFilter(status=(ScanStatus.COMPLETED.value,), target=(spec.targets[0],))
    rows = await app.store.read(workspace, lambda tx: tx.scans.page(where, Page(limit=5)))
    past = [
        row.scan.statistics for row in rows if row.scan.statistics and row.scan.spec.targets == spec.targets
    ]
    if past:
        return RequestEstimate(
            requests=round(median(item.requests_made for item in past)),
            at_most=max(expected.at_most, *(item.requests_made for item in past)),
            seconds=max(1, round(median(item.scan_duration for item in past))),
            basis="earlier_scans",
            assumptions=[f"the target is as it was in its last {len(past)} completed scan(s)"],
        )
    return RequestEstimate(
        requests=expected.requests,
        at_most=expected.at_most,
        seconds=min(spec.options.timeout, expected.seconds),
        basis="model",
        assumptions=expected.assumptions,
    )
