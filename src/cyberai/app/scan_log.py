"""What happened to a scan, for people: written in the transaction in which it happened."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.listing import ListPage, decode_cursor, encode_cursor
from cyberai.app.scans import require_scan
from cyberai.app.times import rfc3339_millis
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.scan_log import LogEntry, LogKind
from cyberai.ports.store import Tx

MAX_DETAIL = 500
_LIST = "scan-log"


class LogResource(Struct, kw_only=True):
    """An entry of `GET /v1/scans/{id}/log`."""

    at: str
    kind: str
    text: str
    detail: str | None
    times: int
    last_at: str


class _OfScan(Struct, frozen=True):
    """What the cursors of this list are bound to."""

    scan_id: str


def note(
    tx: Tx, scan_id: ScanId, kind: LogKind, text: str, at: int, detail: str = "", *, merge: bool = False
) -> None:
    """Add an entry; with `merge`, count one more time where the same kind and text stand already."""
    tx.log.add(scan_id, kind, text, at, " ".join(detail.split())[:MAX_DETAIL], merge=merge)


async def scan_log(
    app: App, workspace: WorkspaceId, scan_id: str, *, limit: int, cursor: str | None
) -> ListPage[LogResource]:
    """A page of the log, oldest first; raise NotFound."""
    where = _OfScan(scan_id)
    after = decode_cursor(app, _LIST, workspace, where, cursor) if cursor is not None else 0

    def load(tx: Tx) -> list[LogEntry]:
        return tx.log.after(require_scan(tx, scan_id).id, after, limit + 1)

    rows = await app.store.read(workspace, load)
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor(app, _LIST, workspace, where, rows[-1].ordinal) if more else None
    return ListPage(data=[_resource(row) for row in rows], has_more=more, next_cursor=following)


def _resource(entry: LogEntry) -> LogResource:
    return LogResource(
        at=rfc3339_millis(entry.at),
        kind=entry.kind.value,
        text=entry.text,
        detail=entry.detail or None,
        times=entry.times,
        last_at=rfc3339_millis(entry.last_at),
    )
