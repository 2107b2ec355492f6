"""The key that asks, usage, tickets, rotation: the operations."""

from cyberai.api import account
from cyberai.api.query import Param
from cyberai.api.routes import Answer, Route
from cyberai.app.resources import KeyResource
from cyberai.app.tickets import TicketResource
from cyberai.app.usage import MeResource, UsageResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

_KEYS = "API keys"

ROUTES = (
    Route(
        method="GET",
        path="/v1/me",
        handler=account.me,
        operation="getMe",
        summary="The key that asks",
        description="Its workspace, plan, scopes, expiry and requests per minute. Any valid key may ask.",
        tag=_KEYS,
        answer=Answer(kind=MeResource, description="The key"),
    ),
    Route(
        method="GET",
        path="/v1/usage",
        handler=account.used,
        operation="getUsage",
        summary="What the workspace used",
        description=(
            "Requests per day (UTC) and key, newest day first; scans by status, vulnerabilities by severity, size of the "
            "store. `kill -9` of the server can take the requests of the last 5 seconds."
        ),
        tag=_KEYS,
        scope=ApiScope.KEYS_ADMIN,
        query=(
            Param(name="days", description="Days, today included: 1 to 366; 30 by default.", kind="integer"),
        ),
        answer=Answer(kind=UsageResource, description="The usage"),
    ),
    Route(
        method="POST",
        path="/v1/api-keys/{id}/rotate",
        handler=account.rotate,
        operation="rotateApiKey",
        summary="Replace an API key",
        description=(
            "A new key with the name, plan, scopes and expiry of the old one; `key` is in this answer and nowhere else. "
            "The old key ends after `overlap` seconds, by default at once. A key that is not valid any more answers 409."
        ),
        tag=_KEYS,
        scope=ApiScope.KEYS_ADMIN,
        query=(
            Param(
                name="overlap",
                description="Seconds for which the old key still works: 0 to 604800; 0 by default.",
                kind="integer",
            ),
        ),
        answer=Answer(status=201, kind=KeyResource, description="Resource created", headers=("Location",)),
        errors=(ErrorCode.CONFLICT, ErrorCode.STORAGE_FULL),
    ),
    Route(
        method="POST",
        path="/v1/ws/tickets",
        handler=account.ticket,
        operation="createTicket",
        summary="Get a ticket for one WebSocket",
        description=(
            "For pages in a browser: connect to `url` within 60 s, once. The ticket has the rights of the key that asks, "
            "ends with it, and opens nothing but the WebSocket."
        ),
        tag="Events",
        answer=Answer(status=201, kind=TicketResource, description="The ticket"),
        errors=(ErrorCode.STORAGE_FULL,),
    ),
)
