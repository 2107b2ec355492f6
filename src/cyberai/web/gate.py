"""Who may come in: the session of a request, the origin and the token of a form, the scope of the key."""

from urllib.parse import quote

from cyberai.api.incoming import Receive
from cyberai.api.reply import Reply
from cyberai.domain.api_key import ApiScope
from cyberai.web.forms import TOKEN, read_form, refuse_foreign
from cyberai.web.origin import is_cross_site, is_same_origin
from cyberai.web.render import page, see_other
from cyberai.web.sessions import Sessions, cookie_of
from cyberai.web.visit import Visit


class Gate:
    """Fills `signed_in`, `token` and `form` of a visit."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def admit(
        self, visit: Visit, query: bytes, receive: Receive, *, public: bool, scope: ApiScope | None
    ) -> Reply | None:
        """None for who may go on, else the way to the session that is missing; raise Forbidden, and what is wrong
        with the body of a form."""
        call = visit.call
        cookie = cookie_of(call.headers)
        if cookie is not None:
            visit.signed_in = await self._sessions.recognise(cookie)
        if visit.signed_in is not None:
            visit.token = self._sessions.token(visit.signed_in.session)
        elif not public:
            return _sign_in_first(visit, query, may_continue=cookie is None)
        if call.method == "POST":
            await self._take_form(visit, receive)
        if scope is not None:
            visit.require(scope)
        return None

    async def _take_form(self, visit: Visit, receive: Receive) -> None:
        if not is_same_origin(visit.call.headers):
            raise refuse_foreign()
        visit.form = await read_form(visit.call, receive)
        token = visit.form.pop(TOKEN, "")
        # Signing in anew needs no token of the session it replaces: the page may have been open for long.
        if visit.signed_in is None or visit.path == "/sign-in":
            return
        if not self._sessions.is_token(visit.signed_in.session, token):
            raise refuse_foreign()


def _sign_in_first(visit: Visit, query: bytes, *, may_continue: bool) -> Reply:
    reading = visit.call.method in ("GET", "HEAD")
    path = visit.path if not query else f"{visit.path}?{query.decode('latin-1')}"
    here = quote(path, safe="/?=&%.,:-_~+")
    if may_continue and reading and is_cross_site(visit.call.headers):
        # A link elsewhere led here, so the browser kept the strict cookie back; asking again by ourselves brings it.
        return page(visit, "continue", here=here)
    onward = f"?next={quote(here, safe='/')}" if reading and visit.path != "/" else ""
    return see_other(f"/sign-in{onward}")
