"""Cookies the way a browser carries them from a page to what the page links to.

There is no cookie jar: a request that the crawler finds carries the cookies of the page it was found on. So the
unit table holds all there is to know, and a worker that takes a shard over goes on with the same session.
"""

from cyberai.domain.http import HttpRequest, HttpResponse, Url

MAX_COOKIES = 50
MAX_COOKIE_BYTES = 4_096
MAX_RULES = 1_000
"""Cookies of which it is remembered how they were set."""

Cookies = tuple[tuple[str, str], ...]


def request_cookies(request: HttpRequest) -> Cookies:
    """The cookies a request sends, in order."""
    field = request.header("cookie") or ""
    pairs = (piece.strip().partition("=") for piece in field.split(";") if piece.strip())
    return tuple((name, value) for name, _, value in pairs)


def with_cookies(request: HttpRequest, cookies: Cookies) -> HttpRequest:
    """The request with exactly these cookies."""
    if not cookies:
        kept = tuple((n, v) for n, v in request.headers if n.lower() != "cookie")
        return HttpRequest(request.method, request.url, kept, request.body)
    return request.with_header("Cookie", "; ".join(f"{name}={value}" for name, value in cookies))


def cookies_after(request: HttpRequest, response: HttpResponse, *, any_path: bool = False) -> Cookies:
    """What a browser would hold after this exchange: the request's cookies, changed by Set-Cookie; with `any_path` also
    those that it would keep for other paths."""
    held = dict(request_cookies(request))
    for field in response.header_values("set-cookie")[:MAX_COOKIES]:
        pair, *attributes = field.split(";")
        name, equals, value = pair.strip().partition("=")
        if not equals or not name or len(pair) > MAX_COOKIE_BYTES or not _sendable(pair):
            continue
        if _expired(attributes):
            held.pop(name, None)
        elif any_path or _path_matches(attributes, request.url):
            held[name] = value
    return tuple(held.items())[:MAX_COOKIES]


def carried(cookies: Cookies, source: Url, request: HttpRequest) -> HttpRequest:
    """The request as sent from the page at `source`: with its cookies where the host is the same."""
    if source.host != request.url.host or (source.scheme == "https" and request.url.scheme == "http"):
        return request
    return with_cookies(request, cookies) if cookies else request


def _sendable(text: str) -> bool:
    return all(" " <= c != "\x7f" for c in text.strip()) and text.isascii()


def _expired(attributes: list[str]) -> bool:
    for attribute in attributes:
        name, _, value = attribute.strip().partition("=")
        if name.lower() == "max-age" and value.strip().lstrip("-").isdigit():
            return value.strip().startswith("-") or set(value.strip()) == {"0"}
        if name.lower() == "expires" and "1970" in value:
            return True
    return False


def _path_matches(attributes: list[str], url: Url) -> bool:
    for attribute in attributes:
        name, _, value = attribute.strip().partition("=")
        if name.lower() == "path" and value.startswith("/"):
            prefix = value.rstrip("/")
            return url.path == prefix or url.path.startswith(prefix + "/")
    return True


class CookieRules:
    """Which cookies a browser sends along with what another site submits, by how each of them was last set."""

    def __init__(self) -> None:
        self._across: dict[tuple[str, str], bool] = {}

    def learn(self, request: HttpRequest, response: HttpResponse) -> None:
        """Note how this answer sets its cookies."""
        for field in response.header_values("set-cookie")[:MAX_COOKIES]:
            pair, *attributes = field.split(";")
            key = (request.url.host, pair.partition("=")[0].strip())
            if key in self._across or len(self._across) < MAX_RULES:
                self._across[key] = _crosses(attributes)

    def across(self, request: HttpRequest) -> HttpRequest:
        """The request with these cookies only; one that was not seen being set is left out."""
        host = request.url.host
        kept = tuple(c for c in request_cookies(request) if self._across.get((host, c[0]), False))
        return with_cookies(request, kept)


def _crosses(attributes: list[str]) -> bool:
    """Whether a cookie with these attributes goes along with a POST from another site (RFC 6265bis, section 5.6.7).
    Without SameSite it does in browsers that do not presume Lax, and in the others for two minutes."""
    named = {a.partition("=")[0].strip().lower(): a.partition("=")[2].strip().lower() for a in attributes}
    if "samesite" not in named:
        return True
    return named["samesite"] == "none" and "secure" in named
