"""The log of a scan: a bounded table, the newest entries stay."""

from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.scan_log import LogEntry, LogKind
from cyberai.storage.dialect import arg, constant
from cyberai.storage.scans import scan_number
from cyberai.storage.schema import scan_log as table
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

KEPT = 1_000
"""Entries kept per scan."""

_c = table.c
_of_scan = and_(_c.workspace == arg("workspace"), _c.scan == arg("scan"))
_AGAIN = Statement(
    update(table)
    .where(_of_scan, _c.kind == arg("kind"), _c.text == arg("text"))
    .values(times=_c.times + 1, last_at=arg("at"), detail=arg("detail"))
)
_NAMES = ("workspace", "scan", "at", "kind", "text", "detail", "times", "last_at")
_ADD = Statement(
    insert(table)
    .values(
        {
            **{name: arg(name) for name in _NAMES},
            "ordinal": select(func.coalesce(func.max(_c.ordinal), constant(0)) + constant(1))
            .where(_of_scan)
            .scalar_subquery(),
        }
    )
    .returning(_c.ordinal)
)
_FORGET = Statement(delete(table).where(_of_scan, _c.ordinal <= arg("ordinal")))
_AFTER = Statement(
    select(_c.ordinal, _c.at, _c.kind, _c.text, _c.detail, _c.times, _c.last_at)
    .where(_of_scan, _c.ordinal > arg("ordinal"))
    .order_by(_c.ordinal)
    .limit(arg("limit"))
)


class ScanLog:
    """`ports.repositories.LogTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def add(
        self, scan_id: ScanId, kind: LogKind, text: str, at: int, detail: str = "", *, merge: bool = False
    ) -> None:
        """Add an entry; with `merge`, count one more time where the same kind and text stand already."""
        workspace = self._scope.writable()
        number = scan_number(self._scope, workspace, scan_id)
        if number == NOWHERE:
            raise StoreError(f"Scan {scan_id} does not exist; insert it before its log")
        key = {"workspace": workspace, "scan": number}
        entry: dict[str, Any] = {**key, "kind": kind.value, "text": text, "detail": detail, "at": at}
        if merge and self._db.run(_AGAIN, **entry):
            return
        row = self._db.one(_ADD, **entry, times=1, last_at=at)
        assert row is not None
        if row[0] > KEPT:
            self._db.run(_FORGET, **key, ordinal=row[0] - KEPT)

    def after(self, scan_id: ScanId, ordinal: int, limit: int) -> list[LogEntry]:
        """Entries with a larger ordinal, oldest first."""
        workspace = self._scope.readable()
        number = scan_number(self._scope, workspace, scan_id)
        rows = self._db.rows(_AFTER, workspace=workspace, scan=number, ordinal=ordinal, limit=limit)
        return [
            LogEntry(
                ordinal=ordinal,
                at=at,
                kind=LogKind(kind),
                text=text,
                detail=detail,
                times=times,
                last_at=last_at,
            )
            for ordinal, at, kind, text, detail, times, last_at in rows
        ]
