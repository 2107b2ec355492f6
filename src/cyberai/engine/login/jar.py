"""The cookies of a logged-in session with one host."""

from cyberai.domain.auth import Texts
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.engine.cookies import CookieRules, cookies_after, request_cookies, with_cookies
from cyberai.engine.cookies import Cookies as Cookies

SESSION_LENGTH = 16
"""Characters from which on a cookie of a login counts as a secret, whatever its name."""

MAX_OLD = 200
"""Values of earlier sessions remembered, so that they are recognised wherever they are shown."""

_SESSION_WORDS = ("sess", "sid", "auth", "token", "jwt", "remember", "login", "ticket")
_TOKEN_WORDS = ("csrf", "xsrf")


class Jar:
    """Two kinds of cookies: the *session's*, which no request of the engine may carry or alter, and *plain* ones the
    login set (a language, a role), which requests may override."""

    def __init__(self, given: Texts) -> None:
        self._given = dict(given)
        self._session: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._offered: dict[str, str] = {}
        self._old: dict[str, None] = {}
        self._rules = CookieRules()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values of session cookies, the present ones and earlier ones."""
        return (*self._session.values(), *self._old)

    @property
    def held(self) -> Cookies:
        """What the session holds now: its own cookies and what the operator gave."""
        return tuple({**self._given, **self._session}.items())

    @property
    def names(self) -> frozenset[str]:
        """The session's cookies, by name."""
        return frozenset((*self._given, *self._session))

    @property
    def plain(self) -> Cookies:
        """The other cookies of the login, tokens against forgery left out: values a program may read."""
        return tuple((n, v) for n, v in self._plain.items() if not _holds(n, _TOKEN_WORDS))

    def start(self) -> None:
        """Forget the session: a new one begins with what the operator gave."""
        self._old.update(dict.fromkeys(self._session.values()))
        while len(self._old) > MAX_OLD:
            del self._old[next(iter(self._old))]
        self._session, self._plain, self._offered = {}, {}, {}

    def learn(self, request: HttpRequest, response: HttpResponse) -> None:
        """Take over what an answer of the login itself set."""
        self._rules.learn(request, response)
        held = dict(self._all())
        # A login page may set the cookie of another path (`/wp-admin`): it goes with the whole session.
        after = dict(cookies_after(with_cookies(request, tuple(held.items())), response, any_path=True))
        for name in held.keys() - after.keys():
            self._session.pop(name, None)
            self._plain.pop(name, None)
        for name, value in after.items():
            if held.get(name) != value:
                (self._session if _is_session(name, value) else self._plain)[name] = value

    def offer(self, request: HttpRequest, response: HttpResponse) -> None:
        """Note what a later answer set. It is not believed yet: a server that knows the session no more offers a new
        and empty one under the same name."""
        if response.header("set-cookie") is None:
            return
        self._rules.learn(request, response)
        for name, value in cookies_after(HttpRequest("GET", request.url), response):
            if name in self._session and self._session[name] != value:
                self._offered[name] = value
            elif name in self._plain:
                self._plain[name] = value

    def dropped(self, response: HttpResponse) -> bool:
        """Whether the answer deletes a cookie of the session."""
        if not self._session or response.header("set-cookie") is None:
            return False
        return any(_deletes(field, self._session) for field in response.header_values("set-cookie")[:50])

    def adopt(self) -> bool:
        """Go on with what was offered; False when nothing was."""
        offered, self._offered = self._offered, {}
        if offered:
            self._old.update(dict.fromkeys(self._session.values()))
        self._session.update(offered)
        return bool(offered)

    def bare(self, request: HttpRequest) -> HttpRequest:
        """The request without cookies of the session."""
        own, names = request_cookies(request), self.names
        if not any(name in names for name, _ in own):
            return request
        return with_cookies(request, tuple((name, value) for name, value in own if name not in names))

    def dressed(self, request: HttpRequest) -> HttpRequest:
        """The request as the session sends it."""
        own = tuple((name, value) for name, value in request_cookies(request) if name not in self.names)
        present = {name for name, _ in own}
        plain = tuple((name, value) for name, value in self._plain.items() if name not in present)
        session = tuple({**self._given, **self._session}.items())
        return with_cookies(request, (*own, *plain, *session)) if plain or session else request

    def across_sites(self, request: HttpRequest) -> HttpRequest:
        """The request as a browser that holds the session sends it for another site; of the request's own cookies the
        session's are replaced, the others kept."""
        own = request_cookies(self.bare(request))
        present = {name for name, _ in own}
        held = request_cookies(self._rules.across(with_cookies(request, self._all())))
        return with_cookies(request, (*own, *(c for c in held if c[0] not in present)))

    def _all(self) -> Cookies:
        return tuple({**self._given, **self._plain, **self._session}.items())


def _is_session(name: str, value: str) -> bool:
    if _holds(name, _TOKEN_WORDS):
        return False
    return len(value) >= SESSION_LENGTH or _holds(name, _SESSION_WORDS)


def _holds(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)


def _deletes(field: str, names: dict[str, str]) -> bool:
    pair, *attributes = field.split(";")
    name, _, value = pair.strip().partition("=")
    if name not in names:
        return False
    ended = any(
        "1970" in attribute or attribute.strip().lower().replace(" ", "") in ("max-age=0", "max-age=-1")
        for attribute in attributes
    )
    return ended or value.strip().strip('"') in ("", "deleted")
