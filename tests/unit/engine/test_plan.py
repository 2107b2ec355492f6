"""From targets and options to units and checks."""

import pytest

from cyberai.checkkit import Scope
from cyberai.domain.asset import HostAsset, OriginAsset, PortAsset, RequestAsset
from cyberai.domain.scan import CheckSelection, Mode, ScanOptions, ScanPolicies, ScanType
from cyberai.domain.target import parse_target
from cyberai.domain.unit import Stage
from cyberai.engine.common_ports import common_ports
from cyberai.engine.plan import PortList, entry_units, parse_ports, shard_hosts
from cyberai.engine.registry import all_checks, select, unknown_selectors
from support.fake_checks import ECHO, ONE_PER_SCOPE, fake
from support.scan_in_process import spec_of


def targets(*raw: str) -> tuple:
    return tuple(map(parse_target, raw))


def test_a_scan_is_split_into_hosts_each_once() -> None:
    found = shard_hosts(targets("http://a.example/x", "a.example:81", "10.0.0.0/30", "10.0.0.2", "b.example"))
    assert found == ("a.example", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "b.example")


@pytest.mark.parametrize(
    ("raw", "stage", "kind"),
    [
        ("https://a.example/app/", Stage.IDENTIFY, OriginAsset),
        ("a.example:8443", Stage.IDENTIFY, PortAsset),
        ("localhost", Stage.DISCOVER, HostAsset),
        ("10.0.0.0/30", Stage.DISCOVER, HostAsset),
    ],
)
def test_each_kind_of_target_has_its_first_unit(raw: str, stage: Stage, kind: type) -> None:
    hosts = shard_hosts(targets(raw))
    units = entry_units(targets(raw), hosts[0], spec_of(raw))
    assert [(unit.stage, type(unit.asset)) for unit in units] == [(stage, kind)]
    assert entry_units(targets(raw), "elsewhere.example", spec_of(raw)) == ()


def test_a_name_is_a_domain_as_well_where_the_network_is_looked_at() -> None:
    def domains(raw: str, **more: object) -> list[str]:
        units = entry_units(targets(raw), shard_hosts(targets(raw))[0], spec_of(raw, **more))
        return [unit.asset.key for unit in units if unit.stage is Stage.CHECK]

    assert domains("a.example") == domains("a.example", scan_type=ScanType.NETWORK) == ["domain:a.example"]
    for raw in (
        "http://a.example/",
        "a.example:53",
        "10.0.0.1",
        "localhost",
        "app.localhost",
        "printer.local",
    ):
        assert domains(raw) == []
    assert domains("a.example", scan_type=ScanType.WEB) == []


def test_a_web_scan_of_a_host_asks_the_web_ports_only() -> None:
    spec = spec_of("a.example", scan_type=ScanType.WEB)
    (unit,) = entry_units(targets("a.example"), "a.example", spec)
    assert unit.asset == HostAsset("a.example", (80, 443))


def test_two_urls_of_one_origin_are_one_origin_and_two_entries() -> None:
    both = targets("http://a.example/one/", "http://a.example/two/", "http://a.example/one/")
    units = entry_units(both, "a.example", spec_of("http://a.example/one/"))
    assert [type(unit.asset) for unit in units] == [OriginAsset, RequestAsset]
    assert units[1].asset.request.url.target == "/two/"


def test_ports() -> None:
    assert parse_ports("80,443, 8000-8002,80") == PortList((80, 443, 8000, 8001, 8002))
    assert parse_ports(" ALL ") == parse_ports("-") == PortList(tuple(range(1, 65536)))
    top = parse_ports("top-1000").tcp
    assert len(top) == len(set(top)) == 1000
    assert parse_ports("top-100").tcp == common_ports(1000)[:100]
    assert {80, 443, 22, 3306, 5432, 6379, 27017, 11211, 2375, 8443} <= set(parse_ports("top-100").tcp)
    assert all(1 <= port <= 65535 for port in top)
    assert parse_ports("22,U:53,161-162,T:80") == PortList((22, 80), (53, 161, 162))
    assert parse_ports("udp:9999") == PortList((), (9999,))
    assert parse_ports("top-3,8888,9") == PortList((80, 443, 8080, 8888, 9))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "65536",
        "80-",
        "-80",
        "90-80",
        "top-",
        "top-1001",
        "http",
        "80;81",
        "٣",
        "1e3",
        "X:80",
        "U:",
        "U:top-5",
        "U:all",
        "80,",
    ],
)
def test_a_port_list_that_is_none_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Must "):
        parse_ports(text)


def ids(**more: object) -> list[str]:
    selection = CheckSelection(**{k: more.pop(k) for k in ("include", "exclude", "tags") if k in more})
    spec = spec_of(
        "a.example", ScanOptions(checks=selection), ScanPolicies(mode=more.pop("mode", Mode.STANDARD)), **more
    )
    tagged = fake(ECHO.run, Scope.INSERTION, id="web.tagged", tags=("cve",))
    harsh = fake(ECHO.run, Scope.SERVICE, id="net.harsh", intrusive=True)
    return [check.meta.id for check in select((harsh, tagged, *ONE_PER_SCOPE), spec)]


def test_checks_are_selected_by_type_name_tag_and_mode() -> None:
    everything = [
        "test.content",
        "test.echo",
        "test.origin",
        "test.page",
        "test.service",
        "test.tls",
        "web.tagged",
    ]
    assert ids() == everything
    assert ids(mode=Mode.INTRUSIVE) == ["net.harsh", *everything]
    assert ids(scan_type=ScanType.NETWORK) == ["test.service", "test.tls"]
    assert ids(scan_type=ScanType.WEB) == [
        "test.content",
        "test.echo",
        "test.origin",
        "test.page",
        "test.tls",
        "web.tagged",
    ]
    assert ids(scan_type=ScanType.CLOUD) == []
    assert ids(include=("web.", "test.tls")) == ["test.tls", "web.tagged"]
    assert ids(include=("web", "test.tls")) == ["test.tls", "web.tagged"]
    assert ids(include=("tes",)) == []
    assert ids(exclude=("test.",)) == ["web.tagged"]
    assert ids(tags=("cve", "kev")) == ["web.tagged"]


def test_the_registry_holds_every_check_once_and_knows_what_names_none() -> None:
    found = [check.meta.id for check in all_checks()]
    assert found == sorted(set(found))
    assert len(found) >= 12
    selection = CheckSelection(
        include=("web.", found[0], "web.nope"), exclude=("nope.", found[1], "web", "we")
    )
    spec = spec_of("a.example", ScanOptions(checks=selection))
    assert unknown_selectors(spec) == ("web.nope", "nope.", "we")
