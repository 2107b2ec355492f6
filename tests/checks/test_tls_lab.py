"""Every TLS server of the lab through the whole engine: identified, assessed, and judged by every check."""

import asyncio
import datetime

import pytest

from cyberai.domain.finding import Tier
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import TlsService
from support.scan_in_process import Finished, scan, spec_of
from support.tls_network import tls_network

PORT = 8443
AUTHORITY = LabAuthority(datetime.datetime.now(datetime.UTC))


def look(item: TlsService, fixed: bool) -> Finished:
    network = tls_network(item, AUTHORITY.identity(item.certificate), fixed, PORT)
    return asyncio.run(scan(spec_of(f"127.0.0.1:{PORT}"), network, all_checks()))


@pytest.mark.parametrize("item", discovery.tls_services(), ids=lambda item: item.name)
def test_each_server_is_assessed_and_found_weak_where_it_is(item: TlsService) -> None:
    finished = look(item, False)
    assert sorted(check.meta.id for check, _ in finished.hits) == sorted(flaw.check for flaw in item.flaws)
    assert {hit.proof.tier for _, hit in finished.hits} <= {Tier.CONFIRMED}
    assert len(finished.fingerprints) == len(finished.hits)
    budgets = {check.meta.id: check.meta.max_requests for check in all_checks()}
    assert all(outcome.requests <= budgets[outcome.check_id] for outcome in finished.outcomes)
    assert finished.errors == []


@pytest.mark.parametrize("item", discovery.tls_services(), ids=lambda item: item.name)
def test_its_twin_is_sound(item: TlsService) -> None:
    finished = look(item, True)
    assert [(check.meta.id, hit.detail) for check, hit in finished.hits] == []
    assert finished.errors == []
    assert finished.failures == []
