"""A scan's login at rest: encrypted under a key that lies beside the store, not in it."""

import msgspec

from cyberai.app.context import App
from cyberai.domain.auth import Auth, SealedAuth
from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import WorkspaceId

_PURPOSE = b"scan auth\n"


def sealed_auth(app: App, workspace: WorkspaceId, auth: Auth) -> SealedAuth:
    """The login as it is stored; raise Unavailable when there is no key to seal it with."""
    plain = msgspec.json.encode(auth)
    try:
        sealed = app.sealer.seal(plain, _PURPOSE + workspace.encode())
    except (OSError, ValueError) as error:
        raise Unavailable(
            "The login cannot be stored safely",
            field="auth",
            reason=f"{error}. The data folder must be writable, and its seal.key as it was made",
        ) from error
    return SealedAuth(type=auth.type, login_url=auth.login_url, sealed=sealed)


def opened_auth(app: App, workspace: WorkspaceId, kept: SealedAuth) -> Auth:
    """The login as it was given; raise ValueError when it was sealed under another key."""
    plain = app.sealer.open(kept.sealed, _PURPOSE + workspace.encode())
    return msgspec.json.decode(plain, type=Auth)
