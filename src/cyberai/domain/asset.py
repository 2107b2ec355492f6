"""Assets: the things a scan finds and tests. Each has a stable key for the ledger and for units."""

from msgspec import Struct

from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.domain.tls.profile import TlsProfile
from cyberai.domain.tls.starttls import StartTls
from cyberai.domain.transport import Transport


class HostAsset(Struct, frozen=True, tag="host"):
    """A host named by the target: its ports are to be discovered. `ports` empty means the scan's port list."""

    host: str
    ports: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"host:{self.host}"


class PortAsset(Struct, frozen=True, tag="port"):
    """A port whose service is not yet known: an open TCP port, or one that a target names."""

    host: str
    port: int

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"port:{self.host}:{self.port}"


class ServiceAsset(Struct, frozen=True, tag="service"):
    """A service that answered and is no website. `protocol` is the identified protocol name (`redis`, `ssh`) or
    empty; `banner` is what the service said by itself, at most 512 bytes, printable characters only. `product`,
    `version` and `cpe` (2.3, formatted string) are what it says of itself, empty where it says nothing; `confidence`
    (0-100) is how far the product may be believed."""

    host: str
    port: int
    protocol: str = ""
    banner: str = ""
    tls: bool = False
    transport: Transport = Transport.TCP
    product: str = ""
    version: str = ""
    cpe: str = ""
    confidence: int = 0

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        udp = "/udp" if self.transport is Transport.UDP else ""
        return f"service:{self.host}:{self.port}{udp}"


class ProductAsset(Struct, frozen=True, tag="product"):
    """What serves a port, a website or not, where it tells product, version and CPE name: see `ServiceAsset`. `os` is a
    hint of the system; `said` are the words that tell it: the banner, or header lines of a website."""

    host: str
    port: int
    protocol: str
    product: str
    version: str
    cpe: str
    os: str = ""
    confidence: int = 0
    said: str = ""
    tls: bool = False
    transport: Transport = Transport.TCP

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        udp = "/udp" if self.transport is Transport.UDP else ""
        return f"product:{self.host}:{self.port}{udp}"


class DomainAsset(Struct, frozen=True, tag="domain"):
    """The domain that a target names, as the name system knows it."""

    host: str

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"domain:{self.host}"


class NameAsset(Struct, frozen=True, tag="name"):
    """One name of a domain: the domain itself (`host`), or one below it. Findings about it are its own."""

    host: str
    name: str

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"name:{self.host}:{self.name}"


class TlsAsset(Struct, frozen=True, tag="tls"):
    """A port that speaks TLS; `server_name` is the SNI name, empty for an address. `starttls` is what is spoken there
    before TLS, None where it begins with TLS. `profile` is what the assessment measured, None before it and where there
    was none."""

    host: str
    port: int
    server_name: str = ""
    starttls: StartTls | None = None
    profile: TlsProfile | None = None

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"tls:{self.host}:{self.port}"


class OriginAsset(Struct, frozen=True, tag="origin"):
    """A web origin. `url` is where the scan enters it (the target's URL, or `/`)."""

    url: Url

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"origin:{self.url.origin}"


class RequestAsset(Struct, frozen=True, tag="request"):
    """A request the application is known to answer: found by the crawler, a form or an API document.

    `shape` identifies requests that run the same code: method, path with ids replaced, parameter names.
    `depth` counts links from the entry. `referer` is the page it was found on (empty for the entry). `optional`
    names the fields of its form that we filled in and the page does not require. `via` are the requests that led to
    the page, in order, where fetching `referer` alone would not show it: the earlier steps of a form. `covered` are the
    insertion points (kind:name) that are tested with other requests of the same program.
    """

    request: HttpRequest
    shape: str
    depth: int = 0
    referer: str = ""
    optional: tuple[str, ...] = ()
    via: tuple[HttpRequest, ...] = ()
    covered: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"request:{self.shape}"


class PlaceAsset(Struct, frozen=True, tag="place"):
    """One insertion point of a request that one check has yet to measure. `point` is the point's label."""

    request: RequestAsset
    check_id: str
    point: str

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"place:{self.check_id} {self.request.key}#{self.point}"


class StoredAsset(Struct, frozen=True, tag="stored"):
    """A place whose value the application keeps and shows on another page. `source` is the request that submits it,
    `kind`, `name`, `value` and `coding` are those of its insertion point; `shown` is the page, None for the one that
    the redirect behind the submission leads to."""

    source: RequestAsset
    kind: InsertionKind
    name: str
    value: str = ""
    coding: str = ""
    shown: HttpRequest | None = None

    @property
    def point(self) -> InsertionPoint:
        """Where the value goes in."""
        return InsertionPoint(self.source.request, self.kind, self.name, self.value, self.coding)

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        page = self.shown.url.target if self.shown is not None else ""
        return f"stored:{self.source.shape}#{self.kind.value}:{self.name}~{self.coding}@{page}"


class PageAsset(Struct, frozen=True, tag="page"):
    """A fetched page: what passive checks look at. Never stored; made while a request is crawled."""

    exchange: Exchange
    shape: str = ""

    @property
    def key(self) -> str:
        """Stable identity within a scan."""
        return f"page:{self.exchange.request.url.origin}:{self.shape}"


Asset = (
    HostAsset
    | PortAsset
    | ServiceAsset
    | DomainAsset
    | NameAsset
    | ProductAsset
    | TlsAsset
    | OriginAsset
    | RequestAsset
    | PlaceAsset
    | StoredAsset
)
"""Assets that units carry (a tagged union for msgspec)."""
