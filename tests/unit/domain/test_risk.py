"""The risk of one vulnerability."""

from itertools import product

import pytest

from cyberai.domain.finding import Tier
from cyberai.domain.risk import risk_terms, vulnerability_risk
from cyberai.domain.scan import Criticality
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus

OPEN = VulnerabilityStatus.OPEN


@pytest.mark.parametrize(
    ("severity", "tier", "status", "criticality", "score"),
    [
        (Severity.CRITICAL, Tier.CONFIRMED, OPEN, Criticality.HIGH, 100.0),
        (Severity.CRITICAL, Tier.CONFIRMED, OPEN, Criticality.MEDIUM, 80.0),
        (Severity.HIGH, Tier.STRONG, OPEN, Criticality.LOW, 33.6),
        (Severity.MEDIUM, Tier.CONFIRMED, VulnerabilityStatus.ACCEPTED_RISK, Criticality.MEDIUM, 35.0),
        (Severity.INFO, Tier.CONFIRMED, VulnerabilityStatus.IN_PROGRESS, Criticality.MEDIUM, 2.0),
        (Severity.CRITICAL, Tier.LEAD, OPEN, Criticality.HIGH, 0.0),
        (Severity.CRITICAL, Tier.CONFIRMED, VulnerabilityStatus.FIXED, Criticality.HIGH, 0.0),
        (Severity.CRITICAL, Tier.CONFIRMED, VulnerabilityStatus.FALSE_POSITIVE, Criticality.HIGH, 0.0),
    ],
)
def test_risk(
    severity: Severity, tier: Tier, status: VulnerabilityStatus, criticality: Criticality, score: float
) -> None:
    assert vulnerability_risk(severity, tier, status, criticality) == score


def test_it_never_falls_as_severity_proof_or_criticality_rise() -> None:
    rising = (
        sorted(Severity, key=lambda band: band.rank),
        [Tier.LEAD, Tier.STRONG, Tier.CONFIRMED],
        [Criticality.LOW, Criticality.MEDIUM, Criticality.HIGH],
    )
    for levels in product(*(range(len(values)) for values in rising)):
        for axis in range(3):
            higher = list(levels)
            higher[axis] = min(higher[axis] + 1, len(rising[axis]) - 1)
            low, high = (
                vulnerability_risk(rising[0][a], rising[1][b], OPEN, rising[2][c])
                for a, b, c in (levels, higher)
            )
            assert 0 <= low <= high <= 100


def test_the_terms_are_shown_and_what_is_not_known_is_missing() -> None:
    terms = risk_terms(Severity.HIGH, Tier.STRONG, OPEN, Criticality.HIGH)
    assert (terms.severity, terms.proof, terms.status, terms.criticality) == (60.0, 0.8, 1.0, 1.25)
    assert (terms.epss, terms.kev) == (None, None)
    assert terms.score == 60.0
    assert risk_terms(Severity.HIGH, Tier.STRONG, VulnerabilityStatus.FIXED, Criticality.HIGH).status == 0.0
