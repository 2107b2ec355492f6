"""The checks of faults in TLS implementations: against the practice servers, and against servers that are none of them."""

import datetime
from collections.abc import Callable

import pytest

from cyberai.checkkit import Check, Hit, TlsAsset, TlsEvidence
from cyberai.checks.tls.cbc_padding import cbc_padding
from cyberai.checks.tls.ccs_injection import ccs_injection
from cyberai.checks.tls.heartbleed import heartbleed
from cyberai.checks.tls.renegotiation import renegotiation
from cyberai.checks.tls.robot import robot
from cyberai.checks.tls.ticketbleed import ticketbleed
from cyberai.domain.finding import Tier
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Identity, Session, TlsService
from support.direct_probe import DirectProbe, collect, run

CHECKS = (heartbleed, ccs_injection, robot, ticketbleed, renegotiation, cbc_padding)
IDS = {check.meta.id for check in CHECKS}
SERVERS = [item for item in discovery.tls_services() if IDS.intersection(item.checks)]
PLACE = TlsAsset("10.0.0.5", 443, "shop.test")


@pytest.fixture(scope="module")
def identity() -> Identity:
    return LabAuthority(datetime.datetime.now(datetime.UTC)).identity(Certificate())


def hits(check: Check, session: Callable[[], Session], *, seed: int = 1) -> tuple[list[Hit], int]:
    """What the check finds, and the requests that it takes."""
    probe = DirectProbe(budget=check.meta.max_requests, seed=seed)
    probe.sessions[PLACE.host, PLACE.port] = session
    return run(collect(check, PLACE, probe)), probe.requests


@pytest.mark.parametrize("item", SERVERS, ids=lambda item: item.name)
def test_each_flaw_is_found_by_its_check_and_nothing_else(item: TlsService, identity: Identity) -> None:
    for check in CHECKS:
        wanted = {flaw.variant for flaw in item.flaws if flaw.check == check.meta.id}
        found, _ = hits(check, lambda: item.session(False, identity))
        assert len(found) == len(wanted), (check.meta.id, found)
        for hit in found:
            assert hit.proof.tier is Tier.CONFIRMED
            assert not hit.cause or hit.cause in wanted
            (evidence,) = hit.evidence
            assert isinstance(evidence, TlsEvidence)
            assert "10.0.0.5" in evidence.command
        assert hits(check, lambda: item.session(True, identity))[0] == []
