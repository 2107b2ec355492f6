"""Replacing a key by one with the same rights."""

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.key_grants import require_within
from cyberai.app.keys import Principal, digest_of
from cyberai.app.resources import KeyResource, key_resource
from cyberai.domain.api_key import format_key, hint_of
from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.ids import KeyId, WorkspaceId
from cyberai.ports.store import Tx

MAX_OVERLAP = 604_800
"""Seconds: a week."""


async def rotate_key(
    app: App,
    workspace: WorkspaceId,
    key_id: str,
    overlap: int = 0,
    keep: Keep[KeyResource] = not_kept,
    giver: Principal | None = None,
) -> KeyResource:
    """A new key with the name, plan, scopes and expiry of the old one, which ends after `overlap` seconds, at once
    when that is 0. Raise NotFound, Conflict for a key that is revoked or has expired, or Forbidden when the new key
    could do more than `giver`."""
    at = app.clock.now()
    secret = format_key(app.rng.bits(192))
    fresh = KeyId(app.ids.new("key"))

    def rotate(tx: Tx) -> KeyResource:
        old = tx.keys.get(KeyId(key_id))
        if old is None:
            raise NotFound("No such key", field="id", reason="Use an id that GET /v1/api-keys lists")
        if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= at):
            raise Conflict(
                "The key is not valid any more",
                field="id",
                reason="Only a valid key can be rotated; create a new one with POST /v1/api-keys",
            )
        require_within(giver, old.plan, old.scopes)
        new = structs.replace(
            old,
            id=fresh,
            digest=digest_of(app, secret),
            hint=hint_of(secret),
            created_at=at,
            last_used_at=None,
        )
        tx.keys.insert(new)
        if overlap:
            until = at + overlap * 1_000_000
            tx.keys.update(structs.replace(old, expires_at=min(until, old.expires_at or until)))
        else:
            tx.keys.revoke(old.id, at)
        resource = key_resource(new, secret)
        keep(tx, resource)
        return resource

    return await app.store.write(workspace, rotate)
