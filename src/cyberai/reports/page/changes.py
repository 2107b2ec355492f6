"""What became of each finding since an earlier scan, in words and groups."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.domain.report import Delta, DeltaEntry, ReportModel
from cyberai.reports.page.findings import short_place
from cyberai.reports.plain_text import capped, one_line, utc

MAX_ENTRIES = 300
"""Findings shown of one group."""
_MAX_TITLE = 160
_MAX_NOTES = 20

WORDS = {
    "new": ("New", "Seen for the first time."),
    "regressed": ("Back again", "Had been gone, and is there again."),
    "severity_changed": ("Rated otherwise", "Both scans saw it; the scanner rates it otherwise now."),
    "moved": ("Moved", "The same flaw at another place: the old place is gone or mended."),
    "fixed": ("Fixed", "The check ran there again, to its end, and found nothing."),
    "not_observed": (
        "Not seen again",
        "This scan did not come by the place: it is gone, or nothing links to it.",
    ),
    "not_tested": (
        "Not tested again",
        "This scan did not look there, or not to the end: nothing can be said.",
    ),
    "still_there": ("Still there", "Both scans saw it."),
}
"""Each change in the order in which it is shown: its word, and what it means."""

SHOWN_IN_FULL = frozenset({"new", "regressed"})


class ChangedFinding(Struct, frozen=True, kw_only=True):
    """One finding of a group; `detail` says what is special about it."""

    id: str
    severity: str
    title: str
    where: str
    detail: str


class ChangeGroup(Struct, frozen=True, kw_only=True):
    """All findings with the same change; `omitted` more are not shown."""

    name: str
    word: str
    meaning: str
    entries: tuple[ChangedFinding, ...]
    omitted: int


class DeltaView(Struct, frozen=True, kw_only=True):
    """The whole comparison. `counts` are (change, its word, how many)."""

    against: str
    counts: tuple[tuple[str, str, int], ...]
    groups: tuple[ChangeGroup, ...]
    notes: tuple[str, ...]


def delta_view(model: ReportModel) -> DeltaView | None:
    """The comparison, where the report is one."""
    delta = model.delta
    if delta is None:
        return None
    groups = [(name, [entry for entry in delta.entries if entry.change == name]) for name in WORDS]
    return DeltaView(
        against=_against(delta),
        counts=tuple((name, WORDS[name][0], len(found)) for name, found in groups),
        groups=tuple(_group(name, found) for name, found in groups if found),
        notes=tuple(_notes(delta, model.check_titles)),
    )


def shown_in_full(model: ReportModel) -> frozenset[str] | None:
    """The ids of findings that a delta report shows with their evidence; None where the report is no comparison."""
    if model.delta is None:
        return None
    return frozenset(e.vulnerability.id for e in model.delta.entries if e.change in SHOWN_IN_FULL)


def _against(delta: Delta) -> str:
    scan = delta.baseline
    when = utc(scan.finished_at or scan.created_at)
    return f"Held against the scan of {when}: {capped(one_line(scan.target), 200)} ({one_line(scan.id)})."


def _group(name: str, entries: list[DeltaEntry]) -> ChangeGroup:
    word, meaning = WORDS[name]
    return ChangeGroup(
        name=name,
        word=word,
        meaning=meaning,
        entries=tuple(_finding(entry) for entry in entries[:MAX_ENTRIES]),
        omitted=max(0, len(entries) - MAX_ENTRIES),
    )


def _finding(entry: DeltaEntry) -> ChangedFinding:
    row = entry.vulnerability
    severity = entry.after or entry.before or row.severity
    return ChangedFinding(
        id=one_line(row.id),
        severity=severity.value,
        title=capped(one_line(row.title), _MAX_TITLE),
        where=short_place(row),
        detail=_detail(entry),
    )


def _detail(entry: DeltaEntry) -> str:
    if entry.was is not None:
        return f"was at {short_place(entry.was)}"
    if entry.before is not None and entry.after is not None and entry.before is not entry.after:
        return f"was {entry.before.value}, is {entry.after.value}"
    if entry.untested_before:
        return "the earlier scan did not look there: it may have been there already"
    return ""


def _notes(delta: Delta, titles: dict[str, str]) -> Iterable[str]:
    yield from (capped(one_line(note), 300) for note in delta.notes)
    for row in delta.not_compared[:_MAX_NOTES]:
        which = "this scan" if row.only_in == "scan" else "the earlier scan"
        name = one_line(titles.get(row.check_id, row.check_id))
        yield f"Only {which} ran \u201c{name}\u201d on {capped(one_line(row.host), 120)}"
    if len(delta.not_compared) > _MAX_NOTES:
        yield f"and {len(delta.not_compared) - _MAX_NOTES:,} more checks that only one of the scans ran"
