"""What differs between two scans of a target. Pure rules over what each saw and what each looked at.

A vulnerability that only the older scan saw is called fixed where the newer one's ledger shows that the check ran there,
as in `cyberai.domain.absence`; one that neither looked at says nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.absence import looked
from cyberai.domain.check import CheckMeta
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Vulnerability
from cyberai.domain.vulnerability_moves import Looked


class Difference(StrEnum):
    """What became of a vulnerability from the older scan to the newer, in the order in which lists show it."""

    NEW = "new"
    """Seen for the first time."""
    REGRESSED = "regressed"
    """It had been gone, and is back."""
    SEVERITY_CHANGED = "severity_changed"
    """Both saw it; the scanner rates it otherwise now."""
    MOVED = "moved"
    """The same flaw at another place: the old place is gone or mended, and this one is new."""
    FIXED = "fixed"
    """The check ran there again, to its end, and found nothing."""
    NOT_OBSERVED = "not_observed"
    """The newer scan did not come by the place: the page is gone, or nothing links to it."""
    NOT_TESTED = "not_tested"
    """The newer scan did not look there, or not to the end: nothing can be said."""
    STILL_THERE = "still_there"
    """Both saw it."""


ORDER = {difference: index for index, difference in enumerate(Difference)}


class Scanned(Struct, frozen=True, kw_only=True):
    """One scan: what it saw, its ledger, and whether a place is in its scope."""

    scan: Scan
    rows: tuple[Vulnerability, ...]
    ledger: tuple[CoverageRow, ...]
    covers: Callable[[Vulnerability], bool]


class Differing(Struct, frozen=True, kw_only=True):
    """One vulnerability and what became of it. `before` and `after` are the severities that the scans gave; `was` is the
    vulnerability at the old place where it moved. `untested_before`: the older scan did not look there, so it may
    have been there already."""

    difference: Difference
    row: Vulnerability
    before: Severity | None = None
    after: Severity | None = None
    was: Vulnerability | None = None
    untested_before: bool = False


class OnlyIn(StrEnum):
    """Which of the two scans tested something."""

    SCAN = "scan"
    AGAINST = "against"


class NotCompared(Struct, frozen=True, kw_only=True):
    """A check on a host that only one of the two scans ran."""

    host: str
    check_id: str
    only_in: OnlyIn


_UNSEEN = {
    Looked.CLEAN: Difference.FIXED,
    Looked.ELSEWHERE: Difference.NOT_OBSERVED,
    Looked.PARTLY: Difference.NOT_TESTED,
    Looked.NEVER: Difference.NOT_TESTED,
}
_LEFT = frozenset({Difference.FIXED, Difference.NOT_OBSERVED})


def compare(older: Scanned, newer: Scanned, metas: Mapping[str, CheckMeta]) -> list[Differing]:
    """Every vulnerability that either saw, ordered by difference, severity and age; `metas` are the checks that this
    version has."""
    was_seen = {row.id for row in older.rows}
    is_seen = {row.id for row in newer.rows}
    looked_then, looks_now = _look(older, metas), _look(newer, metas)
    found = [_both(older, newer, row) for row in newer.rows if row.id in was_seen]
    found += [_arrived(older, newer, row, looked_then(row)) for row in newer.rows if row.id not in was_seen]
    found += [
        Differing(difference=_UNSEEN[looks_now(row)], row=row, before=severity_at(row, _end(older)))
        for row in older.rows
        if row.id not in is_seen
    ]
    return sorted(_with_moves(found), key=position)


def position(item: Differing) -> tuple[int, int, str]:
    """Where it stands in the list; no two have the same."""
    severity = item.after or item.before or item.row.severity
    return ORDER[item.difference], -severity.rank, item.row.id


def not_compared(older: Scanned, newer: Scanned) -> list[NotCompared]:
    """What one of the two ran, and the other did not."""
    then, now = _ran(older), _ran(newer)
    only = [(place, OnlyIn.AGAINST) for place in then - now] + [(place, OnlyIn.SCAN) for place in now - then]
    return [
        NotCompared(host=host, check_id=check_id, only_in=which) for (host, check_id), which in sorted(only)
    ]


def severity_at(row: Vulnerability, at: int) -> Severity:
    """What the scanner rated it at that time."""
    return next((change.before for change in row.severity_changes if change.at > at), row.severity)


def _ran(scanned: Scanned) -> set[tuple[str, str]]:
    return {(line.host, line.check_id) for line in scanned.ledger if line.clean or line.found}


def _end(scanned: Scanned) -> int:
    scan = scanned.scan
    return scan.finished_at if scan.finished_at is not None else scan.updated_at


def _look(scanned: Scanned, metas: Mapping[str, CheckMeta]) -> Callable[[Vulnerability], Looked]:
    """How a scan has looked at what it did not see. One that did not run to its end says nothing."""
    ledger: dict[str, list[CoverageRow]] = defaultdict(list)
    for line in scanned.ledger:
        ledger[line.check_id].append(line)
    scan = scanned.scan

    def look(row: Vulnerability) -> Looked:
        if scan.status is not ScanStatus.COMPLETED or not scanned.covers(row):
            return Looked.NEVER
        return looked(row, scan.id, metas.get(row.check_id), ledger[row.check_id])

    return look


def _both(older: Scanned, newer: Scanned, row: Vulnerability) -> Differing:
    before, after = severity_at(row, _end(older)), severity_at(row, _end(newer))
    difference = Difference.STILL_THERE if before is after else Difference.SEVERITY_CHANGED
    if row.scan_id == newer.scan.id and row.detection is Detection.REGRESSED:
        difference = Difference.REGRESSED
    return Differing(difference=difference, row=row, before=before, after=after)


def _arrived(older: Scanned, newer: Scanned, row: Vulnerability, then: Looked) -> Differing:
    returned = row.first_seen < older.scan.created_at
    return Differing(
        difference=Difference.REGRESSED if returned else Difference.NEW,
        row=row,
        after=severity_at(row, _end(newer)),
        untested_before=then in (Looked.NEVER, Looked.PARTLY),
    )


def _with_moves(found: list[Differing]) -> list[Differing]:
    """With what is gone at one place and new at one other place put together, where it cannot be anything else."""
    left = _single(item for item in found if item.difference in _LEFT)
    came = _single(item for item in found if item.difference is Difference.NEW and not item.untested_before)
    moved = {came[key].row.id: left[key] for key in left.keys() & came.keys()}
    gone = {item.row.id for item in moved.values()}
    result = []
    for item in found:
        old = moved.get(item.row.id)
        if old is not None:
            item = structs.replace(item, difference=Difference.MOVED, was=old.row, before=old.before)
        if item.row.id not in gone:
            result.append(item)
    return result


def _single(items: Iterable[Differing]) -> dict[tuple[str, ...], Differing]:
    """By what a flaw keeps when it moves; what occurs twice could have gone anywhere and is left out."""
    by: dict[tuple[str, ...], list[Differing]] = defaultdict(list)
    for item in items:
        by[_kept(item.row)].append(item)
    return {key: several[0] for key, several in by.items() if len(several) == 1}


def _kept(row: Vulnerability) -> tuple[str, ...]:
    """Check, host and title, and the parameter; where it has none, the last part of its path."""
    place = row.location.parameter or (row.location.url or "").partition("?")[0].rpartition("/")[2]
    return row.check_id, row.host, row.title, place
