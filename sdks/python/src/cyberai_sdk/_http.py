"""The bridge to httpx2 that both clients share: requests out, heads in, failures by what they mean."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

import httpx2

from cyberai_sdk._wire import Head, Request, TransportFailure

CONNECT_SECONDS = 10.0
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Stream:
    """The body of a response that is being read: a transport's own, or what a test's transport gave whole."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.is_whole = response.is_stream_consumed
        self.pieces: Iterator[bytes] | None = None
        self.async_pieces: AsyncGenerator[bytes] | None = None

    def read(self) -> bytes:
        """The next bytes as they came over the wire, b"" at the end."""
        if self.pieces is None:
            self.pieces = iter([self.response.content]) if self.is_whole else self.response.iter_raw()
        return next((piece for piece in self.pieces if piece), b"")

    async def aread(self) -> bytes:
        """The same."""
        if self.is_whole:
            return self.read()
        if self.async_pieces is None:
            self.async_pieces = self.response.aiter_raw()
        while (piece := await anext(self.async_pieces, None)) is not None:
            if piece:
                return piece
        return b""

    def close(self) -> None:
        """No more is wanted."""
        self.response.close()

    async def aclose(self) -> None:
        """The same; what iterates is closed as well, or the event loop would complain of it."""
        if self.async_pieces is not None:
            await self.async_pieces.aclose()
        await self.response.aclose()


def outgoing(request: Request) -> httpx2.Request:
    """The request as httpx2 sends it. A client of httpx2 would mix in its own headers, parameters and cookies: it has none."""
    connect = min(CONNECT_SECONDS, request.timeout)
    timeout = {"connect": connect, "read": request.timeout, "write": request.timeout, "pool": request.timeout}
    return httpx2.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.body,
        extensions={"timeout": timeout},
    )


def incoming(response: httpx2.Response) -> Head:
    """Status and headers; several of one name are joined by commas."""
    headers: dict[str, str] = {}
    # `items()` guesses the encoding again for every single name and value.
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(response.status_code, headers, Stream(response))


def failure_of(error: httpx2.HTTPError | httpx2.InvalidURL | httpx2.StreamError) -> TransportFailure:
    """What a failure of the transport means for the question whether to try again."""
    timed_out = isinstance(error, httpx2.TimeoutException)
    reason = "no answer in time" if timed_out else str(error) or type(error).__name__
    return TransportFailure(reason, sent=not isinstance(error, NOT_SENT), timed_out=timed_out)


FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)
"""Everything httpx2 raises for a request; HTTPError holds every transport error."""
