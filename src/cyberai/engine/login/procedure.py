"""What every way to log in has in common, and the ways without a login page."""

import base64
from typing import Protocol

from msgspec import Struct

from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.login.browser import Browser
from cyberai.engine.login.digest import DigestCredentials
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.login.login_form import says_login
from cyberai.engine.login.signs import place_of
from cyberai.ports.runtime import Rng

_REFUSED = frozenset({401, 403, 407})


class Entered(Struct, frozen=True):
    """A login that went through as far as its own answers tell. `last` is the last of them. `sure` says that the
    server handed out a session or token, so that no page has to show a difference."""

    last: Exchange
    sure: bool = False


class Procedure(Protocol):
    """One way to log in."""

    @property
    def repeatable(self) -> bool:
        """Whether the session can be made again when it is lost."""
        ...

    @property
    def pages(self) -> frozenset[str]:
        """Origin and path of the login pages: a redirect there says that the session is over."""
        ...

    async def enter(self, browser: Browser) -> Entered:
        """Log in; raise LoginFailed or TransportError."""
        ...

    def authorization(self, request: HttpRequest) -> str | None:
        """What the session puts into the Authorization field."""
        ...

    def challenged(self, response: HttpResponse) -> bool:
        """Whether the answer asks for other credentials of the same user, so that sending again may do."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """What the server handed out and must not be shown."""
        ...

    def is_own(self, request: HttpRequest) -> bool:
        """Whether the request is the login itself: the engine tests it without the session."""
        ...


class Presented:
    """Credentials that go with every request: header fields, cookies, Basic, Digest, a bearer token. `strict`: they
    were given for this very origin, so that it is a failure when it refuses them."""

    pages: frozenset[str] = frozenset()

    def __init__(self, auth: Auth, entry: Url, rng: Rng, *, strict: bool) -> None:
        self._auth = auth
        self._entry = entry
        self._strict = strict
        self._digest = None
        if auth.type is AuthType.DIGEST:
            self._digest = DigestCredentials(auth.username, auth.password, rng)

    @property
    def repeatable(self) -> bool:
        """See Procedure."""
        return self._auth.type in (AuthType.BASIC, AuthType.DIGEST)

    async def enter(self, browser: Browser) -> Entered:
        """See Procedure: the start page must not be refused."""
        request = HttpRequest("GET", self._entry)
        exchange = await browser.visit(request, follow=False)
        if self.challenged(exchange.response):
            exchange = await browser.visit(request, follow=False)
        response = exchange.response
        if self._strict and response.status in _REFUSED:
            raise LoginFailed(self._refusal(response))
        place = place_of(self._entry, response)
        if self._strict and place and says_login(place.partition("://")[2].partition("/")[2]):
            raise LoginFailed(
                f"{self._entry} redirects to {place} in spite of the {self._auth.type.value} given: the session they "
                "stand for has expired or belongs elsewhere. Take fresh ones from a browser that is logged in"
            )
        return Entered(exchange)

    def authorization(self, request: HttpRequest) -> str | None:
        """See Procedure."""
        auth = self._auth
        if auth.type is AuthType.BASIC:
            return "Basic " + base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode("ascii")
        if auth.type is AuthType.BEARER:
            return f"Bearer {auth.token}"
        return self._digest.header(request) if self._digest is not None else None

    def challenged(self, response: HttpResponse) -> bool:
        """See Procedure."""
        return self._digest is not None and self._digest.challenged(response)

    def secrets(self) -> tuple[str, ...]:
        """See Procedure."""
        value = self.authorization(HttpRequest("GET", self._entry)) if self._digest is None else None
        return (value.partition(" ")[2],) if value else ()

    def is_own(self, _request: HttpRequest) -> bool:
        """See Procedure."""
        return False

    def _refusal(self, response: HttpResponse) -> str:
        asked = (response.header("www-authenticate") or "").partition(",")[0][:80]
        wants = f", asking for {asked!r}" if asked else ""
        told = f"{self._entry} answered HTTP {response.status}{wants} to auth type {self._auth.type.value}"
        return f"{told}: the credentials are wrong, have expired, or are not what this server wants"
