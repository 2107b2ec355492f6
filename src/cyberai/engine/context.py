"""What every part of a running session shares."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from cyberai.checkkit import Check, DnsReply, Scope
from cyberai.domain.asset import ProductAsset, RequestAsset
from cyberai.domain.auth import Auth
from cyberai.domain.http import Exchange, Url
from cyberai.domain.known.found import KnownFlaws
from cyberai.domain.scan import ScanSpec
from cyberai.domain.scope import ScanScope
from cyberai.engine.fetch import Fetcher
from cyberai.engine.firewall import Firewalls
from cyberai.engine.login.logins import Logins
from cyberai.engine.memory import CrawlMemory, Exchanges, Once
from cyberai.engine.novelty import Novelty
from cyberai.engine.order import Order
from cyberai.ports.network import Handshake, NetworkSession
from cyberai.ports.runtime import Clock, Rng

MAX_CONTROLS = 128
"""Answers for what is not there, kept at a time: at most 32 MiB of what differences are told from."""

Known = Callable[[], Awaitable[tuple[RequestAsset, ...]]]
"""Asks for the requests of the shard that are to be tested, in the order in which they were found: the unit table
knows them also after a pause or a take-over."""


Lookup = Callable[[str, bytes], dict[str, str] | None]
"""What imported fingerprints say of a text, by recog's names; the first argument says what the text is (`ssh.banner`)."""
Imported = Callable[[], Awaitable[Lookup]]
"""Asks for the fingerprints of services that were imported beside our own."""
Flaws = Callable[[ProductAsset], Awaitable[KnownFlaws | None]]
"""Asks the imported feeds what they know of a product; None where none was imported."""


class Context:
    """The scan's terms, its ports, its checks by scope, and the session's memory."""

    def __init__(
        self,
        *,
        spec: ScanSpec,
        scope: ScanScope,
        network: NetworkSession,
        clock: Clock,
        rng: Rng,
        checks: Iterable[Check],
        auth: Auth | None = None,
        known: Known | None = None,
        imported: Imported | None = None,
        flaws: Flaws | None = None,
    ) -> None:
        self.spec = spec
        self.scope = scope
        self.network = network
        self.clock = clock
        self.rng = rng
        ordered = sorted(checks, key=lambda check: check.meta.id)
        self.checks = {scope: tuple(c for c in ordered if c.meta.scope is scope) for scope in Scope}
        self.known = known or _nothing
        self.imported: Imported = imported or _no_fingerprints
        self.flaws: Flaws = flaws or _no_feed
        self.baselines = Exchanges()
        self.missing: Once[tuple[str, str, str, int], Exchange] = Once(MAX_CONTROLS)
        self.logins = Logins(auth, scope, rng, self.forget)
        self.fetcher = Fetcher(network, scope, spec.policies.mode, clock, self.logins)
        self.robots: Once[str, str] = Once()
        self.crawl = CrawlMemory(spec.options.depth)
        self.novelty = Novelty()
        self.order = Order()
        self.firewalls = Firewalls()
        self.replies: dict[tuple[str, str, bool], list[DnsReply]] = {}
        """What the resolver answered to each question, in order: one answer serves many checks."""
        self.handshakes: dict[tuple[str, int], Handshake] = {}
        self.silent_ports: Counter[str] = Counter()

    @property
    def max_depth(self) -> int:
        """Links from the entry that are followed: 4 + twice the scan's depth (10 at the default of 3)."""
        return 4 + 2 * self.spec.options.depth

    @property
    def max_pages(self) -> int:
        """Pages fetched per origin: 500 times the square of the scan's depth (4,500 at the default of 3)."""
        return 500 * self.spec.options.depth**2

    def forget(self) -> None:
        """Drop the answers that others are compared with: they may not be what the application answers a user."""
        self.baselines.forget()
        self.missing.forget()

    def server_name(self, url: Url) -> str:
        """The TLS server name of a host: the host itself, nothing for an address."""
        return "" if is_address(url.host) else url.host


def is_address(host: str) -> bool:
    """True for a canonical IPv4 or IPv6 address."""
    return ":" in host or host.replace(".", "").isdigit()


async def _nothing() -> tuple[RequestAsset, ...]:
    return ()


async def _no_fingerprints() -> Lookup:
    return lambda _matches, _text: None


async def _no_feed(_: ProductAsset) -> None:
    return None
