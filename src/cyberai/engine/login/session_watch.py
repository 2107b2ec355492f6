"""Whether the session lives: the signs the operator names and those that were found."""

from collections.abc import Iterator

from cyberai.checkkit.text import Pattern
from cyberai.domain.auth import Auth
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.links import extract
from cyberai.engine.login.browser import Browser
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.login.login_form import says_login
from cyberai.engine.login.signs import Watch, place_of, shows_password, watch_of
from cyberai.engine.markup import decode, tags
from cyberai.engine.modes import names_log_out
from cyberai.engine.page import is_asset, is_html

MAX_CANDIDATES = 6
"""Pages looked at for a sign of the session."""


class SessionWatch:
    """The signs of one session. `watch` is None where no page is known that differs."""

    def __init__(self, auth: Auth, entry: Url) -> None:
        self._entry = entry
        self._success = Pattern(auth.success, ignore_case=True, dot_all=True) if auth.success else None
        self._logout = Pattern(auth.logout, ignore_case=True, dot_all=True) if auth.logout else None
        self._success_text = auth.success
        self.watch: Watch | None = None

    async def find(self, browser: Browser, last: Exchange) -> bool:
        """Look for a page that only the session sees; whether there is one. Raise LoginFailed where the operator's
        own sign does not appear, TransportError where nothing answers."""
        found = self._success is None or self._success.search(whole(last.response)) is not None
        for request in self._candidates(browser, last):
            inside, outside = await browser.twice(request)
            if self._success is not None:
                shown = [self._success.search(whole(answer)) is not None for answer in inside]
                found = found or all(shown)
                if not all(shown):
                    continue
            self.watch = watch_of(request, inside, outside) or self._by_pattern(request, inside[0])
            if self.watch is not None:
                return True
        if not found:
            raise LoginFailed(
                f"After the login no page showed the sign auth.success ({self._success_text!r}): neither {last.request.url} "
                "nor the pages it leads to. Check the credentials, or the sign"
            )
        return self._success is not None

    def alive(self, response: HttpResponse) -> bool | None:
        """Whether the answer to the control request shows a session; None when it says nothing."""
        assert self.watch is not None
        if self._logout is not None and self._logout.search(whole(response)) is not None:
            return False
        said = self.watch.alive(response)
        if said is None or self._success is None:
            return said
        return self._success.search(whole(response)) is not None

    def proves(self, response: HttpResponse) -> bool:
        """Whether the answer to any request shows that the session lives."""
        return self.watch is not None and self.watch.proves(response)

    def doubt(self, request: HttpRequest, response: HttpResponse, pages: frozenset[str]) -> str:
        """What in an answer speaks against the session, in words; empty when nothing does."""
        watch = self.watch
        if self._logout is not None and self._logout.search(whole(response)) is not None:
            return "it showed the sign of auth.logout"
        if response.status == 401 and (watch is None or watch.status != 401):
            return "it was answered 401"
        place = place_of(request.url, response)
        if place and place in pages and request.url.origin + request.url.path not in pages:
            return "it was redirected to the login page"
        if watch is not None and watch.lost_status == response.status and response.status in (403, 404):
            return f"it was answered {response.status}, as without a login"
        expected = watch is not None and (watch.no_form or watch.telling)
        if expected and shows_password(response) and request.url.origin + request.url.path not in pages:
            return "it showed a login form"
        return ""

    def _by_pattern(self, request: HttpRequest, response: HttpResponse) -> Watch | None:
        if self._success is None:
            return None
        return Watch(request, response.status, place_of(request.url, response))

    def _candidates(self, browser: Browser, last: Exchange) -> Iterator[HttpRequest]:
        """Where the login led to, where the scan enters, and what the former links to."""
        urls: dict[Url, None] = {}
        if last.request.method == "GET":
            urls[last.request.url] = None
        urls[self._entry] = None
        response = last.response
        if is_html(response):
            text = decode(response)
            for link in extract(last.request.url, response, text, tuple(tags(text))):
                said = f"{link.label} {link.url.target}"
                if not names_log_out(said) and not says_login(said) and not _is_file(link.url):
                    urls[link.url] = None
        allowed = [url for url in urls if browser.allows(url)]
        for url in allowed[:MAX_CANDIDATES]:
            yield HttpRequest("GET", url)


def learned_watch(request: HttpRequest, inside: HttpResponse, outside: HttpResponse) -> Watch | None:
    """A control request from any page of the session that is refused without it."""
    if inside.status >= 300 or is_asset(inside):
        return None
    refused = outside.status in (401, 403) or (300 <= outside.status < 400 and place_of(request.url, outside))
    return Watch(request, inside.status, lost_status=outside.status) if refused else None


def whole(response: HttpResponse) -> bytes:
    """Status, header fields and body, as a sign may stand in each."""
    lines = [f"HTTP {response.status}", *(f"{name}: {value}" for name, value in response.headers)]
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + response.body


def _is_file(url: Url) -> bool:
    return url.path.rpartition(".")[2].lower() in (
        "css",
        "js",
        "png",
        "jpg",
        "gif",
        "svg",
        "ico",
        "woff2",
        "pdf",
        "zip",
    )
