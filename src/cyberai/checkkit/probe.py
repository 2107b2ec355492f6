"""The probe: a check's only way to the target, with its request budget, chance and controls."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from cyberai.domain.asset import ProductAsset, StoredAsset
from cyberai.domain.dns import DnsReply
from cyberai.domain.http import Exchange, Headers, HttpRequest, Url
from cyberai.domain.insertion import InsertionPoint
from cyberai.domain.known.found import KnownFlaws
from cyberai.domain.tls.starttls import StartTls
from cyberai.ports.network import Answer, Conversation, Handshake, TlsVersion


class BudgetExceeded(Exception):
    """The check sent more than its `max_requests`; a bug of the check. Never catch it."""


class PolicyRefused(Exception):
    """The scan's mode or paths forbid this request; the engine records Skipped(policy). Never catch it."""


class NotInstalled(Exception):
    """What the check needs is not there, as the words say; the engine records Skipped(not_installed). Never catch it."""


class Postponed(Exception):
    """What the check is about to do would hold everything else up: the engine runs it again at this place once the
    rest of the host is done. Never catch it."""


class Credentials(StrEnum):
    """What of the visitor's session goes along with a request, whether the request carries it or the scan's login adds
    it (the names are the Fetch standard's, where they fit)."""

    INCLUDE = "include"
    """All of it, as from the application's own pages."""

    ACROSS_SITES = "across_sites"
    """What browsers send when another site makes them send the request: cookies by the SameSite attribute with which
    each was set, and credentials of HTTP authentication. Cookies that this scan has not seen being set stay out."""

    OMIT = "omit"
    """Nothing: as a stranger."""


class Probe(Protocol):
    """What a check may do. Every method that sends raises TransportError (let it pass: the engine records
    Errored with its reason), BudgetExceeded or PolicyRefused."""

    async def send(self, request: HttpRequest, *, follow: bool = False) -> Exchange:
        """Send one request. `follow` follows up to five redirects within scope and returns the last exchange
        (each costs one request); without it a redirect is returned as it is."""
        ...

    async def send_with(self, credentials: Credentials, request: HttpRequest) -> Exchange:
        """Send one request, unfollowed, with no more of the session than that. The exchange's request shows the
        cookies that went along, those of the scan's login left out."""
        ...

    async def get(self, url: Url, headers: Headers = ()) -> Exchange:
        """GET without following redirects."""
        ...

    async def inject(self, point: InsertionPoint, payload: str, *, append: bool = False) -> Exchange:
        """Send the point's request with `payload` in its place, encoded as that place requires; `append`
        keeps the original value in front. A fresh CSRF token is fetched where the form had one."""
        ...

    async def store(
        self, place: StoredAsset, payload: str, *, append: bool = False
    ) -> tuple[Exchange, Exchange]:
        """Inject into the place's point, then fetch the page that shows what is kept: (what answered the submission,
        the page). Costs two requests, or one more for each redirect on the way to the page."""
        ...

    def injected(self, point: InsertionPoint, payload: str, *, append: bool = False) -> HttpRequest:
        """The request `inject` would send (before CSRF renewal), without sending it."""
        ...

    def crosses_sites(self, request: HttpRequest) -> bool:
        """Whether anything of a session goes along when another site makes a browser send the request
        (Credentials.ACROSS_SITES)."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """While the block lasts, this scan sends nothing else to the host: for measuring times. Requests under
        way are waited for first. Keep it short; it holds everything else up. Raise Postponed while other checks
        have work to do: ask for it only where a first answer makes it likely that there is something to measure."""
        ...

    async def baseline(self, point: InsertionPoint) -> Exchange:
        """The answer to the point's own request, unaltered; cached per shape, costs at most one request."""
        ...

    async def missing(self, url: Url) -> Exchange:
        """What this origin answers for a random path beside `url` that cannot exist (same directory, same
        file extension): the soft-404 control. Cached per directory and extension, costs at most one request."""
        ...

    async def talk(
        self,
        host: str,
        port: int,
        payload: bytes,
        *,
        limit: int = 65_536,
        quiet: float = 0.5,
        tls: bool = False,
    ) -> bytes:
        """One TCP exchange (ports.network.Dialer.talk); costs one request."""
        ...

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
        starttls: StartTls | None = None,
    ) -> Answer:
        """A dialogue over one TCP connection (ports.network.Dialer.converse); opening it costs one request, and every
        `send` after the first another one. With `starttls` the dialogue begins where the server waits for a
        ClientHello; what brought it there costs nothing. Raise TLS_FAILED where it does not go over to TLS."""
        ...

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        """One UDP exchange (ports.network.Dialer.datagram); costs one request."""
        ...

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        """Records of a name from the operator's resolver (ports.network.Dialer.look_up). The first time that a check asks
        a question, it may get an answer that another check has got before; asked again, it is a fresh one. Costs one
        request."""
        ...

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
    ) -> bool:
        """Whether the port speaks this TLS version (Dialer.offers), behind `starttls`; costs one request."""
        ...

    async def handshake(
        self,
        host: str,
        port: int,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
        known: bool = False,
    ) -> Handshake:
        """A full TLS handshake (Dialer.handshake), behind `starttls`; costs one request. With `known` the latest one that any
        check made with this port will do, and costs nothing."""
        ...

    async def known_flaws(self, asset: ProductAsset) -> KnownFlaws:
        """What the imported feeds say of a product in its version, without asking the target; raise NotInstalled where no
        such feed was imported."""
        ...

    def now(self) -> int:
        """The present, UTC microseconds: for certificate dates."""
        ...

    def token(self, length: int = 8) -> str:
        """A fresh random word of lower-case letters that occurs nowhere by chance."""
        ...

    def number(self, low: int, high: int) -> int:
        """A fresh random integer in [low, high]."""
        ...
