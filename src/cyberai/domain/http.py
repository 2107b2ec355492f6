"""HTTP values: URLs that keep their bytes, requests, responses, exchanges."""

from urllib.parse import urljoin

from msgspec import Struct

Headers = tuple[tuple[str, str], ...]
"""Header fields in order, duplicates kept, names in the spelling they were sent or received in."""

BROWSER_ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"
"""What a visitor's browser asks for. Frameworks show their pages, error pages above all, only to those who do."""

DEFAULT_PORTS = {"http": 80, "https": 443}

_CTL = {chr(c) for c in range(0x21)} | {"\x7f"}


class Url(Struct, frozen=True, order=True):
    """An absolute http(s) URL whose path and query are kept exactly as written.

    `target` is the request target that goes on the wire: it starts with `/` and may hold any bytes that are
    not white space (dots, double slashes and bad escapes are never normalised). `host` is lower case, an IPv6
    address without brackets. The fragment is dropped.
    """

    scheme: str
    host: str
    port: int
    target: str = "/"

    @classmethod
    def parse(cls, raw: str) -> "Url":
        """Parse an absolute URL; raise ValueError with a reason that can be shown to a user."""
        text = raw.split("#", 1)[0].strip()
        scheme, sep, rest = text.partition("://")
        scheme = scheme.lower()
        if not sep or scheme not in DEFAULT_PORTS:
            raise ValueError("a URL must start with http:// or https://")
        if any(c in _CTL for c in rest):
            raise ValueError("a URL must not contain white space or control characters")
        if "\\" in rest.split("/", 1)[0].split("?", 1)[0]:
            raise ValueError("a host name must not contain a backslash")
        cut = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
        authority, target = rest[:cut], rest[cut:]
        if "@" in authority:
            raise ValueError("a URL must not contain a user name or password")
        host, port = split_authority(authority, DEFAULT_PORTS[scheme])
        if not target.startswith("/"):
            target = "/" + target
        return cls(scheme, host, port, target)

    def __str__(self) -> str:
        return self.origin + self.target

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, the default port left out, IPv6 in brackets."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The Host header's value."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """The target up to the first `?`."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the first `?`, without it; empty when there is none."""
        return self.target.partition("?")[2]

    def with_target(self, target: str) -> "Url":
        """The same origin with another request target."""
        return Url(self.scheme, self.host, self.port, target)

    def join(self, reference: str) -> "Url":
        """Resolve a reference found on this page (RFC 3986); raise ValueError when it is no http(s) URL."""
        return Url.parse(urljoin(str(self), reference.strip()))


def split_authority(authority: str, default_port: int) -> tuple[str, int]:
    """Split `host[:port]` (IPv6 in brackets); raise ValueError with a reason on anything else."""
    host, port_text = authority, ""
    if authority.startswith("["):
        host, closed, tail = authority[1:].partition("]")
        if not closed or (tail and not tail.startswith(":")) or ":" not in host:
            raise ValueError("an IPv6 address must stand in brackets, as in [::1]:8080")
        port_text = tail[1:]
        has_port = bool(tail)
    else:
        host, colon, port_text = authority.partition(":")
        has_port = bool(colon)
    if not host:
        raise ValueError("the host name is missing")
    if not has_port:
        return host.lower(), default_port
    if not (port_text.isascii() and port_text.isdigit() and 1 <= int(port_text[:6]) <= 65535):
        raise ValueError("a port must be a number from 1 to 65535")
    return host.lower(), int(port_text)


class HttpRequest(Struct, frozen=True):
    """A request as it goes on the wire, less Host, Content-Length and Connection, which the HTTP core adds
    unless they are given in `headers` (then exactly what is given is sent)."""

    method: str
    url: Url
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first field of that name (any case), or None."""
        return first_header(self.headers, name)

    @property
    def implied_accept(self) -> str:
        """The Accept field that is sent where none is given: a browser's, and none with a JSON body, which no page
        of a browser sends by itself."""
        if self.header("accept") is not None or "json" in (self.header("content-type") or "").lower():
            return ""
        return BROWSER_ACCEPT

    def with_header(self, name: str, value: str) -> "HttpRequest":
        """A copy in which the field `name` has this one value (appended when it was absent)."""
        kept = tuple((n, v) for n, v in self.headers if n.lower() != name.lower())
        return HttpRequest(self.method, self.url, (*kept, (name, value)), self.body)


class HttpResponse(Struct, frozen=True):
    """A response with its body decoded (gzip/deflate) and capped; nothing else is interpreted.

    `elapsed` is seconds from the first byte sent to the last byte read. `truncated` says the body was longer
    than the cap, or was cut off by the peer. `address` is the peer that answered.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    elapsed: float = 0.0
    truncated: bool = False
    reason: str = ""
    address: str = ""

    def header(self, name: str) -> str | None:
        """The first field of that name (any case), or None."""
        return first_header(self.headers, name)

    def header_values(self, name: str) -> tuple[str, ...]:
        """All fields of that name, in order."""
        return tuple(v for n, v in self.headers if n.lower() == name.lower())

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters; empty when there is none."""
        return (self.header("content-type") or "").split(";", 1)[0].strip().lower()

    @property
    def text(self) -> str:
        """The body for people: UTF-8 with unknown bytes replaced. Match on `body`, not on this."""
        return self.body.decode("utf-8", "replace")


class Exchange(Struct, frozen=True):
    """One request and what answered it."""

    request: HttpRequest
    response: HttpResponse


def first_header(headers: Headers, name: str) -> str | None:
    """The first field of that name (any case), or None."""
    wanted = name.lower()
    for field, value in headers:
        if field.lower() == wanted:
            return value
    return None
