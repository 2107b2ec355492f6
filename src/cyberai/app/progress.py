"""How far a scan is, from the counts of its units: monotonic, and never 100 before the end."""

from cyberai.domain.scan import Phase, Progress, Scan
from cyberai.domain.unit import Stage
from cyberai.ports.repositories import UnitCounts

_WEIGHT = {Stage.DISCOVER: 0.04, Stage.IDENTIFY: 0.04, Stage.CRAWL: 0.22, Stage.CHECK: 0.70}
_PHASE = {
    Stage.DISCOVER: Phase.DISCOVERING,
    Stage.IDENTIFY: Phase.DISCOVERING,
    Stage.CRAWL: Phase.CRAWLING,
    Stage.CHECK: Phase.TESTING,
}
_MOST_BEFORE_END = 99


def fraction_done(counts: list[UnitCounts]) -> float:
    """0.0-1.0. A stage counts once every earlier one is done; units still to be found are not foreseen."""
    by_stage = {row.stage: row for row in counts}
    done = 0.0
    for stage, weight in _WEIGHT.items():
        row = by_stage.get(stage)
        if row is None or row.total == 0:
            done += weight
            continue
        done += weight * row.done / row.total
        if row.done < row.total:
            return done
    return done


def current_phase(counts: list[UnitCounts]) -> Phase:
    """The phase of the lowest stage that is not done."""
    for row in sorted(counts, key=lambda row: row.stage):
        if row.done < row.total:
            return _PHASE[row.stage]
    return Phase.TESTING


def advance(scan: Scan, counts: list[UnitCounts], requests: int, at: int) -> Scan:
    """The scan with its progress and estimated completion brought up to date."""
    fraction = fraction_done(counts)
    phase = current_phase(counts)
    current = max(scan.progress.current, min(_MOST_BEFORE_END, int(100 * fraction)))
    elapsed = at - (scan.started_at or scan.created_at)
    left = round(elapsed * (1 - fraction) / fraction) if fraction > 0.02 else scan.estimated_completion - at
    left = max(1_000_000, left)
    by_stage = {row.stage: row for row in counts}
    checks = by_stage.get(Stage.CHECK, UnitCounts(Stage.CHECK, 0, 0))
    pages = by_stage.get(Stage.CRAWL, UnitCounts(Stage.CRAWL, 0, 0))
    progress = Progress(
        current=current,
        status=_sentence(phase, pages, checks),
        phase=phase,
        requests_sent=requests,
        checks_done=checks.done,
        checks_total=checks.total,
        endpoints_found=pages.total,
        eta_seconds=round(left / 1_000_000),
    )
    return scan.replace(progress=progress, estimated_completion=at + left, updated_at=at)


def _sentence(phase: Phase, pages: UnitCounts, checks: UnitCounts) -> str:
    if phase is Phase.CRAWLING:
        return f"Exploring: {pages.done} of {pages.total} requests seen"
    if phase is Phase.TESTING:
        return f"Testing: {checks.done} of {checks.total} assets"
    return "Discovering services"
