"""One HTTP connection of a service that is no website: a control plane, a store, a dashboard."""

import json
from collections.abc import Callable
from typing import Any

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

MAX_HEAD = 16_384
MAX_BODY = 65_536
_LOG_IN = "<!doctype html><title>Log in</title><form method=post><input name=user><input name=pass type=password></form>"
_OF_PAGES = {
    "content_security_policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x_content_type_options": "nosniff",
    "x_frame_options": "DENY",
    "referrer_policy": "no-referrer",
}
"""Headers that pages of people have: their absence would be a flaw of its own."""
_WORDS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
}


class Request:
    """What came: `path` without its query, `headers` with names in lower case."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body


class Reply:
    """What is answered; a `value` that is no text goes out as JSON."""

    def __init__(self, status: int, value: Any = "", **headers: str) -> None:
        self.status = status
        text = isinstance(value, str)
        self.body = value.encode() if text else json.dumps(value, separators=(",", ":")).encode()
        kind = "text/html; charset=utf-8" if text and value.startswith("<") else "text/plain; charset=utf-8"
        page = _OF_PAGES if "html" in kind and text else {}
        self.headers = {"content_type": kind if text else "application/json", **page, **headers}


class HttpSession:
    """One connection; `respond` is the service."""

    def __init__(self, respond: Callable[[Request], Reply]) -> None:
        self.closed = False
        self._respond = respond
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while b"\r\n\r\n" in self._buffer and not self.closed:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            length = headers.get("content-length", "0")
            size = int(length[:9]) if length.isdigit() else MAX_BODY + 1
            if size > MAX_BODY:
                self.closed = True
            elif len(rest) < size:
                break
            else:
                self._buffer = rest[size:]
                output += self._answer(first, headers, rest[:size])
        self.closed = self.closed or len(self._buffer) > MAX_HEAD + MAX_BODY
        return output

    def _answer(self, first: str, headers: dict[str, str], body: bytes) -> bytes:
        method, _, rest = first.partition(" ")
        target, _, protocol = rest.rpartition(" ")
        if protocol.startswith("HTTP/1."):
            reply = self._respond(Request(method, target, headers, body))
        else:
            self.closed = True
            reply = Reply(400, "400 Bad Request")
        lines = [f"HTTP/1.1 {reply.status} {_WORDS.get(reply.status, 'OK')}"]
        lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in reply.headers.items()]
        lines += [f"Content-Length: {len(reply.body)}"] + ["Connection: close"] * self.closed
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if method == "HEAD" else reply.body)


Pages = dict[str, Reply]


def serve(pages: Pages, missing: Reply) -> Callable[[Request], Reply]:
    """A service of fixed pages by path; `missing` is what all other paths get."""
    return lambda request: pages.get(request.path, missing)


def twins(
    check: str,
    name: str,
    *,
    pages: Pages,
    guarded: Pages,
    missing: Reply,
    variant: str,
    summary: str,
    trap: bool = True,
) -> tuple[Service, ...]:
    """A service whose `pages` are open; its twin, where those of `guarded` are answered otherwise; and, as a `trap`, one
    that shows a log-in page with status 200 in their place."""
    flaw = Flaw(check=check, path="", method="", variant=variant, summary=summary)
    log_in: Pages = dict.fromkeys(guarded, Reply(200, _LOG_IN))

    def session(fixed: bool) -> Session:
        return HttpSession(serve(pages | guarded if fixed else pages, missing))

    def behind_a_page(_fixed: bool) -> Session:
        return HttpSession(serve(pages | log_in, missing))

    twin = Service(name=name, session=session, checks=(check,), flaws=(flaw,))
    return (
        (twin, Service(name=f"{name} behind a log-in page", session=behind_a_page, checks=(check,)))
        if trap
        else (twin,)
    )
