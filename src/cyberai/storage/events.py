"""The event log: one order per workspace, without holes.

Events are kept aside while a transaction does its work. They get their numbers from its last statements: the
workspace's row is then locked until the commit, so that the order of commits is the order of numbers, and a
transaction that rolls back takes its numbers back with it.
"""

from typing import Any

from msgspec import Raw
from sqlalchemy import func, select, update

from cyberai.domain.errors import StoreError
from cyberai.domain.event import Event, EventType, NewEvent
from cyberai.domain.ids import EventId, ScanId
from cyberai.storage.dialect import arg, insert_row
from cyberai.storage.schema import event as table
from cyberai.storage.schema import workspace
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c = table.c
_here = _c.workspace == arg("workspace")
_NUMBERS = Statement(
    update(workspace)
    .where(workspace.c.number == arg("workspace"))
    .values(seq=workspace.c.seq + arg("n"))
    .returning(workspace.c.seq)
)
_ADD = Statement(insert_row(table, "workspace", "seq", "id", "type", "at", "scan", "data"))
_AFTER = Statement(
    select(_c.seq, _c.id, _c.type, _c.at, _c.data, _c.scan)
    .where(_here, _c.seq > arg("seq"))
    .order_by(_c.seq)
    .limit(arg("limit"))
)
_OF_SCAN = Statement(
    select(_c.seq, _c.id, _c.type, _c.at, _c.data, _c.scan)
    .where(_here, _c.scan == arg("scan"), _c.seq > arg("seq"))
    .order_by(_c.seq)
    .limit(arg("limit"))
)
_HEAD = Statement(select(workspace.c.seq).where(workspace.c.number == arg("workspace")))
_OLDEST = Statement(select(func.min(_c.seq)).where(_here))


class Events:
    """`ports.repositories.EventTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db
        self._new: list[NewEvent] = []

    def append(self, event: NewEvent) -> None:
        """Add an event; it gets its number when the transaction's own work is done."""
        if self._scope.system:
            raise StoreError("An event belongs to a workspace; write it in a transaction of that workspace")
        self._new.append(event)

    def flush(self) -> None:
        """Number and store the new events: the last statements of a transaction."""
        if not self._new:
            return
        number = self._scope.writable()
        row = self._db.one(_NUMBERS, workspace=number, n=len(self._new))
        assert row is not None
        first = row[0] - len(self._new) + 1
        rows = [_values(number, seq, event) for seq, event in enumerate(self._new, start=first)]
        self._db.many(_ADD, rows)
        self._new.clear()

    def after(self, seq: int, limit: int) -> list[Event]:
        """Events with a larger number, in order."""
        rows = self._db.rows(_AFTER, workspace=self._scope.readable(), seq=seq, limit=limit)
        return [self._event(*row) for row in rows]

    def of_scan(self, scan_id: ScanId, seq: int, limit: int) -> list[Event]:
        """Events of one scan with a larger number, in order."""
        where = {"workspace": self._scope.readable(), "scan": scan_id}
        return [self._event(*row) for row in self._db.rows(_OF_SCAN, **where, seq=seq, limit=limit)]

    def head(self) -> int:
        """The newest number; 0 when there is none."""
        row = self._db.one(_HEAD, workspace=self._scope.readable())
        return int(row[0]) if row else 0

    def oldest(self) -> int:
        """The oldest number kept; 0 when there is none."""
        row = self._db.one(_OLDEST, workspace=self._scope.readable())
        return int(row[0] or 0) if row else 0

    def _event(self, seq: int, id: str, type: str, at: int, data: str, scan: str) -> Event:
        return Event(
            seq=seq,
            workspace=self._scope.workspace,
            id=EventId(id),
            type=EventType(type),
            at=at,
            data=Raw(data),
            scan_id=ScanId(scan) if scan else None,
        )


def _values(workspace: int, seq: int, event: NewEvent) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "seq": seq,
        "id": event.id,
        "type": event.type.value,
        "at": event.at,
        "scan": event.scan_id or "",
        "data": bytes(event.data).decode(),
    }
