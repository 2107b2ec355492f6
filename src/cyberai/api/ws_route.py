"""`/v1/ws` as plain HTTP: it says how to connect. The WebSocket itself is in `ws`."""

from cyberai.api.call import Call
from cyberai.api.handshake import PARAMETERS, PATH
from cyberai.api.reply import Reply
from cyberai.api.routes import Answer, Route
from cyberai.domain.errors import ErrorCode, InvalidRequest


async def explain(_call: Call) -> Reply:
    """GET /v1/ws without an upgrade."""
    raise InvalidRequest(
        "This path is a WebSocket",
        field="Upgrade",
        reason="Connect with a WebSocket client, such as new WebSocket('ws://HOST/v1/ws?token=YOUR_API_KEY')",
    )


ROUTE = Route(
    method="GET",
    path=PATH,
    handler=explain,
    operation="connectWebSocket",
    summary="Receive events as they happen",
    description=(
        "A WebSocket. Connect with `?token=YOUR_API_KEY` (or the Authorization header) and receive one JSON text "
        "frame per event of the workspace: `id`, `type`, `timestamp`, `seq`, `data`. There is nothing to send; "
        '`{"action":"subscribe","scan_id":"..."}` narrows the events to that scan (and further ones), `unsubscribe` takes '
        "one back, and with the last one, or without a `scan_id`, everything comes again. Both are answered by a frame "
        "`subscribed` or `error`. "
        "`since` replays what came after that `seq`; a frame of type `resync` says that this cannot be done. The "
        "handshake costs one request, frames none. Close codes: 4401 the key was revoked or has expired, 4408 the "
        "reader is too slow."
    ),
    tag="Events",
    query=tuple(PARAMETERS.values()),
    answer=Answer(status=101, media_type="", description="Switching protocols"),
    errors=(ErrorCode.FORBIDDEN,),
)
