"""The requests a page makes: redirect, forms, links, each as a browser would send it from there."""

from collections.abc import Iterator

from msgspec import Struct, structs

from cyberai.domain.http import HttpRequest
from cyberai.engine.cookies import carried, cookies_after, with_cookies
from cyberai.engine.field_words import TEXT
from cyberai.engine.modes import NOTHING, Seen, names_account, seen_in_call
from cyberai.engine.page import Page
from cyberai.engine.redirects import redirect_request
from cyberai.engine.session_ids import without_session_id
from cyberai.engine.shape import plausible
from cyberai.engine.soft404 import extension
from cyberai.engine.submissions import Submission, submissions

_FILES = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".ico",
        ".webp",
        ".bmp",
        ".woff",
        ".woff2",
        ".ttf",
        ".eot",
        ".otf",
        ".mp3",
        ".mp4",
        ".avi",
        ".mov",
        ".webm",
        ".ogg",
        ".wav",
        ".pdf",
        ".zip",
        ".gz",
        ".tar",
        ".7z",
        ".rar",
        ".iso",
        ".exe",
        ".msi",
        ".dmg",
        ".deb",
        ".rpm",
        ".jar",
        ".doc",
        ".docx",
        ".xls",
        ".xlsx",
        ".ppt",
        ".pptx",
    ]
)


_WRITTEN = frozenset({"", "text", "email"})
"""Kinds of fields in which a person sees and changes a name."""


class Outgoing(Struct, frozen=True):
    """One request. `seen` is what the page says of it, `optional` names the fields of the form that may be left empty,
    `written` says that it submits something, `ours` that the page calls what it leads to by a name we gave."""

    request: HttpRequest
    seen: Seen = NOTHING
    optional: tuple[str, ...] = ()
    written: bool = False
    ours: bool = False


def outgoing(page: Page, *, redirects: bool) -> Iterator[Outgoing]:
    """What is worth fetching, in order: no plain files, no addresses only traps make, nothing this scan made."""
    source, answer = page.exchange.request, page.exchange.response
    cookies = cookies_after(source, answer)
    for candidate in _all(page, redirects):
        request = without_session_id(candidate.request)
        if not plausible(request):
            continue
        if request.header("cookie") is None:
            request = carried(cookies, source.url, request)
        yield structs.replace(candidate, request=request)


def _all(page: Page, redirects: bool) -> Iterator[Outgoing]:
    redirect = redirect_request(page.exchange)
    if redirect is not None and redirects:
        yield Outgoing(redirect)
    for form in page.forms:
        for submission in submissions(form, page.exchange.request.url):
            request = _as_scripted(page, submission.request)
            yield Outgoing(request, _seen(submission), submission.optional, written=True)
    for call in page.calls:
        yield Outgoing(_asking_for_data(_as_scripted(page, call)), seen_in_call(call), written=True)
    for link in page.links:
        request = HttpRequest("GET", link.url)
        if not _ours(request) and not _is_file(request):
            scripted = _asking_for_data(_as_scripted(page, request)) if link.guessed else request
            yield Outgoing(scripted, Seen(link.label), ours=TEXT in link.label)
    for folder in page.folders:
        yield Outgoing(HttpRequest("GET", folder))


def _seen(submission: Submission) -> Seen:
    """What a person sees of the form."""
    secrets = sum(field.kind == "password" for field in submission.fields)
    known = (f.value for f in submission.fields if f.kind in _WRITTEN and f.value and names_account(f.name))
    return Seen(submission.label, secrets, tuple(known))


def _as_scripted(page: Page, request: HttpRequest) -> HttpRequest:
    """With the header fields and cookies that the page's scripts put on requests; insertion points by that."""
    for name, value in page.headers:
        if request.header(name) is None:
            request = request.with_header(name, value or TEXT)
    if page.cookies and request.url.host == page.exchange.request.url.host:
        held = dict(cookies_after(page.exchange.request, page.exchange.response))
        written = {name: value or TEXT for name, value in page.cookies}
        request = with_cookies(request, tuple({**written, **held}.items()))
    return request


def _asking_for_data(request: HttpRequest) -> HttpRequest:
    """As a script asks, which wants no page."""
    return request if request.header("accept") is not None else request.with_header("Accept", "*/*")


def _ours(request: HttpRequest) -> bool:
    """True for a link to something this scan itself created."""
    return TEXT in request.url.target


def _is_file(request: HttpRequest) -> bool:
    if request.url.path.endswith(".xml.gz"):
        return False  # a packed sitemap is read
    return not request.url.query and extension(request.url).lower() in _FILES
