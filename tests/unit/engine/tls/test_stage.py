"""The assessment within a scan: once per port, only where a check judges it, and not again after a take-over."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from cyberai.app.inventory import seen_by
from cyberai.checkkit import Check, Hit, Oracle, Probe, Proof, Scope, TlsAsset, TlsEvidence, TlsVersion, Url
from cyberai.domain.asset import PortAsset
from cyberai.domain.fingerprint import fingerprint
from cyberai.domain.replay import ReplayResult
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.replay import replay_check
from cyberai.ports.network import Handshake
from support.fake_checks import QUIET_TLS, fake
from support.miniature_site import site
from support.scan_in_process import Finished, scan, session_of, spec_of
from support.simulated_network import Service, SimulatedNetwork
from support.tls_model import TlsModel

MODEL = TlsModel(suites={0x0303: (0x002F, 0x0005)})
TARGET = "https://10.0.0.1/"


async def _judge(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    if endpoint.profile is not None and 0x0005 in endpoint.profile.suites:
        yield Hit(
            proof=Proof(Oracle.OBSERVATION, 1),
            evidence=(TlsEvidence(endpoint.host, endpoint.port, (("suite", "RC4"),), "openssl"),),
            url=Url("https", endpoint.host, endpoint.port),
        )


JUDGE = fake(_judge, Scope.TLS, id="test.judge", judges_profile=True)


def network(model: TlsModel = MODEL) -> SimulatedNetwork:
    hello = Handshake("TLSv1.2", "AES128-SHA", (b"der",), trusted=False)
    return SimulatedNetwork(
        {
            443: Service(
                site({"/": "secure"}),
                talk=lambda said: model.answer(said) if said[:1] in b"\x16\x80" else b"",
                versions=frozenset({TlsVersion.TLS1_2}),
                handshake=hello,
            )
        }
    )


def run(*checks: Check, **more: Any) -> Finished:
    return asyncio.run(scan(spec_of(TARGET), network(), checks, **more))


def of_tls(finished: Finished) -> list[UnitResult]:
    return [result for result in finished.results if isinstance(result.unit.asset, TlsAsset)]


def test_a_port_is_measured_once_and_its_profile_comes_with_the_unit() -> None:
    for more in ({}, {"new_session_every": 1}):
        finished = run(JUDGE, QUIET_TLS, **more)
        measured, checked = of_tls(finished)
        assert (measured.unit.stage, checked.unit.stage) == (Stage.IDENTIFY, Stage.CHECK)
        assert measured.unit.asset.profile is None
        profile = checked.unit.asset.profile
        assert profile.suites == {0x002F, 0x0005}
        assert profile.connections == measured.requests
        assert [type(outcome.outcome).__name__ for outcome in checked.outcomes] == ["Found", "Clean"]
        # It says no more of the service than what was known when it was found to speak TLS.
        assert list(seen_by(measured)) == []


def test_nothing_is_measured_that_no_check_judges() -> None:
    (checked,) = of_tls(run(QUIET_TLS))
    assert (checked.unit.stage, checked.unit.asset.profile) == (Stage.CHECK, None)


def test_a_server_that_cannot_be_measured_is_checked_all_the_same() -> None:
    finished = asyncio.run(scan(spec_of(TARGET), network(TlsModel(suites={})), (JUDGE,)))
    measured, checked = of_tls(finished)
    assert (measured.failure, checked.unit.asset.profile) == ("", None)
    assert checked.unit.id == Unit(Stage.CHECK, TlsAsset("10.0.0.1", 443)).id


def test_a_finding_of_the_profile_is_repeated_by_measuring_again() -> None:
    evidence = TlsEvidence("10.0.0.1", 443, (("suite", "RC4"),), "openssl")
    hit = Hit(proof=Proof(Oracle.OBSERVATION, 1), evidence=(evidence,), url=Url("https", "10.0.0.1", 443))

    async def judged(model: TlsModel) -> ReplayResult:
        session = session_of(spec_of(TARGET), network(model), (JUDGE,))
        unit = Unit(Stage.IDENTIFY, PortAsset("10.0.0.1", 443))
        return (await replay_check(session, JUDGE, unit, fingerprint(JUDGE.meta, hit))).judgement.result

    assert asyncio.run(judged(MODEL)) is ReplayResult.PRESENT
    assert asyncio.run(judged(TlsModel(suites={0x0303: (0x002F,)}))) is ReplayResult.FIXED
