"""API keys: making, listing, revoking, and telling who a key is."""

import hashlib
import hmac
from contextlib import suppress
from functools import partial

from msgspec import UNSET, Struct

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.requests import KeyRequest
from cyberai.app.resources import KeyResource, key_resource
from cyberai.app.times import parse_time
from cyberai.domain.api_key import (
    ALL_SCOPES,
    ApiKey,
    ApiScope,
    Plan,
    acceptable_supplied_key,
    format_key,
    hint_of,
)
from cyberai.domain.errors import (
    ErrorCode,
    InvalidRequest,
    NotFound,
    Unauthorized,
    Unavailable,
    require_readable,
)
from cyberai.domain.ids import DEFAULT_WORKSPACE, SYSTEM, KeyId, WorkspaceId
from cyberai.ports.store import Tx

CACHE_SECONDS = 0.5
"""How long a key's standing is believed without looking: revocation holds everywhere within 1 s."""

TOUCH_INTERVAL = 60_000_000
_MESSAGE = "Invalid key configuration"


class Principal(Struct, frozen=True):
    """Who is asking."""

    key_id: KeyId
    workspace: WorkspaceId
    plan: Plan
    scopes: frozenset[ApiScope]


def digest_of(app: App, key: str) -> str:
    """HMAC-SHA256 of the key under the deployment's pepper, in hex."""
    return hmac.new(app.pepper, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


async def authenticate(app: App, key: str) -> Principal:
    """Who this key is; raise Unauthorized (`unauthorized`, `key_expired`)."""
    digest = digest_of(app, key)
    found = await app.store.read(SYSTEM, lambda tx: tx.keys.by_digest(digest))
    at = app.clock.now()
    if found is not None and not hmac.compare_digest(found.digest, digest):
        found = None
    found = require_good(found, at)
    if found.last_used_at is None or at - found.last_used_at > TOUCH_INTERVAL:
        await note_use(app, found.workspace, found.id, at)
    return principal_of(found)


async def note_use(app: App, workspace: WorkspaceId, key_id: KeyId, at: int) -> None:
    """Note when the key was last used, unless the store cannot write now: whoever only reads is not to be refused
    for it, and the next request notes it."""
    with suppress(Unavailable):
        await app.store.write(workspace, lambda tx: tx.keys.touch(key_id, at))


async def standing(app: App, principal: Principal) -> None:
    """Raise Unauthorized when the key was revoked or has expired since it was looked up."""
    found = await app.store.read(principal.workspace, lambda tx: tx.keys.get(principal.key_id))
    require_good(found, app.clock.now())


def require_good(key: ApiKey | None, at: int) -> ApiKey:
    """The key; raise Unauthorized when there is none, it was revoked, or it has expired."""
    if key is None or key.revoked_at is not None:
        raise Unauthorized(
            "The API key is missing or not known",
            field="Authorization",
            reason="Send a valid key as 'Authorization: Bearer YOUR_API_KEY'",
        )
    if key.expires_at is not None and key.expires_at <= at:
        raise Unauthorized(
            "The API key has expired",
            code=ErrorCode.KEY_EXPIRED,
            field="Authorization",
            reason="Create a new key with `cyberai keys create` or POST /v1/api-keys",
        )
    return key


def principal_of(key: ApiKey) -> Principal:
    """Who asks with this key."""
    return Principal(key.id, key.workspace, key.plan, frozenset(key.scopes))


async def create_key(
    app: App, workspace: WorkspaceId, request: KeyRequest, keep: Keep[KeyResource] = not_kept
) -> KeyResource:
    """Make a key in a workspace (created when it is new); `key` is in the answer and nowhere else."""
    secret = format_key(app.rng.bits(192))
    return await _store_key(app, workspace, request, secret, keep)


async def _store_key(
    app: App,
    workspace: WorkspaceId,
    request: KeyRequest,
    secret: str,
    keep: Keep[KeyResource] = not_kept,
) -> KeyResource:
    at = app.clock.now()
    require_good_request(request, at)
    key = ApiKey(
        id=KeyId(app.ids.new("key")),
        workspace=workspace,
        name=_name(request.name),
        digest=digest_of(app, secret),
        hint=hint_of(secret),
        plan=_plan(request.plan),
        scopes=_scopes(request.scopes),
        created_at=at,
        expires_at=_expiry(request.expires_at, at),
    )

    def store(tx: Tx) -> None:
        tx.ensure_workspace(at)
        tx.keys.insert(key)
        keep(tx, resource)

    resource = key_resource(key, secret)
    await app.store.write(workspace, store)
    return resource


def require_good_request(request: KeyRequest, at: int) -> None:
    """Raise InvalidRequest with every problem of a request at UTC microseconds `at`."""
    require_readable(
        _MESSAGE,
        lambda: _name(request.name),
        lambda: _plan(request.plan),
        lambda: _scopes(request.scopes),
        lambda: _expiry(request.expires_at, at),
    )


def asked_rights(request: KeyRequest) -> tuple[Plan, tuple[ApiScope, ...]]:
    """The plan and scopes a request asks for; raise InvalidRequest."""
    return _plan(request.plan), _scopes(request.scopes)


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 200:
        raise InvalidRequest(_MESSAGE, field="name", reason="Must have 1 to 200 characters")
    return name.strip()


def _plan(plan: str) -> Plan:
    try:
        return Plan(plan)
    except ValueError as error:
        raise InvalidRequest(
            _MESSAGE, field="plan", reason="Must be one of: " + ", ".join(p.value for p in Plan)
        ) from error


def _scopes(scopes: list[str] | None) -> tuple[ApiScope, ...]:
    if scopes is None:
        return ALL_SCOPES
    known = {scope.value: scope for scope in ApiScope}
    require_readable(_MESSAGE, *(partial(_known_scope, scope, index) for index, scope in enumerate(scopes)))
    if not scopes:
        raise InvalidRequest(_MESSAGE, field="scopes", reason="Must name at least one; leave it out for all")
    return tuple(dict.fromkeys(known[scope] for scope in scopes))


def _known_scope(scope: str, index: int) -> None:
    known = [item.value for item in ApiScope]
    if scope not in known:
        raise InvalidRequest(_MESSAGE, field=f"scopes[{index}]", reason="Must be one of: " + ", ".join(known))


def _expiry(text: str | None, at: int) -> int | None:
    if text is None:
        return None
    try:
        expires = parse_time(text)
    except ValueError as error:
        raise InvalidRequest(_MESSAGE, field="expires_at", reason=str(error)) from error
    if expires <= at:
        raise InvalidRequest(_MESSAGE, field="expires_at", reason="Must lie in the future")
    return expires


async def list_keys(app: App, workspace: WorkspaceId) -> list[KeyResource]:
    """All keys of the workspace, newest first, without their secrets."""
    rows = await app.store.read(workspace, lambda tx: tx.keys.all())
    return [key_resource(row) for row in rows]


async def revoke_key(app: App, workspace: WorkspaceId, key_id: str) -> KeyResource:
    """Revoke at once; revoking twice changes nothing. Raise NotFound."""
    at = app.clock.now()

    def revoke(tx: Tx) -> ApiKey | None:
        tx.keys.revoke(KeyId(key_id), at)
        return tx.keys.get(KeyId(key_id))

    key = await app.store.write(workspace, revoke)
    if key is None:
        raise NotFound("No such key", field="id", reason="Use an id that GET /v1/api-keys lists")
    return key_resource(key)


async def ensure_first_key(app: App, supplied: str | None) -> KeyResource | None:
    """At the start of a server: take the operator's key in, or make the first one when there is none.

    The answer carries `key` when one was made or newly taken in; None when nothing was to do. Raise
    InvalidRequest when the supplied key is too weak.
    """
    if supplied is not None:
        return await _take_in(app, supplied)
    existing = await app.store.read(DEFAULT_WORKSPACE, lambda tx: tx.keys.all())
    if existing:
        return None
    return await create_key(app, DEFAULT_WORKSPACE, KeyRequest(name="first key", plan="enterprise"))


async def _take_in(app: App, supplied: str) -> KeyResource | None:
    if not acceptable_supplied_key(supplied):
        raise InvalidRequest(
            "CYBERAI_API_KEY is not usable",
            field="CYBERAI_API_KEY",
            reason="Use at least 24 visible characters without spaces, such as the output of `openssl rand -hex 24`",
        )
    digest = digest_of(app, supplied)
    if await app.store.read(SYSTEM, lambda tx: tx.keys.by_digest(digest)) is not None:
        return None
    stored = await _store_key(
        app, DEFAULT_WORKSPACE, KeyRequest(name="from CYBERAI_API_KEY", plan="enterprise"), supplied
    )
    stored.key = UNSET
    return stored
