"""What a scan is foreseen to cost: by targets, checks and rate."""

from collections.abc import AsyncIterator
from typing import Any

from cyberai.checkkit import Check, Hit, Probe, Scope
from cyberai.domain.scan import Mode, ScanOptions, ScanPolicies, ScanSpec, ScanType
from cyberai.domain.target import parse_target
from cyberai.domain.unit import Stage
from cyberai.engine.forecast import ASSESSMENT, IDENTIFY_REQUESTS, Forecast, forecast
from cyberai.engine.registry import all_checks, left_out, select
from support.fake_checks import fake


def of(*targets: str, rate: int | None = None, kind: ScanType = ScanType.VULNERABILITY) -> Forecast:
    spec = ScanSpec(targets=targets, scan_type=kind, policies=ScanPolicies(max_requests_per_second=rate))
    parsed = tuple(parse_target(text) for text in targets)
    return forecast(parsed, spec, select(all_checks(), spec))


def test_a_url_is_entered_at_identify_and_a_host_at_its_ports() -> None:
    url, host = of("http://a.example/"), of("a.example")
    assert url.entered("a.example") == (Stage.IDENTIFY, Stage.CRAWL, Stage.REVISIT, Stage.CHECK)
    assert host.entered("a.example") == tuple(stage for stage in Stage if stage is not Stage.MEASURE)
    assert [stage.stage for stage in url.stages] == ["identify", "crawl", "revisit", "check"]
    assert (host.stages[0].stage, host.stages[0].port_probes) == ("discover", 1000)
    assert url.entered("b.example") == ()


def test_it_grows_with_targets_and_shrinks_with_checks_and_the_rate_sets_the_time() -> None:
    one, two = of("http://a.example/"), of("http://a.example/", "http://b.example/")
    assert abs(two.requests - 2 * one.requests) <= 1  # each is rounded for itself
    assert one.requests < one.at_most
    assert of("http://a.example/", kind=ScanType.NETWORK).at_most < one.at_most
    assert of("http://a.example/", rate=1).seconds == one.requests
    assert of("http://127.0.0.1/").seconds < one.seconds


def test_an_assessment_of_tls_is_foreseen_where_a_check_judges_it() -> None:
    judge = fake(_nothing, Scope.TLS, id="test.judge", judges_profile=True)
    spec = ScanSpec(targets=("https://a.example/",))

    def identify(target: str, *checks: Check) -> int:
        return forecast((parse_target(target),), spec, checks).stages[0].requests

    assert identify("https://a.example/", judge) == IDENTIFY_REQUESTS + ASSESSMENT
    assert identify("https://a.example/") == identify("http://a.example/", judge) == IDENTIFY_REQUESTS


async def _nothing(asset: Any, probe: Probe) -> AsyncIterator[Hit]:
    return
    yield


def test_what_is_left_out_says_why() -> None:
    checks = all_checks()
    spec = ScanSpec(targets=("a.example",), scan_type=ScanType.NETWORK, options=ScanOptions())
    out = dict(left_out(checks, spec))
    assert set(out) | {check.meta.id for check in select(checks, spec)} == {c.meta.id for c in checks}
    assert "scan_type network" in out["web.reflected-xss"]
    everything = ScanSpec(targets=("a.example",), policies=ScanPolicies(mode=Mode.INTRUSIVE))
    assert left_out(checks, everything) == ()
