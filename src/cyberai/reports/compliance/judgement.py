"""What a scan says of each row of each standard: failed, tested, tested in part, or not tested at all.

A check belongs to a row by its weaknesses (CWE) or by the row's own name among its OWASP tags; a finding by its own
weaknesses, where it has some, and by its check's otherwise.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from cyberai.domain.check import SkipReason
from cyberai.domain.finding import Tier
from cyberai.domain.report import CoverageRow, ReportModel
from cyberai.domain.vulnerability import Vulnerability, VulnerabilityStatus

_MISSED = frozenset(reason.value for reason in SkipReason if not reason.leaves_coverage)
_STANDING = frozenset(
    {VulnerabilityStatus.OPEN, VulnerabilityStatus.IN_PROGRESS, VulnerabilityStatus.ACCEPTED_RISK}
)
"""A risk that is accepted is there: people decided to live with it, and an auditor decides what that means."""


class State(StrEnum):
    """What is known of a row."""

    FAILED = "failed"
    TESTED = "tested"
    PARTLY = "partly"
    UNTESTED = "untested"


WORDS = {
    State.FAILED: "failed",
    State.TESTED: "tested",
    State.PARTLY: "partly tested",
    State.UNTESTED: "not tested",
}


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a standard as published; `tag` is its name among the OWASP tags of checks."""

    id: str
    title: str
    cwe: tuple[int, ...]
    tag: str = ""
    also: tuple[int, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """Everything by which a check or a finding belongs to it."""
        return frozenset(f"CWE-{number}" for number in (*self.cwe, *self.also)) | {self.tag}


class Standard(Struct, frozen=True, forbid_unknown_fields=True):
    """A standard and its rows."""

    name: str
    rows: tuple[Row, ...]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    standard: tuple[Standard, ...]


class JudgedRow(Struct, frozen=True, kw_only=True):
    """A row and what the scan says of it: findings that stand and are proven, and checks that ran."""

    id: str
    title: str
    state: State
    word: str
    findings: int
    checks: int
    check_ids: tuple[str, ...]
    finding_ids: tuple[str, ...]


class JudgedStandard(Struct, frozen=True, kw_only=True):
    """A standard with its rows judged; `summary` is one sentence of counts."""

    name: str
    summary: str
    rows: tuple[JudgedRow, ...]


@cache
def standards() -> tuple[Standard, ...]:
    """All standards, in the order of the file."""
    content = (files("cyberai.reports.compliance") / "standards.toml").read_bytes()
    return msgspec.toml.decode(content, type=_File).standard


def judged(model: ReportModel) -> tuple[JudgedStandard, ...]:
    """Every standard by the model's ledger and findings."""
    ledger: dict[str, list[CoverageRow]] = {}
    for line in model.coverage:
        ledger.setdefault(line.check_id, []).append(line)
    rows = [*(item.vulnerability for item in model.items), *model.rest]
    proven = [row for row in rows if row.status in _STANDING and row.tier is not Tier.LEAD]
    return tuple(_standard(standard, model.check_weaknesses, ledger, proven) for standard in standards())


def _standard(
    standard: Standard,
    weaknesses: Mapping[str, tuple[str, ...]],
    ledger: Mapping[str, list[CoverageRow]],
    proven: Iterable[Vulnerability],
) -> JudgedStandard:
    rows = tuple(_row(row, weaknesses, ledger, proven) for row in standard.rows)
    counts = [(sum(row.state is state for row in rows), WORDS[state]) for state in State]
    listed = ", ".join(f"{count} {word}" for count, word in counts)
    return JudgedStandard(name=standard.name, summary=f"{len(rows)} rows: {listed}.", rows=rows)


def _row(
    row: Row,
    weaknesses: Mapping[str, tuple[str, ...]],
    ledger: Mapping[str, list[CoverageRow]],
    proven: Iterable[Vulnerability],
) -> JudgedRow:
    labels = row.labels
    mine = [id for id, own in weaknesses.items() if labels.intersection(own)]
    ran = tuple(sorted(id for id in mine if any(line.clean or line.found for line in ledger.get(id, ()))))
    gaps = any(_missed(line) for id in mine for line in ledger.get(id, ()))
    found = tuple(v.id for v in proven if labels.intersection(v.cwe or weaknesses.get(v.check_id, ())))
    state = State.FAILED if found else _state(ran=bool(ran), gaps=gaps)
    return JudgedRow(
        id=row.id,
        title=row.title,
        state=state,
        word=WORDS[state],
        findings=len(found),
        checks=len(ran),
        check_ids=ran,
        finding_ids=found,
    )


def _state(*, ran: bool, gaps: bool) -> State:
    if not ran:
        return State.UNTESTED
    return State.PARTLY if gaps else State.TESTED


def _missed(line: CoverageRow) -> bool:
    return bool(line.errored or _MISSED & line.skipped.keys())
