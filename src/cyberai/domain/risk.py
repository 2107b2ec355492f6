"""Risk: of one vulnerability, and of many together (a scan's, a target's), each one documented number from 0 to 100.

Of one vulnerability it is the product of its terms, at most 100 (docs/explanation/risk.md works an example by hand):

- severity (the effective one): critical 80, high 60, medium 35, low 15, info 2
- proof: confirmed 1, strong 0.8, lead 0
- status: fixed and false positive 0, else 1 (an accepted risk is still there)
- criticality of the target: low 0.7, medium 1, high 1.25
- exposure of the target: public 1, private 0.8, loopback 0.6
- EPSS, the chance that the flaw is exploited within 30 days: under 1 % 0.9, under 10 % 1, under 50 % 1.1, else 1.2
- KEV, whether it is known to be exploited: listed 1.25, not listed 1

A term that is not known is left out and shown as missing. Few values are possible, so that lists can be in order of it
(storage.orders) and a target's risk can be read off counts.

Many together: each leaves `1 - (risk / 100)^2` of what was safe before it. So one of 80 makes 64, many small ones never
weigh as much as one large one, and leads count nothing.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import prod

from msgspec import Struct, structs

from cyberai.domain.finding import Tier
from cyberai.domain.scan import Criticality
from cyberai.domain.severity import Severity
from cyberai.domain.threat import Epss, Exposure, Threat
from cyberai.domain.vulnerability import Vulnerability, VulnerabilityStatus

_BAND = {
    Severity.CRITICAL: 80.0,
    Severity.HIGH: 60.0,
    Severity.MEDIUM: 35.0,
    Severity.LOW: 15.0,
    Severity.INFO: 2.0,
}
_PROOF = {Tier.CONFIRMED: 1.0, Tier.STRONG: 0.8, Tier.LEAD: 0.0}
_TARGET = {Criticality.LOW: 0.7, Criticality.MEDIUM: 1.0, Criticality.HIGH: 1.25}
_REACH = {Exposure.PUBLIC: 1.0, Exposure.PRIVATE: 0.8, Exposure.LOOPBACK: 0.6}
_CHANCE = ((0.01, 0.9), (0.1, 1.0), (0.5, 1.1), (float("inf"), 1.2))
"""EPSS scores below the first number have the factor beside it."""
_LISTED, _NOT_LISTED = 1.25, 1.0
SETTLED = frozenset({VulnerabilityStatus.FALSE_POSITIVE, VulnerabilityStatus.FIXED})
"""Where no risk is left."""


class ThreatLevel(StrEnum):
    """EPSS and KEV as far as they make a difference to the risk: what is not known counts as what changes nothing."""

    NEUTRAL = "neutral"
    UNLIKELY = "unlikely"
    LIKELY = "likely"
    VERY_LIKELY = "very_likely"
    LISTED = "listed"
    LISTED_UNLIKELY = "listed_unlikely"
    LISTED_LIKELY = "listed_likely"
    LISTED_VERY_LIKELY = "listed_very_likely"


_FACTORS = {
    ThreatLevel.NEUTRAL: (1.0, _NOT_LISTED),
    ThreatLevel.UNLIKELY: (0.9, _NOT_LISTED),
    ThreatLevel.LIKELY: (1.1, _NOT_LISTED),
    ThreatLevel.VERY_LIKELY: (1.2, _NOT_LISTED),
    ThreatLevel.LISTED: (1.0, _LISTED),
    ThreatLevel.LISTED_UNLIKELY: (0.9, _LISTED),
    ThreatLevel.LISTED_LIKELY: (1.1, _LISTED),
    ThreatLevel.LISTED_VERY_LIKELY: (1.2, _LISTED),
}
"""The factors for EPSS and KEV."""


class RiskTerms(Struct, frozen=True, kw_only=True):
    """What the risk of one vulnerability is the product of; None: not known, and left out."""

    severity: float
    proof: float
    status: float
    criticality: float
    exposure: float | None = None
    epss: float | None = None
    kev: float | None = None

    @property
    def score(self) -> float:
        """0.0 (none, or not proven) to 100.0, one decimal."""
        known = (self.severity, self.proof, self.status, self.criticality, self.exposure, self.epss, self.kev)
        return round(min(100.0, prod(term for term in known if term is not None)), 1)


def risk_terms(
    severity: Severity,
    tier: Tier,
    status: VulnerabilityStatus,
    criticality: Criticality,
    exposure: Exposure | None = None,
    threat: Threat | None = None,
) -> RiskTerms:
    """The terms; `severity` is the effective one."""
    epss = threat.epss if threat else None
    kev = (_LISTED if threat.kev else _NOT_LISTED) if threat and threat.kev_known else None
    return RiskTerms(
        severity=_BAND[severity],
        proof=_PROOF[tier],
        status=0.0 if status in SETTLED else 1.0,
        criticality=_TARGET[criticality],
        exposure=None if exposure is None else _REACH[exposure],
        epss=None if epss is None else _chance(epss),
        kev=kev,
    )


def terms_of(row: Vulnerability) -> RiskTerms:
    """The terms of a vulnerability as it stands."""
    return risk_terms(row.effective_severity, row.tier, row.status, row.criticality, row.exposure, row.threat)


def threat_level(threat: Threat | None) -> ThreatLevel:
    """The level of what is known of the CVEs of a vulnerability."""
    terms = risk_terms(Severity.INFO, Tier.LEAD, VulnerabilityStatus.OPEN, Criticality.LOW, threat=threat)
    factors = (1.0 if terms.epss is None else terms.epss, 1.0 if terms.kev is None else terms.kev)
    return next(level for level, known in _FACTORS.items() if known == factors)


def level_risk(
    severity: Severity,
    tier: Tier,
    status: VulnerabilityStatus,
    criticality: Criticality,
    exposure: Exposure | None,
    level: ThreatLevel,
) -> float:
    """The risk of every vulnerability of which this is known: 0.0 to 100.0, one decimal."""
    terms = risk_terms(severity, tier, status, criticality, exposure)
    epss, kev = _FACTORS[level]
    return structs.replace(terms, epss=epss, kev=kev).score


def _chance(epss: Epss) -> float:
    return next(factor for below, factor in _CHANCE if epss.score < below)


def combined(risks: Iterable[tuple[float, int]]) -> float:
    """The risk of many vulnerabilities together, from pairs of a risk and how many have it: 0.0 to 100.0, one decimal."""
    safe = prod((1 - (risk / 100) ** 2) ** count for risk, count in sorted(risks))
    return round(100 * (1 - safe), 1)


def risk_score(rows: Iterable[Vulnerability]) -> float:
    """The risk of these vulnerabilities together: 0.0 (nothing proven that stands) to 100.0, one decimal."""
    return combined((terms_of(row).score, 1) for row in rows)
