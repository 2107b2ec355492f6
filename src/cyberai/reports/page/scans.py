"""The verdict in words and the facts of each scan."""

from msgspec import Struct

from cyberai.domain.change import Change
from cyberai.domain.report import ReportModel
from cyberai.domain.scan import Scan, VerdictResult
from cyberai.reports.plain_text import capped, one_line, utc

_MAX_NAME = 300
_MAX_TARGETS = 50
_MEANING = {
    "pass": "Everything that applies was tested, and nothing proven reaches the threshold.",
    "fail": "Proven findings reach the threshold that was set for this scan.",
    "inconclusive": "Part of the target was not tested: what was found stands, but silence about the rest "
    "means nothing.",
    "unfinished": "The scan has not ended; these are the results so far.",
}
_NOTHING = "Nothing of the target was tested: that nothing was found says nothing about it."
_WORD = {
    "pass": "Pass",
    "fail": "Fail",
    "inconclusive": "Inconclusive",
    "unfinished": "Still running",
}
_WORST = ("unfinished", "inconclusive", "fail", "pass")


class VerdictView(Struct, frozen=True, kw_only=True):
    """The report's verdict: that of its scans, the least certain first."""

    result: str
    word: str
    meaning: str
    reasons: tuple[str, ...]


class ChangeView(Struct, frozen=True, kw_only=True):
    """One place where something was created or changed."""

    place: str
    requests: int
    created: bool
    shown_at: str


class ScanView(Struct, frozen=True, kw_only=True):
    """One scan's facts."""

    id: str
    name: str
    targets: tuple[str, ...]
    targets_not_shown: int
    facts: tuple[tuple[str, str], ...]
    changes: tuple[ChangeView, ...]
    changes_not_shown: int


def verdict_view(model: ReportModel) -> VerdictView:
    """The verdict over all scans; reasons name their scan when there are several."""
    results = [_result(scan) for scan in model.scans] or ["unfinished"]
    worst = min(results, key=_WORST.index)
    tested = [scan.verdict.coverage_percent if scan.verdict else 0 for scan in model.scans]
    word, meaning = verdict_words(worst, max(tested, default=0))
    several = len(model.scans) > 1
    reasons = []
    for scan in model.scans:
        prefix = f"{_target(scan)}: " if several else ""
        reasons += [prefix + reason for reason in (scan.verdict.reasons if scan.verdict else ())]
    return VerdictView(
        result=worst,
        word=word,
        meaning=meaning,
        reasons=tuple(capped(one_line(reason), 2 * _MAX_NAME) for reason in reasons),
    )


def verdict_words(result: str, tested: float | None = None) -> tuple[str, str]:
    """The word for a verdict (or `unfinished`) and what it means; `tested` in percent, where it is known."""
    nothing = result == "inconclusive" and tested == 0
    return _WORD[result], _NOTHING if nothing else _MEANING[result]


def scan_views(model: ReportModel) -> tuple[ScanView, ...]:
    """The scans' facts, in the model's order."""
    return tuple(_scan(scan) for scan in model.scans)


def risk_score(model: ReportModel) -> str:
    """The highest risk score of the scans, or empty."""
    scores = [scan.risk_score for scan in model.scans if scan.risk_score is not None]
    return f"{max(scores):.1f}" if scores else ""


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _result(scan: Scan) -> str:
    if not scan.status.terminal:
        return "unfinished"
    return scan.verdict.result.value if scan.verdict else VerdictResult.INCONCLUSIVE.value


def _target(scan: Scan) -> str:
    more = len(scan.spec.targets) - 1
    return capped(one_line(scan.target), 80) + (f" and {more} more" if more else "")


def _scan(scan: Scan) -> ScanView:
    targets = scan.spec.targets
    return ScanView(
        id=one_line(scan.id),
        name=capped(one_line(scan.spec.name or ""), _MAX_NAME),
        targets=tuple(capped(one_line(target), _MAX_NAME) for target in targets[:_MAX_TARGETS]),
        targets_not_shown=max(0, len(targets) - _MAX_TARGETS),
        facts=tuple((name, capped(one_line(text), _MAX_NAME)) for name, text in _facts(scan) if text),
        changes=tuple(_change(change) for change in scan.changes.places),
        changes_not_shown=scan.changes.omitted,
    )


def _change(change: Change) -> ChangeView:
    return ChangeView(
        place=capped(one_line(change.place), _MAX_NAME),
        requests=change.requests,
        created=change.created,
        shown_at=capped(one_line(", ".join(change.shown_at)), 3 * _MAX_NAME),
    )


def _facts(scan: Scan) -> tuple[tuple[str, str], ...]:
    options, policies, figures = scan.spec.options, scan.spec.policies, scan.statistics
    why = scan.status_reason.value.replace("_", " ") if scan.status_reason else ""
    status = scan.status.value + (f" ({why})" if why else "")
    rate = policies.max_requests_per_second
    verdict = scan.verdict
    return (
        ("Status", status),
        ("Detail", scan.status_detail),
        ("Verdict", f"{verdict.result.value}, {verdict.coverage_percent} % tested" if verdict else ""),
        ("Type", scan.spec.scan_type.value),
        ("Mode", policies.mode.value),
        ("Threshold", f"fails on {policies.fail_on.value} and above"),
        ("Started", utc(scan.started_at or scan.created_at)),
        ("Finished", utc(scan.finished_at) if scan.finished_at else ""),
        ("Duration", duration(figures.scan_duration) if figures else ""),
        ("Requests", f"{figures.requests_made:,}" if figures else ""),
        ("URLs", f"{figures.total_urls_scanned:,}" if figures else ""),
        ("Rate limit", f"{rate} requests/s per host" if rate else "default for the address"),
        ("Depth", str(options.depth)),
        ("Ports", options.ports),
        ("Checks", ", ".join(options.checks.include) or "all that apply"),
        ("Left out", ", ".join((*options.checks.exclude, *policies.exclude_paths))),
        ("Resumed", f"{scan.resumed_count} times after an interruption" if scan.resumed_count else ""),
    )
