"""Hits and their proof: what a check yields when it is sure."""

from enum import StrEnum

from msgspec import Struct

from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.insertion import InsertionPoint
from cyberai.domain.severity import Severity
from cyberai.domain.transport import Transport


class Tier(StrEnum):
    """How good the proof is (DESIGN section 7)."""

    CONFIRMED = "confirmed"
    STRONG = "strong"
    LEAD = "lead"


class Oracle(StrEnum):
    """What told the check that the flaw is there; each maps to a confidence by rule."""

    EXECUTED = "executed"
    """The target computed or executed something of ours: a product, an echo, a file read by structure."""
    DIFFERENTIAL = "differential"
    """Randomised true/false pairs, repeated, in reverse order too."""
    TIMING = "timing"
    """The time of the answer follows the delay asked for, on a line, and nonsense is answered at once."""
    STRUCTURE = "structure"
    """Our input stands where the grammar makes it code: an executable DOM node, a redirect's host."""
    ERROR = "error"
    """An error message that appears with the break and vanishes with the repair."""
    OBSERVATION = "observation"
    """A direct observation: a header, a certificate, an open service. It needs no control."""
    HEURISTIC = "heuristic"
    """A sign, not a proof: never more than a lead."""


_BASE = {
    Oracle.EXECUTED: 90,
    Oracle.DIFFERENTIAL: 85,
    Oracle.TIMING: 75,
    Oracle.STRUCTURE: 85,
    Oracle.ERROR: 80,
    Oracle.OBSERVATION: 90,
    Oracle.HEURISTIC: 30,
}


class Proof(Struct, frozen=True):
    """Why we believe it. `repeats` counts how often the oracle fired with fresh values; `control_silent`
    is True when a control request (same place, harmless value) did not fire it. `held_back` says that the flaw is
    there and something else keeps it from doing harm, such as a policy that browsers enforce."""

    oracle: Oracle
    repeats: int
    control_silent: bool = False
    held_back: bool = False

    @property
    def tier(self) -> Tier:
        """Confirmed: fired at least twice, and the control stayed silent (an observation needs none)."""
        if self.oracle is Oracle.HEURISTIC:
            return Tier.LEAD
        silent = self.control_silent or self.oracle is Oracle.OBSERVATION
        return Tier.CONFIRMED if self.repeats >= 2 and silent and not self.held_back else Tier.STRONG

    @property
    def confidence(self) -> int:
        """0-100: the sum of its terms, at most 99."""
        return max(0, min(99, sum(points for _, points in self.terms)))

    @property
    def terms(self) -> tuple[tuple[str, int], ...]:
        """What the confidence is made of, in words and points: the oracle's base, +3 per repeat beyond the first (at most
        9), -25 without a silent control, -25 when held back."""
        terms = [(f"proof by {self.oracle.value}", _BASE[self.oracle])]
        if self.repeats > 1:
            terms.append((f"it showed {self.repeats} times", min(9, 3 * (self.repeats - 1))))
        if not self.control_silent and self.oracle not in (Oracle.OBSERVATION, Oracle.HEURISTIC):
            terms.append(("no harmless request that stayed silent", -25))
        if self.held_back:
            terms.append(("something else keeps it from doing harm", -25))
        return tuple(terms)


class HttpEvidence(Struct, frozen=True, tag="http"):
    """The exchange that fired the oracle, the control that did not, and what to look at in the answer.

    `match` is the text in the response that proves it (at most 500 characters), empty when the proof is the
    absence of something, which `note` then says. `delivered` is the request that was sent before, where the exchange
    shows what another request has stored; `followed` says that the exchange is where its redirect led. `via` are requests whose last answer holds the form with the fresh token
    that the attack (`delivered`, else the exchange's request) needs; where the exchange shows
    something else than the page that was looked at, the last of them is that page. `exact` says that the attack is to be repeated as
    it is, wrong tokens included. `plain` is the unaltered request of the insertion point `place` (kind:name): where answers
    to these requests cannot tell, the check is run there again.
    """

    exchange: Exchange
    control: Exchange | None = None
    match: str = ""
    note: str = ""
    delivered: HttpRequest | None = None
    followed: bool = False
    via: tuple[HttpRequest, ...] = ()
    exact: bool = False
    plain: HttpRequest | None = None
    place: str = ""


class ServiceEvidence(Struct, frozen=True, tag="service"):
    """What was sent to a port and what came back (both capped), with the shortest public command that
    reproduces it."""

    host: str
    port: int
    sent: bytes
    received: bytes
    command: str
    match: str = ""
    note: str = ""
    transport: Transport = Transport.TCP


class TlsEvidence(Struct, frozen=True, tag="tls"):
    """What a TLS handshake showed: facts as (name, value) pairs, with the command that shows them again."""

    host: str
    port: int
    facts: tuple[tuple[str, str], ...]
    command: str
    note: str = ""


Evidence = HttpEvidence | ServiceEvidence | TlsEvidence


MAX_CVES = 20
"""CVE numbers that a vulnerability keeps."""


class Hit(Struct, frozen=True, kw_only=True):
    """One proven (or suspected) flaw at one place.

    `url` for web hits, else `host` and `port`. `cause` tells apart several vulnerabilities of one check at
    one place (a header's name, a cookie's name, a TLS version): part of the fingerprint. `title`, `severity`,
    `cvss`, `description`, `impact` and `remediation` override the check's own where one check covers several flaws. `root` is the place where the cause
    lies when `point` is only one of the places that show it: the fingerprint is that of the root. `mount` is the same
    for `url`: the address of the program or folder whose pages show one cause.
    """

    proof: Proof
    evidence: tuple[Evidence, ...]
    url: Url | None = None
    mount: Url | None = None
    host: str = ""
    port: int = 0
    point: InsertionPoint | None = None
    root: InsertionPoint | None = None
    cause: str = ""
    detail: str = ""
    title: str | None = None
    severity: Severity | None = None
    cvss: str | None = None
    description: str | None = None
    impact: str | None = None
    remediation: str | None = None
    cwe: tuple[str, ...] = ()
    cve: tuple[str, ...] = ()
    """Of a known flaw of a known product: its CVE numbers, in any order, at most MAX_CVES."""
