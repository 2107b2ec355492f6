"""`/v1/events`: handlers of the list. The stream is in `event_stream`."""

from cyberai.api.call import Call
from cyberai.api.interest import topics_of
from cyberai.api.reply import Reply, json_reply
from cyberai.app.event_list import EventQuery, list_events
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.event import EventType


async def list_all(call: Call) -> Reply:
    """GET /v1/events."""
    return await _list(call, None)


async def list_of_scan(call: Call) -> Reply:
    """GET /v1/scans/{id}/events."""
    return await _list(call, call.id)


async def _list(call: Call, scan_id: str | None) -> Reply:
    assert call.principal is not None
    query = call.query
    after, cursor = query.seq("after_seq"), query.cursor()
    if after is not None and cursor is not None:
        raise InvalidRequest(
            "Invalid query parameter", field="cursor", reason="Give either after_seq or cursor, not both"
        )
    where = EventQuery(
        topics=tuple(sorted(topics_of(call.principal, "Authorization"))),
        types=query.choices("type", EventType),
        scan_id=scan_id,
    )
    page = await list_events(
        call.app, call.workspace, where, after=after or 0, limit=query.limit(), cursor=cursor
    )
    return json_reply(page)
