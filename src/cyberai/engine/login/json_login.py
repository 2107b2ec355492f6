"""Logging in by a JSON request: the answer holds a token, or sets a cookie."""

from typing import Any

import msgspec

from cyberai.domain.auth import Auth
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.login.browser import Browser
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.login.login_form import with_credentials
from cyberai.engine.login.procedure import Entered
from cyberai.engine.login.token import token_of
from cyberai.engine.page import is_html

_NAMES = (("username", "password"), ("email", "password"), ("login", "password"), ("user", "password"))
"""Members in which applications expect name and password, when the operator names none."""


class JsonLogin:
    """A Procedure by a request of its own."""

    repeatable = True

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._url = Url.parse(auth.login_url)
        self._token = ""
        self._body: dict[str, Any] | None = None
        self._tokens: dict[str, None] = {}

    @property
    def pages(self) -> frozenset[str]:
        """See Procedure."""
        return frozenset({self._url.origin + self._url.path})

    async def enter(self, browser: Browser) -> Entered:
        """See Procedure."""
        self._token = ""
        bodies = [self._body] if self._body is not None else self._bodies()
        exchange = await self._ask(browser, bodies[0])
        for body in bodies[1:]:
            if exchange.response.status not in (400, 401, 404, 422):
                break
            exchange = await self._ask(browser, body)
        response = exchange.response
        if not 200 <= response.status < 400:
            raise LoginFailed(self._refusal(response))
        self._token = token_of(response, self._auth.token_path)
        if self._token:
            self._tokens[self._token] = None
        elif is_html(response) and response.status < 300:
            raise LoginFailed(
                f"{self._url} answered the JSON login with a page ({response.content_type}): it does not take JSON. Use "
                "type form for a login form"
            )
        elif self._auth.token_path or response.header("set-cookie") is None:
            raise LoginFailed(self._no_token())
        return Entered(exchange, sure=bool(self._token))

    def authorization(self, _request: HttpRequest) -> str | None:
        """See Procedure."""
        return f"Bearer {self._token}" if self._token else None

    def challenged(self, _response: HttpResponse) -> bool:
        """See Procedure."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """See Procedure."""
        return tuple(self._tokens)[-200:]

    def is_own(self, request: HttpRequest) -> bool:
        """See Procedure."""
        return request.method == "POST" and request.url.origin + request.url.path in self.pages

    async def _ask(self, browser: Browser, body: dict[str, Any]) -> Exchange:
        headers = (("Content-Type", "application/json"), ("Accept", "application/json"))
        request = HttpRequest("POST", self._url, headers, msgspec.json.encode(body))
        exchange = await browser.visit(request, follow=False)
        if exchange.response.status < 300:
            self._body = body
        return exchange

    def _bodies(self) -> list[dict[str, Any]]:
        """One object when the operator says its members; else the usual names, the mail address's first for one."""
        if self._auth.fields:
            return [self._said()]
        names = sorted(_NAMES, key=lambda pair: pair[0] != "email") if "@" in self._auth.username else _NAMES
        return [{user: self._auth.username, secret: self._auth.password} for user, secret in names]

    def _said(self) -> dict[str, Any]:
        whole: dict[str, Any] = {}
        for name, value in self._auth.fields:
            *outer, last = name.split(".")
            place = whole
            for part in outer:
                inner = place.setdefault(part, {})
                place = inner if isinstance(inner, dict) else place
            place[last] = with_credentials(value, self._auth)
        return whole

    def _refusal(self, response: HttpResponse) -> str:
        told = f"{self._url} answered HTTP {response.status} to the JSON login"
        if response.status >= 500:
            return f"{told}: the application is broken or not up yet. See its own log, then scan again"
        if response.status in (404, 405, 415):
            return f"{told}: it is not the address that takes the login. Name it with auth.login_url"
        return (
            f"{told}: it was refused. Check auth.username and auth.password; members with other names can be given in "
            'auth.fields, such as {"email": "{username}", "pass": "{password}"}'
        )

    def _no_token(self) -> str:
        if self._auth.token_path:
            return f"The answer of {self._url} has no token at auth.token_path {self._auth.token_path!r}"
        return (
            f"The answer of {self._url} holds no token that was recognised and sets no cookie. Name its member with "
            "auth.token_path, such as data.token"
        )
