"""A scan's login at rest: encrypted under a key that lies beside the store, not in it."""

import msgspec

from cyberai.app.context import App
from cyberai.domain.auth import Auth, SealedAuth
from cyberai.domain.ids import WorkspaceId

_PURPOSE = b"scan auth\n"


def sealed_auth(app: App, workspace: WorkspaceId, auth: Auth) -> SealedAuth:
    """The login as it is stored."""
    plain = msgspec.json.encode(auth)
    return SealedAuth(
        type=auth.type, login_url=auth.login_url, sealed=app.sealer.seal(plain, _PURPOSE + workspace.encode())
    )


def opened_auth(app: App, workspace: WorkspaceId, kept: SealedAuth) -> Auth:
    """The login as it was given; raise ValueError when it was sealed under another key."""
    plain = app.sealer.open(kept.sealed, _PURPOSE + workspace.encode())
    return msgspec.json.decode(plain, type=Auth)
