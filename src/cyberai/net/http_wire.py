"""Requests to bytes exactly as written, and response bodies from their content coding, within limits."""

import zlib

from cyberai.domain.http import BROWSER_ACCEPT, Headers, HttpRequest
from cyberai.net.proxy import ProxyForm

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_CODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_MAX_MEMBERS = 256
_RATIO = 200
_RATIO_FREE_BYTES = 262_144
_OPENING = 16


def to_bytes(text: str) -> bytes:
    """Text to wire bytes: UTF-8, as a shell's curl would send it; a lone surrogate U+DC80 to U+DCFF is that
    raw byte (0x80 to 0xFF), so that any byte can be sent."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _pairs(cookies: str) -> dict[str, str]:
    """Name -> the pair as written, of a Cookie field."""
    pairs = (pair.strip() for pair in cookies.split(";"))
    return {pair.partition("=")[0]: pair for pair in pairs if pair}


class RequestEncoder:
    """Builds request bytes: nothing given is normalised, escaped, re-ordered or checked, white space in the
    target and line ends in header values included, since a check may put them there on purpose.

    Host comes first unless given; then the request's own fields in order; then the scan's custom fields,
    User-Agent, a browser's Accept (not beside a JSON body) and `Accept-Encoding: gzip` where the request has none; then Content-Length (only with a body or
    for POST, PUT and PATCH, and never beside a given Transfer-Encoding) and Connection.
    """

    def __init__(self, user_agent: str, custom: Headers = ()) -> None:
        defaults = list(custom)
        names = {name.lower() for name, _ in custom}
        implied = (("User-Agent", user_agent), ("Accept", BROWSER_ACCEPT), ("Accept-Encoding", "gzip"))
        for name, value in implied:
            if name.lower() not in names:
                defaults.append((name, value))
        self._defaults = tuple((name.lower(), f"{name}: {value}\r\n") for name, value in defaults)
        self._cookies = _pairs("; ".join(value for name, value in custom if name.lower() == "cookie"))
        self._replaces = frozenset(name for name, _ in self._defaults)
        self._plain: dict[str, str] = {}

    def encode(self, request: HttpRequest, authority: str, proxy: ProxyForm | None = None) -> bytes:
        """The request's bytes; `authority` is the Host field's value. With `proxy` they are meant for a proxy: the
        target in full, and the proxy's credentials."""
        if proxy is not None:
            wire = self.encode(request, authority)
            method, rest = wire[: len(request.method)], wire[len(request.method) + 1 :]
            line, end, fields = rest.partition(b" HTTP/1.1\r\n")
            return method + b" " + proxy.prefix + line + end + proxy.fields + fields
        if request.headers or request.body or request.method in _BODY_METHODS:
            return self._full(request, authority)
        tail = self._plain.get(authority)
        if tail is None:
            tail = self._plain[authority] = self._plain_tail(authority)
        return to_bytes(f"{request.method} {request.url.target}{tail}")

    def _plain_tail(self, authority: str) -> str:
        defaults = "".join(line for _, line in self._defaults)
        host = "" if "host" in self._replaces else f"Host: {authority}\r\n"
        close = "" if "connection" in self._replaces else "Connection: keep-alive\r\n"
        return f" HTTP/1.1\r\n{host}{defaults}{close}\r\n"

    def _value(self, name: str, value: str) -> str:
        """The field's value; cookies of the scan's own stay beside those of the site, which win by name."""
        if not self._cookies or name.lower() != "cookie":
            return value
        given = _pairs(value)
        return "; ".join([value, *(pair for key, pair in self._cookies.items() if key not in given)])

    def _full(self, request: HttpRequest, authority: str) -> bytes:
        given = {name.lower() for name, _ in request.headers}
        if not request.implied_accept:
            given.add("accept")
        present = given | self._replaces
        parts = [f"{request.method} {request.url.target} HTTP/1.1\r\n"]
        if "host" not in present:
            parts.append(f"Host: {authority}\r\n")
        parts.extend(f"{name}: {self._value(name, value)}\r\n" for name, value in request.headers)
        parts.extend(line for name, line in self._defaults if name not in given)
        framed = "content-length" in present or "transfer-encoding" in present
        if not framed and (request.body or request.method in _BODY_METHODS):
            parts.append(f"Content-Length: {len(request.body)}\r\n")
        if "connection" not in present:
            parts.append("Connection: keep-alive\r\n")
        parts.append("\r\n")
        return to_bytes("".join(parts)) + request.body


class BodyDecoder:
    """Decodes one gzip or deflate body as it arrives, to at most `limit` bytes and a ratio of `_RATIO`.

    `full` says that a limit was reached: the rest is not wanted. A body that is not what its header says is
    kept as it came; one that breaks off later keeps what was decoded and counts as `full`.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self._wbits = _CODINGS[coding]
        self._inflate = zlib.decompressobj(self._wbits)
        self._limit = limit
        self._taken = 0
        self._size = 0
        self._members = 1
        self._verbatim = False
        self._held = b""
        self._opening = b""
        self.full = False

    @staticmethod
    def knows(coding: str) -> bool:
        """True for the codings that are decoded; any other body is left as it came."""
        return coding in _CODINGS

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes of the next piece."""
        if self._held or (self._taken == 0 and len(data) < 2):
            # Two bytes tell the formats apart; with one there is nothing to fall back from yet.
            data, self._held = self._held + data, b""
            if len(data) < 2:
                self._held = data
                return b""
        first = self._taken == 0
        self._taken += len(data)
        if first:
            self._opening = data[:_OPENING]
        if self._verbatim:
            return self._keep(data)
        try:
            return self._inflate_all(data)
        except zlib.error:
            if not first:
                self.full = True
                return b""
            return self._fallback(data)

    def end(self) -> bytes:
        """The body has ended: what was held back. A stream that is not at its end counts as broken off."""
        if self._taken and not self._verbatim and not self._inflate.eof:
            if self._size == 0 and self._taken == len(self._opening):
                return self._opening  # a few bytes that merely look like the start of a stream
            self.full = True
        held, self._held = self._held, b""
        return held

    def _fallback(self, data: bytes) -> bytes:
        """The very first piece does not decode: raw deflate is customary for "deflate", else it is plain."""
        self._size = 0
        if self._wbits == 15:
            self._wbits = -15
            self._inflate = zlib.decompressobj(-15)
            try:
                return self._inflate_all(data)
            except zlib.error:
                self._size = 0
        self._verbatim = True
        return self._keep(data)

    def _inflate_all(self, data: bytes) -> bytes:
        pieces = []
        while data and not self.full:
            ratio_limit = max(self._taken * _RATIO, _RATIO_FREE_BYTES)
            piece = self._inflate.decompress(data, min(self._limit, ratio_limit) - self._size + 1)
            pieces.append(self._keep(piece))
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._next_member(self._inflate.unused_data)
        return b"".join(pieces)

    def _next_member(self, rest: bytes) -> bytes:
        """Further gzip members follow each other (RFC 1952, 2.2); trailing bytes that are none are dropped."""
        if self._wbits != 31 or not rest.startswith(b"\x1f\x8b"):
            return b""
        self._members += 1
        if self._members > _MAX_MEMBERS:
            self.full = True
        self._inflate = zlib.decompressobj(self._wbits)
        return rest

    def _keep(self, piece: bytes) -> bytes:
        self._size += len(piece)
        if self._size > self._limit:
            self.full = True
            return piece[: len(piece) - (self._size - self._limit)]
        if self._size > _RATIO_FREE_BYTES and self._size > self._taken * _RATIO:
            self.full = True
        return piece
