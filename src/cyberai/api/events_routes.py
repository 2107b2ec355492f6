"""`/v1/events`: the operations."""

from cyberai.api import event_stream, events
from cyberai.api.query import CURSOR, LIMIT, Param, filter_param
from cyberai.api.routes import Answer, Route
from cyberai.app.event_list import EventPage
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode
from cyberai.domain.event import EventType

_TAG = "Events"

AFTER_SEQ = Param(name="after_seq", description="Only events after this `seq`; 0 by default.", kind="integer")
TYPES = filter_param("type", "Type of the event.", EventType)

_STREAM = (
    'retry: 2000\n\nid: 42\nevent: scan.started\ndata: {"id":"evt_01hm7k2v9c0000000000000000","type":"scan.started",'
    '"timestamp":"2024-01-20T10:00:00.120Z","seq":42,"data":{"id":"scan_123abc","status":"running"}}\n\n'
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/events",
        handler=events.list_all,
        operation="listEvents",
        summary="List events",
        description=(
            "Oldest first, the same frames as on the WebSocket. `seq` has no holes within a workspace. A page may hold "
            "fewer events than `limit`: those that the key's scopes or `type` leave out are passed over."
        ),
        tag=_TAG,
        query=(LIMIT, CURSOR, AFTER_SEQ, TYPES),
        answer=Answer(kind=EventPage, description="A page of events"),
        errors=(ErrorCode.INVALID_CURSOR, ErrorCode.FORBIDDEN),
    ),
    Route(
        method="GET",
        path="/v1/events/stream",
        handler=event_stream.stream,
        operation="streamEvents",
        summary="Receive events as server-sent events",
        description=(
            "`id` is the `seq`, `event` the type, `data` the same frame as on the WebSocket. Without `Last-Event-ID` or "
            "`after_seq` it begins with what happens from now on. An event `resync` says that what was missed is not "
            "all kept: read the state again. A comment comes every 15 s when nothing else does. An event `close` tells "
            "why the server ends the stream, with the WebSocket's close codes. The stream costs one request."
        ),
        tag=_TAG,
        query=(Param(name="after_seq", description="Begin after this `seq`.", kind="integer"),),
        headers=(("Last-Event-ID", "`seq` of the last event that was received; wins over `after_seq`."),),
        answer=Answer(
            media_type="text/event-stream",
            description="The events, until one side ends it",
            text=_STREAM,
            headers=("X-Accel-Buffering",),
        ),
        errors=(ErrorCode.FORBIDDEN,),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}/events",
        handler=events.list_of_scan,
        operation="listScanEvents",
        summary="List the events of a scan",
        description="GET /v1/events of this scan and of the vulnerabilities it saw.",
        tag="Scans",
        scope=ApiScope.SCANS_READ,
        query=(LIMIT, CURSOR, AFTER_SEQ, TYPES),
        answer=Answer(kind=EventPage, description="A page of events"),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
)
