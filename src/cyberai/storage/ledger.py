"""The coverage ledger: what was tested, skipped, failed, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from cyberai.domain.check import CheckOutcome, Clean, Errored, Found, Skipped
from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.report import CoverageRow
from cyberai.ports.repositories import LedgerRow
from cyberai.storage.dialect import arg, insert_row, upsert
from cyberai.storage.driver import Row
from cyberai.storage.scans import scan_number
from cyberai.storage.schema import ledger_count, ledger_row
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

KEPT = 100
"""Rows kept per scan, host, check, outcome and reason; all are counted."""

_KEY = ("workspace", "scan", "host", "check_id", "outcome", "reason")
_c, _r = ledger_count.c, ledger_row.c
_COUNT = Statement(upsert(ledger_count, *_KEY, "n", key=_KEY, changes={"n": _c.n + arg("n")}).returning(_c.n))
_KEEP = Statement(insert_row(ledger_row, *_KEY, "ordinal", "asset", "detail"))
_ROWS = Statement(
    select(_c.host, _c.check_id, _c.outcome, _c.reason, _c.n)
    .where(and_(_c.workspace == arg("workspace"), _c.scan == arg("scan")))
    .order_by(_c.host, _c.check_id, _c.outcome, _c.reason)
)
_beyond = or_(_c.host > arg("host"), and_(_c.host == arg("host"), _c.check_id > arg("check")))
_PLACES = Statement(
    select(_c.host, _c.check_id)
    .where(_c.workspace == arg("workspace"), _c.scan == arg("scan"), _c.host >= arg("host"), _beyond)
    .distinct()
    .order_by(_c.host, _c.check_id)
    .limit(arg("limit"))
)
_PLACE = Statement(
    select(_c.host, _c.check_id, _c.outcome, _c.reason, _c.n)
    .where(
        _c.workspace == arg("workspace"),
        _c.scan == arg("scan"),
        _c.host == arg("host"),
        _c.check_id == arg("check"),
    )
    .order_by(_c.outcome, _c.reason)
)
_KEPT = Statement(
    select(_r.host, _r.check_id, _r.asset, _r.outcome, _r.reason, _r.detail)
    .where(and_(_r.workspace == arg("workspace"), _r.scan == arg("scan")))
    .order_by(_r.host, _r.check_id, _r.outcome, _r.reason, _r.ordinal)
    .limit(arg("limit"))
)

_Group = tuple[str, str, str, str]


@dataclass
class _Tally:
    """The counters of one check on one host while they are added up."""

    clean: int = 0
    found: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    errored: dict[str, int] = field(default_factory=dict)


class Ledger:
    """`ports.repositories.LedgerTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def add(self, scan_id: ScanId, outcomes: Iterable[CheckOutcome]) -> None:
        """Count outcomes."""
        workspace = self._scope.writable()
        scan = scan_number(self._scope, workspace, scan_id)
        if scan == NOWHERE:
            raise StoreError(f"Scan {scan_id} does not exist; insert it before its outcomes")
        groups: dict[_Group, list[tuple[str, str]]] = {}
        for item in outcomes:
            outcome, reason, detail = _describe(item)
            group = (item.host, item.check_id, outcome, reason)
            groups.setdefault(group, []).append((item.asset, detail))
        for (host, check_id, outcome, reason), places in groups.items():
            key = {
                "workspace": workspace,
                "scan": scan,
                "host": host,
                "check_id": check_id,
                "outcome": outcome,
                "reason": reason,
            }
            self._add(key, places)

    def _add(self, key: dict[str, object], places: list[tuple[str, str]]) -> None:
        row = self._db.one(_COUNT, **key, n=len(places))
        assert row is not None
        before = row[0] - len(places)
        if key["outcome"] == "clean" or before >= KEPT:
            return
        kept = enumerate(places[: KEPT - before], start=before)
        self._db.many(
            _KEEP, [{**key, "ordinal": n, "asset": asset, "detail": detail} for n, (asset, detail) in kept]
        )

    def rows(self, scan_id: ScanId) -> list[CoverageRow]:
        """All counters of a scan."""
        workspace = self._scope.readable()
        scan = scan_number(self._scope, workspace, scan_id)
        return _tallied(self._db.rows(_ROWS, workspace=workspace, scan=scan))

    def page(self, scan_id: ScanId, after: tuple[str, str], limit: int) -> list[CoverageRow]:
        """Counters of a scan after that host and check, in their order."""
        workspace = self._scope.readable()
        here = {"workspace": workspace, "scan": scan_number(self._scope, workspace, scan_id)}
        places = self._db.rows(_PLACES, **here, host=after[0], check=after[1], limit=limit)
        return _tallied(
            row for host, check in places for row in self._db.rows(_PLACE, **here, host=host, check=check)
        )

    def kept(self, scan_id: ScanId, limit: int = 1000) -> list[LedgerRow]:
        """The kept rows."""
        workspace = self._scope.readable()
        scan = scan_number(self._scope, workspace, scan_id)
        rows = self._db.rows(_KEPT, workspace=workspace, scan=scan, limit=limit)
        return [LedgerRow(*row) for row in rows]


def _tallied(rows: Iterable[Row]) -> list[CoverageRow]:
    """Rows of (host, check, outcome, reason, n), put together per host and check."""
    tallies: dict[tuple[str, str], _Tally] = {}
    for host, check_id, outcome, reason, n in rows:
        tally = tallies.setdefault((host, check_id), _Tally())
        if outcome == "clean":
            tally.clean += n
        elif outcome == "found":
            tally.found += n
        else:
            (tally.skipped if outcome == "skipped" else tally.errored)[reason] = n
    return [
        CoverageRow(
            host=host,
            check_id=check_id,
            clean=tally.clean,
            found=tally.found,
            skipped=tally.skipped,
            errored=tally.errored,
        )
        for (host, check_id), tally in tallies.items()
    ]


def _describe(item: CheckOutcome) -> tuple[str, str, str]:
    match item.outcome:
        case Clean():
            return "clean", "", ""
        case Found(hits):
            return "found", "", "; ".join(hit.detail for hit in hits if hit.detail)
        case Skipped(reason, detail):
            return "skipped", reason.value, detail
        case Errored(reason, detail):
            return "errored", reason, detail
