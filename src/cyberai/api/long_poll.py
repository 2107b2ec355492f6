"""`Prefer: wait=N` (RFC 7240) on a GET: the answer comes when the state changes, at the latest after N seconds.

It waits for commits, on the event loop: no thread is held, and the end of the server ends it.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from cyberai.api.call import Call
from cyberai.api.conditional import not_modified
from cyberai.api.reply import Headers, state_tag

MOST_SECONDS = 60
LOOK_SECONDS = 0.5
"""How long it waits for news before it looks whether the server is to end."""
PAUSE_SECONDS = 0.05
"""Rest after news, so that a busy worker's commits are looked at a few at a time."""

FINAL = frozenset({"completed", "failed", "cancelled"})
"""States of scans and reports from which nothing changes by itself."""


class Stateful(Protocol):
    """What a long poll watches."""

    @property
    def status(self) -> str:
        """The state."""
        ...


T = TypeVar("T", bound=Stateful)


async def awaited(call: Call, look: Callable[[], Awaitable[T]]) -> tuple[T, Headers]:
    """The resource, and the headers that say what was done. Without the preference it is what `look` gives now;
    with it, once the status differs from what it was at the beginning or is final, and at once where
    `If-None-Match` names another state than this. `look` may raise."""
    value = await look()
    seconds = preferred_wait(call.headers.get(b"prefer", b""))
    if seconds is None or _is_news(call, value):
        return value, []
    clock = call.app.clock
    began = clock.monotonic()
    first, until = value.status, began + seconds
    while value.status == first and first not in FINAL and not call.live.stopping.is_set():
        left = until - clock.monotonic()
        if left <= 0:
            break
        if await call.app.store.changed(min(left, LOOK_SECONDS)):
            await clock.sleep(PAUSE_SECONDS)
        value = await look()
    call.waited = clock.monotonic() - began
    return value, [(b"preference-applied", b"wait=%d" % seconds), (b"vary", b"Prefer")]


def _is_news(call: Call, value: Stateful) -> bool:
    """Whether the client said which state it has, and it is another one."""
    known = call.headers.get(b"if-none-match")
    return known is not None and not not_modified(known, state_tag(value))


def preferred_wait(header: bytes) -> int | None:
    """N of `wait=N`, at most MOST_SECONDS; None where there is none that can be read, which is no error: a
    preference is a wish."""
    for preference in header.decode("latin-1").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() != "wait":
            continue
        text = value.strip().strip('"')
        if text.isascii() and text.isdigit():
            return min(MOST_SECONDS, int(text[:6]))
        return None
    return None
