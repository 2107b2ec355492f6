"""One request to the web page on its way to its handler."""

from msgspec import Struct

from cyberai.api.call import Call
from cyberai.api.query import Query
from cyberai.app.context import App
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import Forbidden
from cyberai.domain.history import Actor, key_actor
from cyberai.domain.ids import WorkspaceId
from cyberai.web.sessions import SignedIn

Form = dict[str, str]


class Visit(Struct, kw_only=True):
    """A request as page handlers see it. `signed_in` is None on the pages that need no session; `query` holds the
    parameters that are not empty, `form` the fields of a POST, `token` what forms of this session carry."""

    call: Call
    path: str
    secure: bool
    id: str = ""
    signed_in: SignedIn | None = None
    token: str = ""
    query: Query
    form: Form = {}

    @property
    def app(self) -> App:
        """The ports."""
        return self.call.app

    @property
    def workspace(self) -> WorkspaceId:
        """The workspace of the session's key."""
        assert self.signed_in is not None
        return self.signed_in.principal.workspace

    @property
    def actor(self) -> Actor:
        """The session's key."""
        assert self.signed_in is not None
        return key_actor(self.signed_in.principal.key_id)

    def may(self, scope: ApiScope) -> bool:
        """True when the key has the scope."""
        return self.signed_in is not None and scope in self.signed_in.principal.scopes

    def require(self, scope: ApiScope) -> None:
        """Raise Forbidden when the key lacks the scope."""
        if not self.may(scope):
            raise Forbidden(
                "Your API key may not do this",
                reason=f"Sign in with a key that has the scope {scope.value}",
            )
