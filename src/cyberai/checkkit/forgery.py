"""Requests that another site makes a visitor's browser send: what it can know of the form, and what it can set.

It knows what the form looks like to a stranger, it may leave fields out, and a browser tells where the request comes
from, or, where the page asks for that, nothing (Fetch standard, Origin header). Header fields of its own and media types
beyond the three of HTML forms need a permission that is asked for before (CORS-preflight), so they are not sent.
"""

from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

from msgspec import Struct

from cyberai.checkkit.markup import elements
from cyberai.domain.http import Exchange, Headers, HttpRequest

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_TOKEN_WORDS = ("csrf", "xsrf", "token", "nonce", "viewstate", "eventvalidation", "authenticity")
_SECRET_LENGTH = 12


class Way(Struct, frozen=True):
    """One way to forge a request of a media type: what it says of its origin, whether hidden fields are filled in as in a
    stranger's form (else left out), and the words for people."""

    kind: str
    headers: Headers
    known: bool
    words: str


def ways(request: HttpRequest, site: str) -> Iterator[Way]:
    """The ways worth trying, from a page of `site`; none where no form of HTML can send such a request."""
    foreign = (("Origin", f"https://{site}"), ("Referer", f"https://{site}/"))
    kind = _kind(request)
    if kind == _FORM:
        yield Way(_FORM, foreign, True, "from a foreign site, with the hidden fields of another session")
        yield Way(_FORM, (("Origin", "null"),), False, "without a token and with its origin withheld")
    elif kind == _JSON:
        yield Way("text/plain", foreign, True, "from a foreign site, with its JSON sent as plain text")


def forged(way: Way, request: HttpRequest, form: Exchange, ours: str) -> HttpRequest:
    """The request as this way sends it; the field `ours` stays as it is. `form` is what a stranger sees of the page that
    holds the form."""
    body = request.body
    if _kind(request) == _FORM:
        body = _pairs(request, _hidden(form) if way.known else {}, ours)
    return _sent(request, way.kind, body, way.headers)


def _kind(request: HttpRequest) -> str:
    return (request.header("content-type") or "").partition(";")[0].strip().lower()


def _sent(request: HttpRequest, kind: str, body: bytes, headers: Headers) -> HttpRequest:
    cookies = tuple(field for field in request.headers if field[0].lower() == "cookie")
    return HttpRequest(request.method, request.url, (("Content-Type", kind), *headers, *cookies), body)


def _hidden(form: Exchange) -> dict[str, str]:
    """The hidden fields of the page, the first of each name."""
    found: dict[str, str] = {}
    for node in elements(form.response.body):
        attributes = node.attributes
        if (
            node.tag == "input"
            and (attributes.get("type") or "").lower() == "hidden"
            and attributes.get("name")
        ):
            found.setdefault(attributes["name"] or "", attributes.get("value") or "")
    return found


def _pairs(request: HttpRequest, known: dict[str, str], ours: str) -> bytes:
    """The body with what a stranger knows: hidden fields as in his own form, secrets that he does not have left out."""
    kept = []
    for piece in request.body.decode("latin-1").split("&"):
        name, _, value = piece.partition("=")
        plain = unquote_plus(name)
        if plain == ours:
            kept.append(piece)
        elif plain in known:
            kept.append(f"{name}={quote(known[plain], safe='')}")
        elif not _is_secret(plain, unquote_plus(value)):
            kept.append(piece)
    return "&".join(kept).encode("latin-1")


def _is_secret(name: str, value: str) -> bool:
    """True for what is called like a token, and for long values with digits that nobody writes."""
    if any(word in name.lower() for word in _TOKEN_WORDS):
        return True
    digits = any(c.isdigit() for c in value)
    return len(value) >= _SECRET_LENGTH and digits and not any(c.isspace() or c in "@./:" for c in value)
