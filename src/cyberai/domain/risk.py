"""Risk of a scan from its vulnerabilities: one documented number from 0 to 100.

Each proven vulnerability (confirmed or strong) leaves `1 - weight` of what was safe before it, where
weight = (CVSS/10)^2 x 0.6 x confidence/100 x criticality (low 0.7, medium 1.0, high 1.3). So one certain
critical flaw is worth about 60, many small ones never reach one large one, and leads count nothing.
"""

from collections.abc import Iterable

from cyberai.domain.finding import Tier
from cyberai.domain.scan import Criticality
from cyberai.domain.vulnerability import Vulnerability, VulnerabilityStatus

_ASSET = {Criticality.LOW: 0.7, Criticality.MEDIUM: 1.0, Criticality.HIGH: 1.3}
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
