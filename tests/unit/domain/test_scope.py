"""Nothing widens scope."""

from cyberai.domain.http import Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_target


def scope(*targets: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> ScanScope:
    return ScanScope(tuple(parse_target(t) for t in targets), include, exclude)


def allows(s: ScanScope, url: str) -> bool:
    return s.allows_url(Url.parse(url))


def test_a_url_covers_its_origin_and_path_up_to_the_last_slash() -> None:
    s = scope("http://example.com/shop/index.html?x=1")
    assert allows(s, "http://example.com/shop/")
    assert allows(s, "http://example.com/shop/deep/er")
    assert not allows(s, "http://example.com/")
    assert not allows(s, "http://example.com/shopping")
    assert not allows(s, "https://example.com/shop/")
    assert not allows(s, "http://example.com:8080/shop/")
    assert not allows(s, "http://www.example.com/shop/")
    assert s.allows_port("example.com", 80)
    assert not s.allows_port("example.com", 443)


def test_a_host_covers_all_its_ports_and_a_port_only_itself() -> None:
    s = scope("example.com", "other.example:8080")
    assert s.allows_port("example.com", 9)
    assert allows(s, "https://example.com:8443/x")
    assert s.allows_port("other.example", 8080)
    assert not s.allows_port("other.example", 80)


def test_a_range_holds_its_addresses() -> None:
    s = scope("10.0.0.0/24")
    assert s.allows_host("10.0.0.255")
    assert not s.allows_host("10.0.1.0")
    assert not s.allows_host("example.com")


def test_excluded_paths_hold_with_and_without_slash() -> None:
    s = scope("http://example.com/", exclude=("/admin/",))
    assert not allows(s, "http://example.com/admin")
    assert not allows(s, "http://example.com/admin/users")
    assert allows(s, "http://example.com/administrator")
    only = scope("http://example.com/", include=("/api",))
    assert allows(only, "http://example.com/api/x")
    assert not allows(only, "http://example.com/")


def test_other_spellings_of_a_path_do_not_pass() -> None:
    s = scope("http://example.com/app/", exclude=("/app/admin",))
    for path in (
        "/app/x/../admin",
        "/app/./admin/y",
        "/app/%61dmin",
        "/app/x/%2e%2e/admin",
        "/app/../secret",
    ):
        assert not allows(s, f"http://example.com{path}"), path
    assert allows(s, "http://example.com/app/x/../y")
    assert allows(s, "http://example.com/app/file?name=../../etc/passwd")
    assert allows(scope("http://example.com/"), "http://example.com/../../etc/passwd")
