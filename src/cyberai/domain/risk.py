"""Risk: of a scan from its vulnerabilities, and of one vulnerability, each one documented number from 0 to 100.

Of a scan: each proven vulnerability (confirmed or strong) leaves `1 - weight` of what was safe before it, where
weight = (CVSS/10)^2 x 0.6 x confidence/100 x criticality (low 0.7, medium 1.0, high 1.3). So one certain
critical flaw is worth about 60, many small ones never reach one large one, and leads count nothing.

Of one vulnerability: severity (critical 80, high 60, medium 35, low 15, info 2) x proof (confirmed 1, strong 0.8,
lead 0) x status (fixed and false positive 0, else 1: an accepted risk is still there) x criticality of the target (low
0.7, medium 1, high 1.25). Few values are possible, so that lists can be in order of it (storage.orders). How likely the
flaw is to be exploited (EPSS) and whether it is known to be (KEV) would be terms as well; nothing here knows them yet,
and a missing term is shown as missing instead of being guessed.
"""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.domain.finding import Tier
from cyberai.domain.scan import Criticality
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Vulnerability, VulnerabilityStatus

_ASSET = {Criticality.LOW: 0.7, Criticality.MEDIUM: 1.0, Criticality.HIGH: 1.3}
_BAND = {
    Severity.CRITICAL: 80.0,
    Severity.HIGH: 60.0,
    Severity.MEDIUM: 35.0,
    Severity.LOW: 15.0,
    Severity.INFO: 2.0,
}
_PROOF = {Tier.CONFIRMED: 1.0, Tier.STRONG: 0.8, Tier.LEAD: 0.0}
_TARGET = {Criticality.LOW: 0.7, Criticality.MEDIUM: 1.0, Criticality.HIGH: 1.25}
_SETTLED = frozenset({VulnerabilityStatus.FALSE_POSITIVE, VulnerabilityStatus.FIXED})


def risk_score(rows: Iterable[Vulnerability], criticality: Criticality = Criticality.MEDIUM) -> float:
    """0.0 (nothing proven) to 100.0, one decimal."""
    safe = 1.0
    for row in rows:
        if row.tier is Tier.LEAD or row.status in _SETTLED:
            continue
        weight = (row.cvss_score / 10) ** 2 * 0.6 * row.confidence / 100 * _ASSET[criticality]
        safe *= 1 - min(0.99, weight)
    return round(100 * (1 - safe), 1)


class RiskTerms(Struct, frozen=True, kw_only=True):
    """What the risk of one vulnerability is the product of; None: not known, and left out."""

    severity: float
    proof: float
    status: float
    criticality: float
    epss: float | None = None
    kev: bool | None = None

    @property
    def score(self) -> float:
        """0.0 (none, or not proven) to 100.0, one decimal."""
        return round(self.severity * self.proof * self.status * self.criticality, 1)


def risk_terms(
    severity: Severity, tier: Tier, status: VulnerabilityStatus, criticality: Criticality
) -> RiskTerms:
    """The terms; `severity` is the effective one."""
    return RiskTerms(
        severity=_BAND[severity],
        proof=_PROOF[tier],
        status=0.0 if status in _SETTLED else 1.0,
        criticality=_TARGET[criticality],
    )


def vulnerability_risk(
    severity: Severity, tier: Tier, status: VulnerabilityStatus, criticality: Criticality
) -> float:
    """0.0 (none, or not proven) to 100.0, one decimal; `severity` is the effective one."""
    return risk_terms(severity, tier, status, criticality).score
