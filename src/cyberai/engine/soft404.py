"""Soft 404: what a site answers for a page that is not there, and telling real pages from it."""

from cyberai.domain.http import Exchange, Url
from cyberai.engine.difference import chunks, same_head, similarity

_MISSING = frozenset({404, 410})
_ALIKE = 0.9


def directory(url: Url) -> str:
    """The path up to and with the last slash."""
    return url.path[: url.path.rfind("/") + 1]


def extension(url: Url) -> str:
    """The file extension with its dot, empty when the last segment has none."""
    name = url.path[url.path.rfind("/") + 1 :]
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix}" if dot and stem and suffix.isalnum() and len(suffix) <= 8 else ""


def missing_url(url: Url, token: str) -> Url:
    """A path beside `url` that cannot exist: same directory, same extension."""
    return url.with_target(f"{directory(url)}{token}{extension(url)}")


def is_missing(page: Exchange, control: Exchange | None) -> bool:
    """True when the answer says, or its likeness to the control shows, that nothing is there."""
    response = page.response
    if response.status in _MISSING:
        return True
    if control is None or control.response.status in _MISSING or not same_head(response, control.response):
        return False
    names = tuple(name for name in map(_last_segment, (page, control)) if len(name) >= 3)
    return similarity(response, control.response, names) >= _ALIKE


def stands_out(page: Exchange, control: Exchange, again: Exchange | None = None) -> bool:
    """True when a page that is_missing by its likeness still says something of its own.

    What all pages of a site share, its template, may be nearly all of each. Two answers for what is not there show
    how much of such an answer changes by itself; without the second, every difference counts.
    """
    names = tuple(name for name in map(_last_segment, (page, control, again)) if len(name) >= 3)
    absent = chunks(control.response, names)
    changed = chunks(page.response, names) ^ absent
    dynamic = chunks(again.response, names) ^ absent if again is not None else frozenset()
    return bool(changed - dynamic) and len(changed) > 2 * len(dynamic)


def _last_segment(exchange: Exchange | None) -> str:
    return "" if exchange is None else exchange.request.url.path.rpartition("/")[2]
