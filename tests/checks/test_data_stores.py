"""Open data stores through the whole engine: each lab service is identified, judged by every check, and only the
open ones of the vulnerable twin are found."""

import asyncio
from collections.abc import Callable

import pytest

from cyberai.checkkit import Scope, ServiceAsset
from cyberai.checkkit.mongo import Document, read_message, reply
from cyberai.checks.network.elasticsearch_unauthenticated import elasticsearch_unauthenticated
from cyberai.checks.network.memcached_unauthenticated import memcached_unauthenticated
from cyberai.checks.network.mongodb_unauthenticated import mongodb_unauthenticated
from cyberai.domain.finding import Tier
from cyberai.domain.scan import Mode, ScanPolicies, ScanType
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.service import Service as LabService
from support.direct_probe import DirectProbe, collect, run
from support.lab_network import lab_network
from support.scan_in_process import Finished, scan, spec_of

CHECKS = tuple(check for check in all_checks() if check.meta.scope is Scope.SERVICE)
PORT = 4711


def look(
    item: LabService,
    fixed: bool,
    scan_type: ScanType = ScanType.VULNERABILITY,
    mode: Mode = Mode.STANDARD,
) -> Finished:
    spec = spec_of(f"127.0.0.1:{PORT}", scan_type=scan_type, policies=ScanPolicies(mode=mode))
    return asyncio.run(scan(spec, lab_network(item, fixed, PORT), CHECKS))


@pytest.mark.parametrize("item", discovery.services(), ids=lambda item: item.name)
@pytest.mark.parametrize(
    ("scan_type", "mode"), [(ScanType.VULNERABILITY, Mode.INTRUSIVE), (ScanType.NETWORK, Mode.STANDARD)]
)
def test_each_service_is_identified_and_found_open_where_it_is(
    item: LabService, scan_type: ScanType, mode: Mode
) -> None:
    finished = look(item, False, scan_type, mode)
    provable = {flaw.check for flaw in item.flaws if mode is Mode.INTRUSIVE or not flaw.intrusive}
    assert {check.meta.id for check, _ in finished.hits} == provable
    assert {hit.proof.tier for _, hit in finished.hits} <= {Tier.CONFIRMED}
    assert all(hit.detail and (hit.host, hit.port) == ("127.0.0.1", PORT) for _, hit in finished.hits)
    assert finished.errors == []
    fixed = look(item, True, scan_type, mode)
    assert fixed.hits == []
    assert fixed.errors == []


@pytest.mark.parametrize("item", discovery.services(), ids=lambda item: item.name)
def test_budgets_are_kept(item: LabService) -> None:
    budgets = {check.meta.id: check.meta.max_requests for check in CHECKS}
    ran = [o for o in look(item, False, mode=Mode.INTRUSIVE).outcomes if o.check_id in budgets]
    assert ran
    assert all(o.requests <= budgets[o.check_id] for o in ran)


def test_every_service_check_has_a_lab_service() -> None:
    assert {f.check for item in discovery.services() for f in item.flaws} == {c.meta.id for c in CHECKS}


def mongo(answer: Callable[[Document], Document | None], port: int = 27017) -> list:
    def talk(sent: bytes) -> bytes:
        number, _, question = read_message(sent)
        told = answer(question)
        return b"" if told is None else reply(1, number, told)

    probe = DirectProbe(budget=mongodb_unauthenticated.meta.max_requests)
    probe.talks["10.0.0.5", port] = talk
    return run(collect(mongodb_unauthenticated, ServiceAsset("10.0.0.5", port), probe))


def test_a_server_of_the_old_protocol_is_asked_in_it() -> None:
    def old(question: Document) -> Document | None:
        if "isMaster" in question:
            return {"ismaster": True, "maxWireVersion": 5, "ok": 1.0}
        if question == {"listDatabases": 1}:
            return {"databases": [{"name": "shop", "sizeOnDisk": 1.0}], "totalSize": 1.0, "ok": 1.0}
        return None

    (hit,) = mongo(old)
    assert hit.detail == "Databases: shop"


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": 1.0},
        {"ok": 1.0, "maxWireVersion": 21},
        {"ok": 0.0, "maxWireVersion": 21, "databases": []},
        {"ok": 1.0, "databases": "none"},
    ],
)
def test_half_an_answer_is_no_open_database(answer: Document) -> None:
    assert mongo(lambda _: answer) == []


def test_ports_of_unknown_kind_are_asked_on_their_usual_numbers_only() -> None:
    probe = DirectProbe()
    for check in (mongodb_unauthenticated, memcached_unauthenticated, elasticsearch_unauthenticated):
        assert run(collect(check, ServiceAsset("10.0.0.5", 4000), probe)) == []
        assert run(collect(check, ServiceAsset("10.0.0.5", 22, "ssh", "SSH-2.0-x"), probe)) == []
    assert probe.requests == 0


@pytest.mark.parametrize(
    "said", [b"VERSION 1.6.18\r\n", b"VERSION 1\r\nSTAT pid 1\r\n", b"STAT pid 1\r\n", b"ERROR\r\n"]
)
def test_one_answer_is_no_memcached(said: bytes) -> None:
    probe = DirectProbe()
    probe.talks["10.0.0.5", 11211] = lambda _: said
    assert run(collect(memcached_unauthenticated, ServiceAsset("10.0.0.5", 11211), probe)) == []
