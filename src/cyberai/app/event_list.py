"""Events as a list: what happened after a number, oldest first."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.events import Frame, frame_value
from cyberai.app.listing import decode_cursor, encode_cursor
from cyberai.app.scans import require_scan
from cyberai.domain.event import Event
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.store import Tx

_KIND = "events"


class EventPage(Struct, kw_only=True):
    """A page of events, oldest first. Where `after_seq` is older than what is kept, `resync` is true: read the state
    again, then go on from `head_seq`."""

    data: list[Frame]
    has_more: bool
    next_cursor: str | None
    head_seq: int
    resync: bool


class EventQuery(Struct, frozen=True, kw_only=True):
    """Which events; empty tuples and None mean any. Cursors are bound to it. Only those of these `topics` are
    shown, so that a page may hold fewer than asked for."""

    topics: tuple[str, ...]
    types: tuple[str, ...] = ()
    scan_id: str | None = None


async def list_events(
    app: App, workspace: WorkspaceId, where: EventQuery, *, after: int, limit: int, cursor: str | None
) -> EventPage:
    """The events after a number (or a cursor); raise NotFound for an unknown scan, InvalidRequest."""
    if cursor is not None:
        after = decode_cursor(app, _KIND, workspace, where, cursor)

    def load(tx: Tx) -> tuple[list[Event], int, int]:
        if where.scan_id is None:
            rows = tx.events.after(after, limit + 1)
        else:
            rows = tx.events.of_scan(require_scan(tx, where.scan_id).id, after, limit + 1)
        return rows, tx.events.head(), tx.events.oldest()

    rows, head, oldest = await app.store.read(workspace, load)
    more = len(rows) > limit
    rows = rows[:limit]
    return EventPage(
        data=[frame_value(event) for event in rows if _wanted(event, where)],
        has_more=more,
        next_cursor=encode_cursor(app, _KIND, workspace, where, rows[-1].seq) if more else None,
        head_seq=head,
        resync=after > head or (0 < after < oldest - 1),
    )


def _wanted(event: Event, where: EventQuery) -> bool:
    kind = event.type.value
    return kind.partition(".")[0] in where.topics and (not where.types or kind in where.types)
