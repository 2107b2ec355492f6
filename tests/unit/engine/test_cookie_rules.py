"""Which cookies go along with what another site submits."""

import pytest

from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.engine.cookies import MAX_RULES, CookieRules

URL = Url.parse("https://a.example/")


def across(*set_cookie: str, cookie: str = "sid=1") -> str | None:
    rules = CookieRules()
    for field in set_cookie:
        rules.learn(HttpRequest("GET", URL), HttpResponse(200, (("Set-Cookie", field),)))
    return rules.across(HttpRequest("POST", URL, (("Cookie", cookie),))).header("cookie")


@pytest.mark.parametrize(
    ("field", "goes"),
    [
        ("sid=1; Path=/; HttpOnly", True),
        ("sid=1; SameSite=None; Secure", True),
        ("sid=1; samesite=NONE; secure", True),
        ("sid=1; SameSite=None", False),
        ("sid=1; SameSite=Lax", False),
        ("sid=1; SameSite=Strict; Secure", False),
        ("sid=1; SameSite=Other", False),
    ],
)
def test_same_site_decides(field: str, goes: bool) -> None:
    assert (across(field) == "sid=1") is goes


def test_what_was_not_seen_being_set_stays_out() -> None:
    assert across() is None
    assert across("lang=en", cookie="sid=1; lang=en") == "lang=en"


def test_the_last_word_counts() -> None:
    assert across("sid=1", "sid=2; SameSite=Lax") is None


def test_another_hosts_rules_do_not_count_and_memory_is_bounded() -> None:
    rules = CookieRules()
    other = HttpRequest("GET", Url.parse("https://b.example/"))
    rules.learn(other, HttpResponse(200, (("Set-Cookie", "sid=1"),)))
    assert rules.across(HttpRequest("POST", URL, (("Cookie", "sid=1"),))).header("cookie") is None
    for n in range(MAX_RULES + 10):
        rules.learn(HttpRequest("GET", URL), HttpResponse(200, (("Set-Cookie", f"c{n}=1"),)))
    late = HttpRequest("POST", URL, (("Cookie", f"c{MAX_RULES + 5}=1"),))
    assert rules.across(late).header("cookie") is None
