"""The parts of a login by themselves: digests by the RFC's own examples, challenges, tokens, cookies, suspects."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.engine.cookies import request_cookies
from cyberai.engine.login.digest import Challenge, DigestCredentials, challenge_of, digest_response
from cyberai.engine.login.jar import Jar
from cyberai.engine.login.suspects import Suspects
from cyberai.engine.login.token import token_of
from cyberai.engine.modes import names_log_out
from support.scan_in_process import SeededRng

HERE = Url("http", "10.0.0.1", 80)


def asked(*challenges: str) -> HttpResponse:
    return HttpResponse(401, tuple(("WWW-Authenticate", text) for text in challenges))


def get(target: str, **headers: str) -> HttpRequest:
    return HttpRequest("GET", HERE.with_target(target), tuple(headers.items()))


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    challenge = Challenge(
        "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm, qop=True
    )
    nonces = ("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    told = digest_response(challenge, "Mufasa", "Circle of Life", ("GET", "/dir/index.html"), nonces)
    assert told == response


def test_the_example_of_rfc_2617_without_qop_is_the_old_form() -> None:
    # RFC 2069's own example, as its errata correct it.
    challenge = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
    told = digest_response(challenge, "Mufasa", "CircleOfLife", ("GET", "/dir/index.html"), ("", ""))
    assert told == "1949323746fe6a43ef61f9606e7febea"


def test_the_best_of_several_challenges_is_answered() -> None:
    found = challenge_of(
        asked(
            'Basic realm="a, b", Digest realm="x, \\"y\\"", nonce="n1", qop="auth,auth-int", algorithm=MD5',
            'Digest realm="x", nonce="n2", qop="auth", algorithm=SHA-256, opaque="o"',
        )
    )
    assert found == Challenge("x", "n2", "SHA-256", qop=True, opaque="o", named=True)
    only = challenge_of(
        asked('Basic realm="a, b", Digest realm="x, \\"y\\"", nonce="n1", algorithm=MD5-sess')
    )
    assert only == Challenge('x, "y"', "n1", "MD5", session=True, named=True)
    assert challenge_of(asked('Digest realm="x", nonce="n", algorithm=MD4')) is None
    assert challenge_of(asked('Digest realm="x", nonce="n", qop="auth-int"')) is None


def test_a_nonce_is_counted_and_a_stale_one_replaced() -> None:
    who = DigestCredentials("ann", "tulip", SeededRng(1))
    assert who.header(get("/")) is None
    assert who.challenged(asked('Digest realm="r", nonce="n1", qop="auth"'))
    assert "nc=00000001" in (who.header(get("/a")) or "")
    assert "nc=00000002" in (who.header(get("/b")) or "")
    assert not who.challenged(asked('Digest realm="r", nonce="n1", qop="auth"'))
    assert who.challenged(asked('Digest realm="r", nonce="n2", qop="auth", stale=true'))
    told = who.header(get('/c?q="x')) or ""
    assert 'nonce="n2"' in told
    assert "nc=00000001" in told
    assert 'uri="/c?q=\\"x"' in told


@given(st.text(max_size=300))
def test_any_challenge_is_read_or_passed_over(text: str) -> None:
    challenge_of(asked(text))
    challenge_of(asked(f"Digest {text}"))


@pytest.mark.parametrize(
    ("answer", "path", "token"),
    [
        ({"access_token": "abcdefgh1"}, "", "abcdefgh1"),
        ({"authentication": {"token": "abcdefgh2", "umail": "a@b"}}, "", "abcdefgh2"),
        ({"data": {"session": {"jwt": "abcdefgh3"}}, "refresh_token": "zzzzzzzzz"}, "", "abcdefgh3"),
        ({"tokens": ["a", "abcdefgh4"]}, "tokens[1]", "abcdefgh4"),
        ({"a": {"b": "abcdefgh5"}, "token": "other-one"}, "a.b", "abcdefgh5"),
        ({"token": "short"}, "", ""),
        ({"token": "with white space"}, "", ""),
        ({"token": 12345678}, "", ""),
        (["abcdefgh6"], "[0]", ""),
        ("abcdefgh7", "", ""),
    ],
)
def test_where_a_token_is_found(answer: object, path: str, token: str) -> None:
    assert token_of(HttpResponse(200, (), json.dumps(answer).encode()), path) == token


@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_answer_has_a_token_or_none(body: bytes, path: str) -> None:
    token_of(HttpResponse(200, (), body), path)
    token_of(HttpResponse(200, (), b"[" * 5_000), path)


def set_cookie(*fields: str) -> HttpResponse:
    return HttpResponse(200, tuple(("Set-Cookie", field) for field in fields))


def test_the_sessions_cookies_are_put_on_the_wire_and_never_kept() -> None:
    jar = Jar((("given", "g1"),))
    jar.learn(get("/"), set_cookie("PHPSESSID=a1b2; Path=/", "lang=en", "csrftoken=" + "x" * 32))
    assert jar.names == {"given", "PHPSESSID"}
    assert jar.plain == (("lang", "en"),)
    own = get("/", Cookie="PHPSESSID=evil; lang=de; mine=1")
    assert jar.bare(own).header("cookie") == "lang=de; mine=1"
    assert (
        jar.dressed(own).header("cookie")
        == f"lang=de; mine=1; csrftoken={'x' * 32}; given=g1; PHPSESSID=a1b2"
    )


def test_a_cookie_for_another_path_than_the_login_s_is_the_session_s_too() -> None:
    jar = Jar(())
    jar.learn(
        get("/login.php"),
        set_cookie("auth=0123456789abcdef; Path=/admin; HttpOnly", "seen=1; Path=/login.php"),
    )
    assert jar.dressed(get("/admin/")).header("cookie") == "seen=1; auth=0123456789abcdef"
    jar.learn(get("/login.php"), set_cookie("auth=; Path=/admin; Max-Age=0"))
    assert jar.dressed(get("/admin/")).header("cookie") == "seen=1"


def test_a_new_value_of_the_sessions_cookie_is_offered_and_not_believed() -> None:
    jar = Jar(())
    jar.learn(get("/"), set_cookie("sid=first-value-of-it"))
    jar.offer(get("/x"), set_cookie("sid=of-nobody-at-all"))
    assert "first-value-of-it" in (jar.dressed(get("/")).header("cookie") or "")
    assert jar.adopt()
    assert "of-nobody-at-all" in (jar.dressed(get("/")).header("cookie") or "")
    assert {"first-value-of-it", "of-nobody-at-all"} <= set(jar.secrets)


@pytest.mark.parametrize(
    ("field", "drops"),
    [
        ("sid=; Path=/", True),
        ("sid=deleted; Max-Age=0", True),
        ("sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("sid=another-value-of-it", False),
        ("other=; Max-Age=0", False),
    ],
)
def test_what_deletes_the_sessions_cookie(field: str, drops: bool) -> None:
    jar = Jar(())
    jar.learn(get("/"), set_cookie("sid=first-value-of-it"))
    assert jar.dropped(set_cookie(field)) is drops


def test_what_two_culprits_share_is_what_ends_sessions() -> None:
    suspects = Suspects()
    suspects.blame(get("/index.php?page=out&n=1"))
    assert suspects.ends_session(get("/index.php?page=out&n=1"))
    assert not suspects.ends_session(get("/index.php?page=out&n=2"))
    suspects.blame(get("/index.php?page=out&n=2"))
    assert suspects.ends_session(get("/index.php?page=out&n=3&x=4"))
    assert not suspects.ends_session(get("/index.php?page=home&n=1"))
    assert not suspects.ends_session(get("/other?page=out&n=1"))


@pytest.mark.parametrize(
    "text",
    ["/logout", "/user/log-out", "Sign out", "Abmelden", "/auth/signoff.do", "Déconnexion", "Cerrar / Salir"],
)
def test_words_that_log_out(text: str) -> None:
    assert names_log_out(text)


@pytest.mark.parametrize("text", ["/login", "Sign in", "/blog/out-of-office", "about", "/checkout"])
def test_words_that_do_not(text: str) -> None:
    assert not names_log_out(text)


def test_another_site_gets_of_a_session_what_its_cookies_allow() -> None:
    jar = Jar((("given", "g1"),))
    url = Url.parse("https://a.example/login")
    jar.start()
    fields = ("sid=0123456789abcdef; SameSite=None; Secure", "lang=en", "auth=0123456789abcdef; SameSite=Lax")
    jar.learn(HttpRequest("POST", url), HttpResponse(302, tuple(("Set-Cookie", field) for field in fields)))
    plain = HttpRequest("POST", url)
    assert jar.dressed(plain).header("cookie") is not None
    # What the operator gave was never seen being set, and what is Lax stays at home.
    assert dict(request_cookies(jar.across_sites(plain))) == {"sid": "0123456789abcdef", "lang": "en"}
    own = plain.with_header("Cookie", "theme=dark; sid=ours; lang=nl")
    assert dict(request_cookies(jar.across_sites(own))) == {
        "theme": "dark",
        "sid": "0123456789abcdef",
        "lang": "nl",
    }
