"""Signing in with an API key, and out again. The key travels once, in the body of the form."""

from cyberai.api.envelope import no_such_route
from cyberai.api.reply import Reply
from cyberai.app.keys import authenticate
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import CyberAIError, ErrorCode, Forbidden, RateLimited, Unauthorized
from cyberai.ports.store import RateLimiter
from cyberai.web.origin import local_path
from cyberai.web.render import page, see_other
from cyberai.web.sessions import Sessions, set_cookie
from cyberai.web.visit import Visit

ATTEMPTS = 10
"""Failed attempts per minute and client address."""

_HOMES = (
    (ApiScope.SCANS_READ, "/scans"),
    (ApiScope.VULNERABILITIES_READ, "/vulnerabilities"),
    (ApiScope.REPORTS_READ, "/reports"),
)


class Door:
    """The pages that open and end sessions."""

    def __init__(self, sessions: Sessions, limiter: RateLimiter) -> None:
        self._sessions = sessions
        self._limiter = limiter

    async def show(self, visit: Visit) -> Reply:
        """GET /sign-in."""
        if visit.signed_in is not None:
            return see_other(local_path(visit.query.values.get("next", "/")))
        return self._form(visit, visit.query.values.get("next", "/"))

    async def enter(self, visit: Visit) -> Reply:
        """POST /sign-in: a session for a good key, else the form again and one attempt less."""
        onward = visit.form.get("next", "/")
        subject = f"sign-in:{visit.call.client}"
        now = visit.app.clock.now()
        decision = await self._limiter.hit(subject, ATTEMPTS, now)
        if not decision.allowed:
            wait = max(1, decision.reset - now // 1_000_000)
            refusal = RateLimited(
                "Too many attempts",
                field="key",
                reason=f"At most {ATTEMPTS} attempts per minute; try again in {wait} s",
                headers={"Retry-After": str(wait)},
            )
            return self._form(visit, onward, refusal)
        try:
            principal = await authenticate(visit.app, visit.form.get("key", "").strip())
        except Unauthorized as error:
            return self._form(visit, onward, _told(error))
        await self._limiter.refund(subject, now)
        if visit.signed_in is not None:
            self._sessions.end(visit.signed_in.session)
        cookie = set_cookie(self._sessions.open(principal), secure=visit.secure)
        return see_other(local_path(onward), [cookie])

    async def leave(self, visit: Visit) -> Reply:
        """POST /sign-out."""
        if visit.signed_in is not None:
            self._sessions.end(visit.signed_in.session)
        return see_other("/sign-in", [set_cookie("", secure=visit.secure)])

    def _form(self, visit: Visit, onward: str, error: CyberAIError | None = None) -> Reply:
        return page(visit, "sign_in", error=error, onward=local_path(onward))


def _told(error: Unauthorized) -> Unauthorized:
    """The API's 401 in the words of the form."""
    expired = error.code is ErrorCode.KEY_EXPIRED
    return Unauthorized(
        error.message,
        code=error.code,
        field="key",
        reason="This key has expired" if expired else "This key is not known, or was revoked",
        headers={"WWW-Authenticate": "Bearer"},
    )


async def home(visit: Visit) -> Reply:
    """GET /: the first list that the key may read."""
    for scope, path in _HOMES:
        if visit.may(scope):
            return see_other(path)
    if not visit.signed_in:
        raise no_such_route(visit.path)
    raise Forbidden(
        "Your API key may not read anything here",
        reason="Sign in with a key that has one of the scopes "
        + ", ".join(scope.value for scope, _ in _HOMES),
    )
