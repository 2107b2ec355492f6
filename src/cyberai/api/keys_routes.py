"""`/v1/api-keys`: the operations."""

from cyberai.api import keys
from cyberai.api.examples import KEY_REQUEST
from cyberai.api.query import LIST_LATER, PAGING, SORT
from cyberai.api.routes import Answer, BodyKind, Route
from cyberai.app.listing import ListPage
from cyberai.app.requests import KeyRequest
from cyberai.app.resources import KeyResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

_TAG = "API keys"

ROUTES = (
    Route(
        method="GET",
        path="/v1/api-keys",
        handler=keys.list_all,
        operation="listApiKeys",
        summary="List all API keys",
        description="Newest first, without their secrets.",
        tag=_TAG,
        scope=ApiScope.KEYS_ADMIN,
        query=(*PAGING, SORT, *LIST_LATER),
        answer=Answer(kind=ListPage[KeyResource], description="A page of keys", headers=("ETag", "Link")),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="POST",
        path="/v1/api-keys",
        handler=keys.create,
        operation="createApiKey",
        summary="Create an API key",
        description=(
            "`key` is in this answer and nowhere else, ever. A request repeated with its `Idempotency-Key` and the same "
            "API key gets this answer again: it is kept encrypted under a key that comes from that API key."
        ),
        tag=_TAG,
        scope=ApiScope.KEYS_ADMIN,
        body=BodyKind(kind=KeyRequest, message="Invalid key configuration", example=KEY_REQUEST),
        answer=Answer(status=201, kind=KeyResource, description="Resource created", headers=("Location",)),
        errors=(ErrorCode.INVALID_JSON, ErrorCode.STORAGE_FULL),
    ),
    Route(
        method="DELETE",
        path="/v1/api-keys/{id}",
        handler=keys.revoke,
        operation="revokeApiKey",
        summary="Revoke an API key",
        description="Holds everywhere within a second, on open WebSockets too. Revoking again changes nothing.",
        tag=_TAG,
        scope=ApiScope.KEYS_ADMIN,
        answer=Answer(kind=KeyResource, description="The key, with revoked_at"),
        errors=(ErrorCode.STORAGE_FULL,),
    ),
)
