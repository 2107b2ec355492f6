"""Logging in by a form, as a person does: find it, fill it in, go where it leads."""

import re2

from cyberai.domain.auth import Auth
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.body import named_values
from cyberai.engine.login.browser import Browser
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.login.login_form import LoginForm, filled_in, login_form, ways_to_it
from cyberai.engine.login.procedure import Entered
from cyberai.engine.markup import decode
from cyberai.engine.page import is_html

MAX_STEPS = 3
"""Pages of one login: the name, the password, a question whether to stay."""

MAX_TEXT = 20_000
_TAG = re2.compile(r"<[^>]*>")
_COMPLAINT = re2.compile(
    r"(?i)\b(invalid|incorrect|wrong|fail|denied|unknown|locked|disabled|captcha|expired|not match|not found|"
    r"falsch|ungültig|incorrecto|invalide|erron|sbagliat)"
)


class FormLogin:
    """ports of Procedure by a form. The page is `auth.login_url`, else looked for from where the scan enters."""

    repeatable = True

    def __init__(self, auth: Auth, entry: Url) -> None:
        self._auth = auth
        self._start = Url.parse(auth.login_url) if auth.login_url else entry
        self._entry = entry
        self._named = bool(auth.login_url)
        self._page: Url | None = None
        self._action = ("", "")
        self._fields: frozenset[str] = frozenset()

    @property
    def pages(self) -> frozenset[str]:
        """See Procedure."""
        return frozenset({self._page.origin + self._page.path}) if self._page is not None else frozenset()

    async def enter(self, browser: Browser) -> Entered:
        """See Procedure."""
        found = first = await self._find(browser)
        self._page = found.page
        exchange = await self._submit(browser, found)
        for _ in range(MAX_STEPS - 1):
            following = login_form(exchange, self._auth.fields)
            if found.complete or following is None or not following.complete:
                break
            found = following
            exchange = await self._submit(browser, found)
        self._judge(first, exchange)
        return Entered(exchange)

    def authorization(self, _request: HttpRequest) -> str | None:
        """See Procedure: the session is in the cookies."""
        return None

    def challenged(self, _response: HttpResponse) -> bool:
        """See Procedure."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """See Procedure."""
        return ()

    def is_own(self, request: HttpRequest) -> bool:
        """See Procedure: what the form submits, whoever fills it in; and its page, where it is one of its own."""
        place = request.url.origin + request.url.path
        if request.method == "GET" and place in self.pages:
            return request.url.path != self._entry.path
        names = {name for name, _ in named_values(request)}
        return (request.method, place) == self._action and bool(self._fields & names)

    async def _find(self, browser: Browser) -> LoginForm:
        start = await browser.open(self._start)
        if start.response.status >= 500:
            raise LoginFailed(
                f"The login page {self._start} answered HTTP {start.response.status}: the application is broken or not "
                "up yet. Open it in a browser, then scan again"
            )
        found = login_form(start, self._auth.fields, first_step=self._named)
        if found is not None:
            return found
        for url in () if self._named else ways_to_it(start):
            if not browser.allows(url):
                continue
            page = await browser.open(url)
            found = login_form(page, self._auth.fields) if page.response.status < 500 else None
            if found is not None:
                return found
        raise LoginFailed(self._not_found(start))

    def _not_found(self, start: Exchange) -> str:
        seen = f"HTTP {start.response.status}, {start.response.content_type or 'no content type'}"
        if self._named:
            return (
                f"{start.request.url} ({seen}) has no form with a password field. Name the page of the form with "
                "auth.login_url; where a script makes it, use type json, or headers and cookies of a browser"
            )
        return (
            f"No login form was found: neither on {start.request.url} ({seen}), nor behind its links, nor at the usual "
            "places. Name its page with auth.login_url; where a script makes it, use type json"
        )

    async def _submit(self, browser: Browser, found: LoginForm) -> Exchange:
        request = filled_in(found, self._auth)
        if request is None or not browser.allows(request.url):
            where = request.url if request is not None else found.form.action
            raise LoginFailed(
                f"The login form on {found.page} is sent to {where}, outside of the scan's scope: a password is sent "
                "nowhere else. Widen the target, or log in by type json, headers or cookies"
            )
        self._action = (request.method, request.url.origin + request.url.path)
        self._fields = frozenset(name for name in (found.password, found.user) if name)
        return await browser.visit(request)

    def _judge(self, found: LoginForm, exchange: Exchange) -> None:
        """Refuse what is no success for sure: an error, or the same form once more."""
        response = exchange.response
        where = f"after the login form of {found.page} was sent"
        if response.status >= 500:
            raise LoginFailed(
                f"{exchange.request.url} answered HTTP {response.status} {where}: the application failed, so nobody "
                "is logged in. See its own log, then scan again"
            )
        again = login_form(exchange, self._auth.fields, first_step=True)
        if again is not None and not _is_same(found, again):
            again = None
        if response.status in (401, 403) or again is not None:
            seen = "the login form came back" if again is not None else "it was refused"
            raise LoginFailed(
                f"{exchange.request.url} answered HTTP {response.status} {where}: {seen}{said_by(response)}. Check "
                "auth.username and auth.password; fields with other names can be given in auth.fields"
            )


def _is_same(sent: LoginForm, shown: LoginForm) -> bool:
    """Whether the form that is shown is the one that was sent. An account's page has forms of its own, for another
    mail address or with the password once more: they ask for other fields and lead elsewhere."""
    if not shown.complete:
        return not sent.complete and shown.user == sent.user
    names = (shown.user, shown.password) == (sent.user, sent.password)
    return names or not sent.complete or _target(shown) == _target(sent)


def _target(found: LoginForm) -> str:
    try:
        return found.page.join(found.form.action or found.page.path).path
    except ValueError:
        return found.form.action


def said_by(response: HttpResponse) -> str:
    """What a page says about why it refuses, in its own words; empty when nothing is found."""
    if not is_html(response):
        return ""
    for piece in _TAG.sub("\n", decode(response)[:MAX_TEXT]).split("\n"):
        text = " ".join(piece.split())
        if 5 <= len(text) <= 160 and _COMPLAINT.search(text):
            return f', saying "{text}"'
    return ""
