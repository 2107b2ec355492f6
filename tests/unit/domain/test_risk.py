"""The risk of one vulnerability and of many."""

from itertools import product

import pytest

from cyberai.domain.finding import Tier
from cyberai.domain.risk import (
    RiskTerms,
    combined,
    level_risk,
    risk_score,
    risk_terms,
    terms_of,
    threat_level,
)
from cyberai.domain.scan import Criticality
from cyberai.domain.severity import Severity
from cyberai.domain.threat import Epss, Exposure, Kev, Threat, exposure_of, worst
from cyberai.domain.vulnerability import VulnerabilityStatus
from support.store_samples import vulnerability

OPEN = VulnerabilityStatus.OPEN
KEV = Kev(cve="CVE-2020-11023", added="2025-01-23", due="2025-02-13")


def epss(score: float) -> Epss:
    return Epss(cve="CVE-2020-11023", score=score, percentile=0.9, date="2026-11-26")


SEVERITIES = sorted(Severity, key=lambda band: band.rank)
TIERS = [Tier.LEAD, Tier.STRONG, Tier.CONFIRMED]
STATUSES = [VulnerabilityStatus.FIXED, OPEN]
CRITICALITIES = [Criticality.LOW, Criticality.MEDIUM, Criticality.HIGH]
EXPOSURES = [Exposure.LOOPBACK, Exposure.PRIVATE, Exposure.PUBLIC]
CHANCES = [None, epss(0.0), epss(0.009999), epss(0.01), epss(0.1), epss(0.5), epss(1.0)]
LISTS = [Threat(), Threat(kev_known=True), Threat(kev=KEV, kev_known=True)]


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
    assert risk_terms(severity, tier, status, criticality).score == score


def test_the_example_of_the_documentation() -> None:
    threat = Threat(epss=epss(0.273), kev=KEV, kev_known=True)
    terms = risk_terms(Severity.MEDIUM, Tier.CONFIRMED, OPEN, Criticality.HIGH, Exposure.PRIVATE, threat)
    assert terms == RiskTerms(
        severity=35.0, proof=1.0, status=1.0, criticality=1.25, exposure=0.8, epss=1.1, kev=1.25
    )
    assert terms.score == 48.1  # 35 x 1.25 = 43.75; x 0.8 = 35; x 1.1 = 38.5; x 1.25 = 48.125
    assert combined([(48.1, 1), (80.0, 1), (15.0, 3)]) == 74.2  # 1 - 0.7686 x 0.36 x 0.9340


def test_it_never_falls_as_a_term_rises_and_is_what_the_level_says() -> None:
    axes = (SEVERITIES, TIERS, STATUSES, CRITICALITIES, EXPOSURES, CHANCES[1:], LISTS[1:])
    scores: dict[tuple[int, ...], float] = {}
    for at in product(*(range(len(axis)) for axis in axes)):
        severity, tier, status, criticality, exposure, chance, listed = (
            axis[place] for axis, place in zip(axes, at, strict=True)
        )
        threat = Threat(epss=chance, kev=listed.kev, kev_known=True)
        scores[at] = risk_terms(severity, tier, status, criticality, exposure, threat).score
        level = level_risk(severity, tier, status, criticality, exposure, threat_level(threat))
        assert level == scores[at]
    assert all(0 <= score <= 100 for score in scores.values())
    for at, score in scores.items():
        for axis in range(len(axes)):
            lower = (*at[:axis], at[axis] - 1, *at[axis + 1 :])
            assert scores.get(lower, 0.0) <= score


def test_the_terms_are_shown_and_what_is_not_known_is_missing_and_left_out() -> None:
    terms = risk_terms(Severity.HIGH, Tier.STRONG, OPEN, Criticality.HIGH)
    assert (terms.severity, terms.proof, terms.status, terms.criticality) == (60.0, 0.8, 1.0, 1.25)
    assert (terms.exposure, terms.epss, terms.kev) == (None, None, None)
    assert terms.score == 60.0
    for chance, listed, exposure in product(CHANCES, LISTS, [None, *EXPOSURES]):
        threat = Threat(epss=chance, kev=listed.kev, kev_known=listed.kev_known)
        terms = risk_terms(Severity.LOW, Tier.CONFIRMED, OPEN, Criticality.LOW, exposure, threat)
        known = (terms.exposure is not None, terms.epss is not None, terms.kev is not None)
        assert known == (exposure is not None, chance is not None, listed.kev_known)
        level = level_risk(
            Severity.LOW, Tier.CONFIRMED, OPEN, Criticality.LOW, exposure, threat_level(threat)
        )
        assert level == terms.score > 0


def test_many_together() -> None:
    assert combined([]) == 0.0
    assert combined([(80.0, 1)]) == 64.0
    assert combined([(100.0, 1), (2.0, 7)]) == 100.0
    assert combined([(15.0, 20), (35.0, 2)]) == combined([(35.0, 2)] + [(15.0, 1)] * 20)
    more = [(35.0, 3), (60.0, 1)]
    assert combined(more) > combined([(35.0, 2), (60.0, 1)]) > combined([(35.0, 2), (35.0, 1)])
    assert combined([(2.0, 1000)]) < combined([(60.0, 1)])
    rows = [vulnerability(str(n)).replace(tier=tier) for n, tier in enumerate(TIERS)]
    assert risk_score(rows) == risk_score(rows[::-1]) == combined((terms_of(row).score, 1) for row in rows)
    assert risk_score([rows[0]]) == 0.0


def test_of_several_flaws_the_worst_counts() -> None:
    other = Kev(cve="CVE-2019-11358", added="2022-02-02", ransomware=True)
    threat = worst([epss(0.2), epss(0.9), epss(0.1)], [KEV, other], kev_known=True)
    assert threat == Threat(epss=epss(0.9), kev=other, kev_known=True)
    assert worst([], [], kev_known=False) is None
    assert worst([], [], kev_known=True) == Threat(kev_known=True)


@pytest.mark.parametrize(
    ("addresses", "exposure"),
    [
        (("127.0.0.1",), Exposure.LOOPBACK), (("::1", "127.0.0.2"), Exposure.LOOPBACK), (("10.1.2.3",), Exposure.PRIVATE),
        (("::ffff:192.168.0.1",), Exposure.PRIVATE), (("fe80::1",), Exposure.PRIVATE), (("100.64.0.9",), Exposure.PRIVATE),
        (("93.184.216.34",), Exposure.PUBLIC), (("10.0.0.1", "2606:2800:220:1::1"), Exposure.PUBLIC),
        (("fd12:3456::1",), Exposure.PRIVATE), ((), None), (("no address",), None), (("fe80::1%eth0",), None),
    ],
)  # fmt: skip
def test_exposure(addresses: tuple[str, ...], exposure: Exposure | None) -> None:
    assert exposure_of(addresses) is exposure
