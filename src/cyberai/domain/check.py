"""What a check is, and what came of it: the outcome of one check on one asset."""

from enum import StrEnum

from msgspec import Struct

from cyberai.domain.finding import Hit
from cyberai.domain.severity import Severity


class Scope(StrEnum):
    """What one run of a check looks at; the engine calls it once per such asset."""

    INSERTION = "insertion"
    """One insertion point of one request shape: `(point: InsertionPoint, probe)`."""
    PAGE = "page"
    """One fetched page, once per page shape: `(page: PageAsset, probe)`. Passive; may repeat the request."""
    CONTENT = "content"
    """What an answer says, where only that matters: as `page`, and each script file by itself, which page checks
    take as one with all files of its folder: `(page: PageAsset, probe)`. Sends nothing until it has seen something."""
    STORED = "stored"
    """One value that the application keeps, on one page that shows it: `(place: StoredAsset, probe)`."""
    ORIGIN = "origin"
    """One web origin, once per scan: `(origin: OriginAsset, probe)`."""
    TLS = "tls"
    """One port that speaks TLS: `(endpoint: TlsAsset, probe)`."""
    SERVICE = "service"
    """One open port that does not speak HTTP: `(service: ServiceAsset, probe)`."""
    PRODUCT = "product"
    """What serves a port, a website or not, where it tells its version: `(product: ProductAsset, probe)`."""

    DOMAIN = "domain"
    """The domain that a target names, once per scan, by what resolvers know of it: `(domain: DomainAsset, probe)`."""
    NAME = "name"
    """One name of that domain, itself and those found below it: `(name: NameAsset, probe)`."""


class Grain(StrEnum):
    """What makes two hits of one check the same vulnerability: the documented part of the fingerprint."""

    PARAMETER = "parameter"
    """Method, path with ids replaced, and insertion point."""
    PATH = "path"
    """The path with ids replaced."""
    ORIGIN = "origin"
    """Scheme, host and port; all places on it are one vulnerability."""
    PORT = "port"
    """Host and port."""
    DOMAIN = "domain"
    """The name of the domain."""


class CheckMeta(Struct, frozen=True):
    """Everything about a check but its code; the texts come from the check module's docstring.

    `max_requests` is the budget per asset that the engine enforces and the tests hold; `modes` in which
    the check may run follow from `intrusive` (only in intrusive mode) and from the requests it sends.
    """

    id: str
    title: str
    severity: Severity
    cvss: str
    cwe: tuple[str, ...]
    owasp: tuple[str, ...]
    scope: Scope
    grain: Grain
    max_requests: int
    description: str
    impact: str
    remediation: str
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    intrusive: bool = False
    since: str = "0.1"


class SkipReason(StrEnum):
    """Why a check did not run. The first six leave the coverage's denominator, the rest stay in it."""

    NOT_APPLICABLE = "not_applicable"
    NO_INFLUENCE = "no_influence"
    TESTED_ELSEWHERE = "tested_elsewhere"
    NOT_INSTALLED = "not_installed"
    POLICY = "policy"
    OUT_OF_SCOPE = "out_of_scope"
    BUDGET = "budget"
    AUTH_LOST = "auth_lost"
    TARGET_HEALTH = "target_health"
    BLOCKED_BY_WAF = "blocked_by_waf"

    @property
    def leaves_coverage(self) -> bool:
        """True when the pair does not count as applicable (DESIGN section 7, Verdict)."""
        return self in _LEAVES


_LEAVES = frozenset(
    {
        SkipReason.NOT_APPLICABLE,
        SkipReason.NO_INFLUENCE,
        SkipReason.TESTED_ELSEWHERE,
        SkipReason.NOT_INSTALLED,
        SkipReason.POLICY,
        SkipReason.OUT_OF_SCOPE,
    }
)


class Clean(Struct, frozen=True, tag="clean"):
    """The check ran to its end and found nothing."""


class Found(Struct, frozen=True, tag="found"):
    """The check ran to its end; every hit carries its proof."""

    hits: tuple[Hit, ...]


class Skipped(Struct, frozen=True, tag="skipped"):
    """The check did not run, and why."""

    reason: SkipReason
    detail: str = ""


PAGES_ALIKE = "pages_alike"
"""The reason of an error of the crawler: all pages of a site look like its answer for what is not there."""


class Errored(Struct, frozen=True, tag="errored"):
    """The check started and could not finish: `reason` is a transport reason, `internal` or PAGES_ALIKE."""

    reason: str
    detail: str = ""
    retryable: bool = False


Outcome = Clean | Found | Skipped | Errored


class CheckOutcome(Struct, frozen=True):
    """The outcome of one check on one asset (`asset` is the asset's key, with the insertion point if any).

    `fingerprint` is what a finding at this insertion point would have been known by: a clean outcome says of the
    vulnerability with that fingerprint that it is not there any more. Empty where a place may have several.
    `former` is what earlier versions of the fingerprint would have called it. `page` is where a page check has read a page
    that was shown (`page_place`): of what it had found there before, what it does not find now is gone. With a
    fingerprint, it is where a stored value was looked at (`shown_place`), and only what was shown there is gone.
    """

    check_id: str
    asset: str
    host: str
    outcome: Outcome
    requests: int = 0
    fingerprint: str = ""
    former: tuple[str, ...] = ()
    page: str = ""
