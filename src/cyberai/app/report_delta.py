"""What a delta report is about: a scan, the earlier one it is held against, and what differs."""

from collections.abc import Callable

from cyberai.app.context import App
from cyberai.app.scan_diff import notes_on, previous_of, scanned
from cyberai.app.scans import require_scan
from cyberai.domain.diff import compare, not_compared
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.report import Delta, DeltaEntry, NotComparedCheck, Report
from cyberai.domain.scan import Scan
from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.store import Tx

PREVIOUS = "previous"


def baseline_of(tx: Tx, report: Report) -> Scan:
    """The scan that a delta report is held against: the named one, the last one before `since`, else the one before;
    raise NotFound, or InvalidRequest for the scan itself."""
    scan = require_scan(tx, report.scan_ids[0], "scan_id")
    named = report.baseline_scan_id
    if named is None or named == PREVIOUS:
        return previous_of(tx, scan, "baseline_scan_id" if report.since is None else "since", report.since)
    baseline = require_scan(tx, named, "baseline_scan_id")
    if baseline.id == scan.id:
        raise InvalidRequest(
            "Invalid report configuration",
            field="baseline_scan_id",
            reason="A scan does not differ from itself; name an earlier one, or `previous`",
        )
    return baseline


def delta_of(app: App, tx: Tx, report: Report, wanted: Callable[[Vulnerability], bool]) -> Delta:
    """All that is wanted of what either scan saw, and what became of it; raise NotFound."""
    baseline = baseline_of(tx, report)
    scan = require_scan(tx, report.scan_ids[0], "scan_id")
    older, newer = scanned(tx, baseline), scanned(tx, scan)
    metas = {check.meta.id: check.meta for check in app.checks}
    return Delta(
        baseline=baseline,
        entries=tuple(
            DeltaEntry(
                change=item.difference.value,
                vulnerability=item.row,
                was=item.was,
                before=item.before,
                after=item.after,
                untested_before=item.untested_before,
            )
            for item in compare(older, newer, metas)
            if wanted(item.row)
        ),
        not_compared=tuple(
            NotComparedCheck(host=row.host, check_id=row.check_id, only_in=row.only_in.value)
            for row in not_compared(older, newer)
        ),
        notes=tuple(notes_on(scan, baseline)),
    )
