"""Signing in and out of the web page, and what a session withstands."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_under_test import Site
from web_visitor import ORIGIN, Page, Visitor, mount, open_site, visitor

from cyberai.app.keys import list_keys, revoke_key
from cyberai.domain.ids import DEFAULT_WORKSPACE
from cyberai.web.sessions import LIFETIME_SECONDS
from cyberai.web.sign_in import ATTEMPTS


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = open_site(tmp_path)
    yield site
    site.close()


def newest_key(site: Site) -> str:
    return site.runner.run(list_keys(site.app, DEFAULT_WORKSPACE))[0].id


def revoke(site: Site, key_id: str) -> None:
    site.runner.run(revoke_key(site.app, DEFAULT_WORKSPACE, key_id))


def is_in(someone: Visitor) -> bool:
    return someone.get("/scans").status == 200


def test_without_a_session_every_page_leads_to_the_form_and_back(site: Site) -> None:
    someone = Visitor(site)
    answer = someone.get("/scans?status=running&target=a%20b")
    assert answer.status == 303
    assert answer.headers["location"] == "/sign-in?next=/scans%3Fstatus%3Drunning%26target%3Da%2520b"
    fields = Page(someone.get(answer.headers["location"]).body).form("/sign-in")
    assert fields is not None
    entered = someone.sign_in(onward=fields["next"])
    assert entered.headers["location"] == "/scans?status=running&target=a%20b"
    assert is_in(someone)


def test_the_start_page_leads_to_the_form_without_a_way_back(site: Site) -> None:
    assert Visitor(site).get("/").headers["location"] == "/sign-in"
    assert visitor(site).get("/").headers["location"] == "/scans"


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\nset-cookie: x=y",
        " /scans",
        "scans",
        "/" + "a" * 3000,
        "/\u2028",
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(site: Site, onward: str) -> None:
    assert Visitor(site).sign_in(onward=onward).headers["location"] == "/"


def test_the_cookie_is_for_this_server_alone_and_holds_no_key(site: Site) -> None:
    answer = Visitor(site).sign_in()
    name_and_value, *attributes = answer.headers["set-cookie"].split("; ")
    assert set(attributes) == {"Path=/", f"Max-Age={LIFETIME_SECONDS}", "HttpOnly", "SameSite=Strict"}
    payload = name_and_value.partition("=")[2].partition(".")[0]
    assert site.key not in base64.urlsafe_b64decode(payload + "==").decode()
    assert site.key[9:41] not in name_and_value
    assert answer.headers["cache-control"] == "no-store"


def test_over_tls_the_cookie_stays_on_tls(site: Site) -> None:
    someone = Visitor(site)
    someone.headers["sec_fetch_site"] = "same-origin"
    answer = someone.send("/sign-in", {"key": site.key}, origin="https://cyberai.example")
    assert "; Secure" in answer.headers["set-cookie"]


def test_white_space_around_a_pasted_key_does_no_harm(site: Site) -> None:
    assert Visitor(site).sign_in(f"  {site.key}\n").status == 303


def test_a_wrong_key_is_told_at_the_field(site: Site) -> None:
    answer = Visitor(site).sign_in("cai_live_wrong")
    page = Page(answer.body)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.headers
    assert "This key is not known, or was revoked" in page.text
    assert "cai_live_wrong" not in page.source
    field = next(attributes for tag, attributes in page.elements if attributes.get("id") == "key")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "key-problem"


def test_failed_attempts_are_limited_per_address_and_good_ones_are_not(site: Site) -> None:
    for _ in range(ATTEMPTS + 5):
        assert Visitor(site, "192.0.2.1").sign_in().status == 303
    for _ in range(ATTEMPTS):
        assert Visitor(site, "192.0.2.1").sign_in("wrong").status == 401
    refused = Visitor(site, "192.0.2.1").sign_in()
    assert refused.status == 429
    assert refused.headers["retry-after"] == "60"
    assert "try again in 60 s" in Page(refused.body).text
    assert Visitor(site, "192.0.2.2").sign_in().status == 303
    site.clock.advance(60)
    assert Visitor(site, "192.0.2.1").sign_in().status == 303


def test_pages_are_not_counted_against_the_key(site: Site) -> None:
    someone = visitor(site)
    for _ in range(20):
        assert "x-ratelimit-remaining" not in someone.get("/scans").headers
    assert site.get("/v1/scans").headers["x-ratelimit-remaining"] == "999"


def test_a_revoked_key_ends_its_sessions_within_a_second(site: Site) -> None:
    someone, other = visitor(site, site.make_key()), visitor(site)
    assert is_in(someone)
    revoke(site, newest_key(site))
    site.clock.advance(0.999)
    assert someone.get("/scans").headers["location"].startswith("/sign-in")
    assert is_in(other)


def test_an_expired_key_ends_its_sessions_and_says_so_at_the_form(site: Site) -> None:
    key = site.make_key(expires_at="2024-01-20T10:05:00Z")
    someone = visitor(site, key)
    site.clock.advance(299)
    assert is_in(someone)
    site.clock.advance(1)
    assert not is_in(someone)
    assert "This key has expired" in Page(Visitor(site).sign_in(key).body).text


def test_a_session_ends_by_itself(site: Site) -> None:
    someone = visitor(site)
    site.clock.advance(LIFETIME_SECONDS - 1)
    assert is_in(someone)
    site.clock.advance(1)
    assert not is_in(someone)


def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(site: Site) -> None:
    someone, thief = visitor(site), Visitor(site)
    thief.cookie = someone.cookie
    assert is_in(thief)
    answer = someone.send("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert not is_in(thief)


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    someone, before = visitor(site), Visitor(site)
    before.cookie = someone.cookie
    assert someone.sign_in().status == 303
    assert someone.cookie != before.cookie
    assert is_in(someone)
    assert not is_in(before)


def test_a_session_outlives_a_restart(site: Site) -> None:
    someone = visitor(site)
    mount(site)
    assert is_in(someone)


def test_an_altered_cookie_is_no_session(site: Site) -> None:
    good = visitor(site).cookie
    name, _, value = good.partition("=")
    payload, _, signature = value.partition(".")
    foreign = base64.urlsafe_b64encode(b'["other","key_0","0",9999999999999999]').decode().rstrip("=")
    for forged in (
        f"{payload}.{signature[:-1]}",
        f"{payload}A.{signature}",
        f"{foreign}.{signature}",
        payload,
        f".{signature}",
        "",
        ".",
        "\xff\xfe",
        "A" * 5000,
        f"{payload}.{visitor(site).cookie.rpartition('.')[2]}",
    ):
        someone = Visitor(site)
        someone.cookie = f"{name}={forged}"
        assert someone.get("/scans").status == 303, forged
    other = Visitor(site)
    other.cookie = f"a=b; x{good}; {good}; c"
    assert is_in(other)


def test_a_form_of_another_page_changes_nothing(site: Site) -> None:
    someone = visitor(site)
    started = someone.send("/scans/new", {"target": "example.com"}).headers["location"]
    token = someone.token()
    attempts: list[dict[str, str]] = [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": ORIGIN.replace("http:", "ftp:")},
        {"origin": ORIGIN + ".evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ]
    for headers in attempts:
        answer = someone.send(f"{started}/cancel", {"_token": token}, **headers)
        assert answer.status == 403, headers
        assert "This form was not sent from this page" in Page(answer.body).text
    for wrong in ("", "x", token[:-1], visitor(site).token()):
        assert someone.send(f"{started}/cancel", {"_token": wrong or " "}).status == 403
    assert site.get("/v1" + started).json()["status"] == "running"
    assert someone.send(f"{started}/cancel", {"_token": token}).status == 303
    assert site.get("/v1" + started).json()["status"] == "cancelled"


def test_nobody_is_signed_in_by_another_page(site: Site) -> None:
    answer = Visitor(site).send("/sign-in", {"key": site.key}, origin="https://evil.example")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_a_link_on_another_site_leads_to_the_page_all_the_same(site: Site) -> None:
    someone = visitor(site)
    cookie, someone.cookie = someone.cookie, ""
    answer = someone.get("/scans?status=running", sec_fetch_site="cross-site")
    assert answer.status == 200
    elements = Page(answer.body).elements
    assert ("meta", {"http-equiv": "refresh", "content": "0;url=/scans?status=running"}) in elements
    assert someone.get("/scans", sec_fetch_site="same-origin").status == 303
    someone.cookie = cookie
    assert someone.get("/scans", sec_fetch_site="cross-site").status == 200
