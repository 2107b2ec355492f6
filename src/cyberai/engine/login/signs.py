"""By what an answer shows that a session lives or is over."""

import html
from collections.abc import Sequence

from msgspec import Struct

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.engine.difference import chunks
from cyberai.engine.forms import Form, parse_forms
from cyberai.engine.links import extract
from cyberai.engine.markup import decode, tags
from cyberai.engine.modes import names_log_out
from cyberai.engine.page import is_html

MAX_MARKS = 12
"""Pieces of text by which a page of the session is told from what everybody sees."""

_PASSWORD_FIELD = Pattern(r"type\s*=\s*[\"']?password", ignore_case=True)
_UNDECIDED = frozenset({429, 500, 502, 503, 504})
"""Statuses that say nothing about a session: the server is busy or broken."""


class Watch(Struct, frozen=True):
    """The control request by which the session is checked, and what its answer is like while it lives.

    `marks` are pieces of the page that only the session sees; `telling` those of them that stand on every page, such
    as the address of the log-out link, so that any page that has one proves the session. `no_form` says that a login
    form is shown instead when it is over."""

    request: HttpRequest
    status: int
    location: str = ""
    marks: tuple[bytes, ...] = ()
    telling: tuple[bytes, ...] = ()
    no_form: bool = False
    lost_status: int = 0

    def alive(self, response: HttpResponse) -> bool | None:
        """Whether this answer to the control request shows that the session lives; None when it says nothing."""
        if response.status in _UNDECIDED and response.status != self.status:
            return None
        if (response.status, place_of(self.request.url, response)) != (self.status, self.location):
            return False
        if self.no_form and shows_password(response):
            return False
        return not self.marks or any(mark in response.body for mark in self.marks)

    def proves(self, response: HttpResponse) -> bool:
        """Whether the answer to any request shows that the session lives."""
        return response.status < 400 and any(mark in response.body for mark in self.telling)


def place_of(url: Url, response: HttpResponse) -> str:
    """Where a redirect leads, less its query; empty when there is none."""
    location = response.header("location")
    if not location or not 300 <= response.status < 400:
        return ""
    try:
        target = url.join(location)
    except ValueError:
        return "?"
    return target.origin + target.path


def shows_password(response: HttpResponse) -> bool:
    """Whether a page asks for a password."""
    return is_html(response) and _PASSWORD_FIELD.search(response.body) is not None


def forms_of(response: HttpResponse) -> tuple[Form, ...]:
    """The forms of a page."""
    return parse_forms(list(tags(decode(response)))) if is_html(response) else ()


def watch_of(
    request: HttpRequest, inside: Sequence[HttpResponse], outside: Sequence[HttpResponse]
) -> Watch | None:
    """How the session is recognised by this request: what two answers to it within the session share, and two
    without it lack. None when they do not differ."""
    first, other = inside[0], outside[0]
    head = (first.status, place_of(request.url, first))
    if first.status >= 400 or any((r.status, place_of(request.url, r)) != head for r in inside):
        return None
    telling = _log_out_marks(request.url, first, other)
    if head != (other.status, place_of(request.url, other)) and other.status not in _UNDECIDED:
        return Watch(request, *head, telling=telling, lost_status=other.status)
    if head[1]:
        return None
    no_form = shows_password(other) and not shows_password(first)
    if telling or no_form:
        return Watch(request, *head, marks=telling, telling=telling, no_form=no_form)
    if shows_password(first):
        return None
    marks = _text_marks(inside, outside)
    return Watch(request, *head, marks=marks) if marks else None


def _log_out_marks(url: Url, inside: HttpResponse, outside: HttpResponse) -> tuple[bytes, ...]:
    """The addresses of log-out links and forms, as written on the page of the session and not on the other."""
    if not is_html(inside):
        return ()
    text = decode(inside)
    elements = tuple(tags(text))
    written = []
    for tag in elements:
        address = tag.get("href") or tag.get("action") or tag.get("formaction")
        if address and names_log_out(address.partition("?")[0] + " " + address.partition("?")[2]):
            written.append(address)
    targets = {
        str(link.url)
        for link in extract(url, inside, text, elements)
        if link.label and names_log_out(link.label)
    }
    written += [
        tag.get("href") for tag in elements if tag.name == "a" and _leads(url, tag.get("href"), targets)
    ]
    spelled = [spelling for address in written for spelling in (address, html.escape(address))]
    marks = dict.fromkeys(text.encode() for text in spelled if len(text) >= 3)
    return tuple(m for m in marks if m in inside.body and m not in outside.body)[:MAX_MARKS]


def _leads(url: Url, address: str, targets: set[str]) -> bool:
    try:
        return bool(address) and str(url.join(address)) in targets
    except ValueError:
        return False


def _text_marks(inside: Sequence[HttpResponse], outside: Sequence[HttpResponse]) -> tuple[bytes, ...]:
    """Pieces that stand on each page within the session as they are, and on none without it."""
    steady = frozenset.intersection(*map(chunks, inside))
    seen = frozenset.union(*map(chunks, outside))
    pieces = [piece for piece in steady - seen if len(piece) >= 4 and "~" not in piece and "0" not in piece]
    written = [piece.encode("latin-1") for piece in sorted(pieces, key=lambda p: (-len(p), p))]
    fit = [
        piece
        for piece in written
        if all(piece in r.body for r in inside) and not any(piece in r.body for r in outside)
    ]
    return tuple(fit[:MAX_MARKS])
