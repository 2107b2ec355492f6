"""How far a scan is, by the time its units take: monotonic, and never 100 before the end."""

from cyberai.domain.pace import paced, seconds_left
from cyberai.domain.scan import Phase, Progress, Scan
from cyberai.domain.unit import Stage, UnitCounts

_PHASE = {
    Stage.DISCOVER: Phase.DISCOVERING,
    Stage.IDENTIFY: Phase.DISCOVERING,
    Stage.CRAWL: Phase.CRAWLING,
    Stage.REVISIT: Phase.TESTING,
    Stage.CHECK: Phase.TESTING,
    Stage.MEASURE: Phase.TESTING,
}
_MOST_BEFORE_END = 99


def current_phase(counts: list[UnitCounts]) -> Phase:
    """The phase of the lowest stage that is not done."""
    for row in sorted(counts, key=lambda row: row.stage):
        if row.done < row.total:
            return _PHASE[row.stage]
    return Phase.TESTING


def advance(scan: Scan, counts: list[UnitCounts], requests: int, at: int) -> Scan:
    """The scan with its pace, progress and estimated completion brought up to date."""
    pace = paced(scan.pace, counts, at)
    phase = current_phase(counts)
    left = max(1_000_000, round(seconds_left(pace, counts, at) * 1_000_000))
    elapsed = scan.worked(at)
    by_stage = {row.stage: row for row in counts}
    # Waiting for a connection that never comes is no progress; a port sweep sends no requests.
    begun = requests > 0 or Stage.DISCOVER in by_stage
    reached = min(_MOST_BEFORE_END, 100 * elapsed // (elapsed + left)) if begun else 0
    checks = by_stage.get(Stage.CHECK, UnitCounts(Stage.CHECK, 0, 0))
    pages = by_stage.get(Stage.CRAWL, UnitCounts(Stage.CRAWL, 0, 0))
    progress = Progress(
        current=max(scan.progress.current, reached),
        status=_sentence(phase, pages, checks, by_stage.get(Stage.MEASURE)),
        phase=phase,
        requests_sent=requests,
        checks_done=checks.done,
        checks_total=checks.total,
        endpoints_found=pages.total,
        eta_seconds=round(left / 1_000_000),
    )
    return scan.replace(pace=pace, progress=progress, estimated_completion=at + left, updated_at=at)


def _sentence(phase: Phase, pages: UnitCounts, checks: UnitCounts, measures: UnitCounts | None) -> str:
    if phase is Phase.CRAWLING:
        return f"Exploring: {pages.done} of {pages.total} requests seen"
    if measures is not None and checks.done == checks.total and phase is Phase.TESTING:
        return f"Measuring delays: {measures.done} of {measures.total} places"
    if phase is Phase.TESTING:
        return f"Testing: {checks.done} of {checks.total} assets"
    return "Discovering services"
