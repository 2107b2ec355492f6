"""Bodies, read within limits whatever the server sends: size after decompression, time, redirects."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from cyberai_sdk._wire import Answer, Close, Flow, Head, Open, Read, Request, Surroundings, TransportFailure
from cyberai_sdk.errors import InvalidResponse, RedirectRefused

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_SAME_METHOD = (307, 308)
_PIECE = 64 * 1024


class Unpacker:
    """Bytes as they came over the wire -> the body, at most `limit` bytes of it. Feed, then `end()`."""

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        self._left = limit
        self._limit = limit
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "", "gzip"):
            raise InvalidResponse(
                f"The server used the content coding {coding[:40]!r}, which was not asked for"
            )
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding == "gzip" else None

    def feed(self, data: bytes) -> bytes:
        """What these bytes unpack to; raise InvalidResponse when it is too much or no gzip."""
        if self._inflate is None:
            return self._counted(data)
        pieces = []
        while data and not self._inflate.eof:
            try:
                pieces.append(self._counted(self._inflate.decompress(data, _PIECE)))
            except zlib.error as error:
                raise InvalidResponse("The server sent a broken gzip body") from error
            data = self._inflate.unconsumed_tail
        return b"".join(pieces)

    def end(self) -> None:
        """Raise TransportFailure when the packed body broke off."""
        if self._inflate is not None and not self._inflate.eof:
            raise TransportFailure("the answer broke off")

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise InvalidResponse(f"The answer is larger than {self._limit} bytes")
        return data


def exchange(request: Request, around: Surroundings, limit: int) -> Flow[Answer]:
    """The whole answer, after redirects on the same server; raise TransportFailure, InvalidResponse."""
    deadline = around.monotonic() + request.timeout
    head = yield from opened(request)
    unpacker = Unpacker(head.headers, limit)
    pieces: list[bytes] = []
    while data := (yield Read(head)):
        pieces.append(unpacker.feed(data))
        if around.monotonic() > deadline:
            yield Close(head)
            raise TransportFailure("the answer took too long", timed_out=True)
    if pieces:
        unpacker.end()
    return Answer(head.status, head.headers, b"".join(pieces))


def opened(request: Request) -> Flow[Head]:
    """The answer's head, after redirects on the same server."""
    for _ in range(_MOST_REDIRECTS + 1):
        head: Head = yield Open(request)
        if head.status not in _REDIRECTS:
            return head
        yield Close(head)
        request = redirected(request, head)
    raise InvalidResponse(f"The server redirected more than {_MOST_REDIRECTS} times", status=head.status)


def redirected(request: Request, head: Head) -> Request:
    """The request to make instead. The key goes to no other scheme, host or port; a body is never dropped."""
    place = head.headers.get("location", "")
    try:
        url = urljoin(request.url, place).partition("#")[0]
        elsewhere = origin(url) != origin(request.url)
    except ValueError:
        place = ""
    if not place:
        raise InvalidResponse("The server redirected to nowhere", status=head.status)
    if elsewhere:
        message = (
            f"The server redirected to {urlsplit(url).netloc.rpartition('@')[2]}; the key does not go there"
        )
        raise RedirectRefused(message, status=head.status)
    if request.method not in ("GET", "HEAD") and head.status not in _SAME_METHOD:
        message = (
            f"The server answered {request.method} with a redirect, {head.status}, that drops the request"
        )
        raise InvalidResponse(message, status=head.status)
    return Request(request.method, url, request.headers, request.body, request.timeout)


def origin(url: str) -> tuple[str, str, int]:
    """(scheme, host, port); raise ValueError."""
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0),
    )
