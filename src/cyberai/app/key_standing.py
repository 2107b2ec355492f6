"""Whether a key that proved itself before is still in force: what a session of the web page lives on."""

from cyberai.app.context import App
from cyberai.app.keys import TOUCH_INTERVAL, Principal, note_use
from cyberai.domain.errors import Unauthorized
from cyberai.domain.ids import KeyId, WorkspaceId


async def recognise(app: App, workspace: WorkspaceId, key_id: KeyId) -> Principal:
    """Who acts for this key; raise Unauthorized once it was revoked or has expired."""
    found = await app.store.read(workspace, lambda tx: tx.keys.get(key_id))
    at = app.clock.now()
    if (
        found is None
        or found.revoked_at is not None
        or (found.expires_at is not None and found.expires_at <= at)
    ):
        raise Unauthorized("The API key is not in force any more", reason="Sign in with another key")
    if found.last_used_at is None or at - found.last_used_at > TOUCH_INTERVAL:
        await note_use(app, workspace, key_id, at)
    return Principal(found.id, found.workspace, found.plan, frozenset(found.scopes))
