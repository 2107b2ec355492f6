"""Logging in at applications of many kinds, and what happens when it does not work or does not last."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cyberai.checkkit import Scope
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.scan import Mode
from cyberai.engine.login.failure import LoginFailed
from cyberai.ports.network import TransportError, TransportReason
from support.fake_checks import ECHO, QUIET_PAGE
from support.members import notes, scan_logged_in
from support.scan_in_process import Finished
from support.simulated_network import SimulatedNetwork

FORM = {"type": "form", "username": "ann", "password": "tulip-garden-9"}
TOKEN = "eyJhbGciOiJub25lIn0.c2VjcmV0LXRva2Vu"
Reply = Callable[["App", HttpRequest], HttpResponse]


def page(body: str, *headers: tuple[str, str], status: int = 200) -> HttpResponse:
    return HttpResponse(
        status, (("Content-Type", "text/html"), *headers), f"<html><body>{body}</body></html>".encode()
    )


def moved(where: str, *headers: tuple[str, str]) -> HttpResponse:
    return HttpResponse(302, (("Location", where), *headers))


def as_json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "application/json"),), json.dumps(value).encode())


def cookie(request: HttpRequest, name: str) -> str:
    pairs = (piece.strip().partition("=") for piece in (request.header("cookie") or "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


class App:
    """An application with sessions in cookies. `inside` answers who is logged in, `outside` everybody else."""

    login_page = (
        '<form action="/in" method="post"><input name="user"><input type="password" name="pw"></form>'
    )

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.made = 0
        self.logins = 0
        self.log: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.log.append(request)
        if request.url.path == "/in":
            return self.login(request)
        known = cookie(request, "SID") in self.sessions
        return self.inside(request) if known else self.outside(request)

    def login(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and b"user=ann&pw=tulip-garden-9" in request.body:
            self.logins += 1
            return moved("/home", ("Set-Cookie", f"SID={self.begin()}; Path=/; HttpOnly"))
        return page("<p>Sorry: wrong password</p>" + self.login_page)

    def begin(self) -> str:
        self.made += 1
        self.sessions.add(f"sess-{self.made:08d}-aaaabbbb")
        return f"sess-{self.made:08d}-aaaabbbb"

    def inside(self, request: HttpRequest) -> HttpResponse:
        if request.url.path in ("/", "/home"):
            return page('<p>Hello ann</p><a href="/item?id=1">one</a> <a href="/quit">Log out</a>')
        if request.url.path == "/quit":
            self.sessions.discard(cookie(request, "SID"))
            return moved("/")
        if request.url.path == "/item":
            return page(f'<p>{request.url.query}</p><a href="/quit">Log out</a>')
        return page('not here <a href="/quit">Log out</a>', status=404)

    def outside(self, request: HttpRequest) -> HttpResponse:
        if request.url.path == "/":
            return page('Welcome, stranger. <a href="/in">Sign in</a>')
        return moved("/in")


def crawl(app: Callable[[HttpRequest], HttpResponse], auth: dict[str, Any], **more: Any) -> Finished:
    return scan_logged_in(app, auth, (QUIET_PAGE, ECHO), **more)


def reached(finished: Finished) -> set[str]:
    return {r.url.path for r in finished.network.log}


def test_a_form_behind_a_link_is_found_filled_in_and_what_is_inside_is_crawled() -> None:
    app = App()
    finished = crawl(app, FORM)
    assert "/item" in reached(finished)
    assert "/quit" not in reached(finished)
    assert app.logins == 1
    assert notes(finished)[0].startswith("logged in (form); the session is watched at ")


def test_no_mode_logs_out() -> None:
    for mode in (Mode.SAFE, Mode.STANDARD, Mode.INTRUSIVE):
        app = App()
        finished = crawl(app, FORM, mode=mode)
        assert "/item" in reached(finished), mode
        assert "/quit" not in reached(finished), mode


class Tokened(App):
    """A token against forgery in the form and one in a cookie, fields of unusual names, a box to stay logged in."""

    login_page = (
        '<form method="post" action="/in"><input type="hidden" name="csrf_token" value="NONCE">'
        '<input type="hidden" name="next" value="/home"><input name="kennung"><input type="password" name="kennwort">'
        '<input type="checkbox" name="stay" value="1"><button name="do" value="go">Anmelden</button></form>'
        '<form action="/search"><input name="q"><button>Search</button></form>'
    )

    def __init__(self) -> None:
        super().__init__()
        self.nonces: set[str] = set()

    def login(self, request: HttpRequest) -> HttpResponse:
        body = request.body.decode()
        nonce = next((n for n in self.nonces if f"csrf_token={n}" in body), "")
        if request.method == "POST" and nonce and cookie(request, "csrftoken") == nonce:
            self.nonces.discard(nonce)
            if (
                "kennung=ann" in body
                and "kennwort=tulip-garden-9" in body
                and "do=go" in body
                and "next=" in body
            ):
                self.logins += 1
                return moved("/home", ("Set-Cookie", f"SID={self.begin()}"))
        nonce = f"n{len(self.nonces)}x{self.made}"
        self.nonces.add(nonce)
        return page(self.login_page.replace("NONCE", nonce), ("Set-Cookie", f"csrftoken={nonce}; Path=/"))


def test_hidden_fields_tokens_and_the_button_go_along() -> None:
    app = Tokened()
    assert "/item" in reached(crawl(app, {**FORM, "login_url": "http://10.0.0.1/in"}))
    assert app.logins == 1


class OwnForms(App):
    """After the login comes the account's page: another mail address, the password twice, and once more to leave."""

    def inside(self, request: HttpRequest) -> HttpResponse:
        if request.url.path == "/home":
            return page(
                '<form method="post" action="/mail"><input name="email" value="ann@sea.example"></form>'
                '<form method="post" action="/new"><input type="password" name="a"><input type="password" name="b"></form>'
                '<form method="post" action="/leave"><input type="password" name="once_more"></form>'
                '<a href="/item?id=1">one</a> <a href="/quit">Log out</a>'
            )
        return super().inside(request)


def test_forms_of_the_account_are_not_taken_for_the_login_that_came_back() -> None:
    app = OwnForms()
    assert "/item" in reached(crawl(app, {**FORM, "login_url": "http://10.0.0.1/in"}))
    assert app.logins == 1


class Renamed(App):
    login_page = '<form action="/in" method="post"><input name="a"><input name="b"><input type="password" name="c"></form>'

    def login(self, request: HttpRequest) -> HttpResponse:
        if request.body == b"a=harbour&b=ann&c=tulip-garden-9":
            return moved("/home", ("Set-Cookie", f"SID={self.begin()}"))
        return page(self.login_page)


def test_fields_say_what_nobody_can_guess() -> None:
    finished = crawl(Renamed(), {**FORM, "fields": {"a": "harbour", "b": "{username}"}})
    assert "/item" in reached(finished)


def test_signs_of_the_operator_are_obeyed() -> None:
    assert "/item" in reached(crawl(App(), {**FORM, "success": "Hello ann", "logout": "stranger"}))
    with pytest.raises(LoginFailed, match=r"auth\.success"):
        crawl(App(), {**FORM, "success": "Hello bob"})


def test_wrong_credentials_are_told_with_what_the_page_says() -> None:
    with pytest.raises(LoginFailed) as failed:
        crawl(App(), {**FORM, "password": "not-this-one"})
    assert 'the login form came back, saying "Sorry: wrong password"' in str(failed.value)
    assert "not-this-one" not in str(failed.value)


@pytest.mark.parametrize(
    ("app", "auth", "words"),
    [
        (lambda r: page("down", status=500), FORM, "answered HTTP 500"),
        (lambda r: page("<p>no form</p>"), FORM, "No login form was found"),
        (
            lambda r: page("<p>no form</p>"),
            {**FORM, "login_url": "http://10.0.0.1/x"},
            "has no form with a password field",
        ),
        (
            lambda r: page(
                '<form action="http://elsewhere.example/in" method="post"><input type="password" name="p">'
            ),
            FORM,
            "outside of the scan's scope",
        ),
        (
            lambda r: (
                page('<form method="post"><input name="u"><input type="password" name="p"></form>')
                if r.method == "GET"
                else page("oops", status=500)
            ),
            FORM,
            "the application failed",
        ),
        (
            lambda r: (
                page(
                    '<form method="post" action="/go"><input name="u"><input type="password" name="p"></form>'
                )
                if r.url.path != "/go"
                else page("thank you")
            ),
            FORM,
            "look the same with and without it",
        ),
        (
            lambda r: as_json({"error": "no"}, 401),
            {**FORM, "type": "json", "login_url": "http://10.0.0.1/l"},
            "401",
        ),
        (lambda r: as_json({}, 500), {**FORM, "type": "json", "login_url": "http://10.0.0.1/l"}, "HTTP 500"),
        (lambda r: as_json({"a": 1}), {**FORM, "type": "json", "login_url": "http://10.0.0.1/l"}, "no token"),
        (
            lambda r: as_json({"token": TOKEN}),
            {**FORM, "type": "json", "login_url": "http://10.0.0.1/l", "token_path": "data.t"},
            "no token at auth.token_path",
        ),
        (
            lambda r: page("x"),
            {**FORM, "type": "json", "login_url": "http://10.0.0.1/l"},
            "does not take JSON",
        ),
        (lambda r: page("", status=401), {"type": "bearer", "token": TOKEN}, "answered HTTP 401"),
        (
            lambda r: moved("/login") if r.url.path == "/" else page("x"),
            {"type": "cookies", "cookies": {}} | {"type": "headers", "cookies": {"SID": "old"}},
            "redirects to http://10.0.0.1/login",
        ),
    ],
)
def test_a_login_that_cannot_work_says_what_was_seen(app: Reply, auth: dict[str, Any], words: str) -> None:
    with pytest.raises(LoginFailed) as failed:
        crawl(app, auth)  # type: ignore[arg-type]
    assert words in str(failed.value)


def test_a_target_that_does_not_answer_is_no_failed_login() -> None:
    def dead(_: HttpRequest) -> HttpResponse:
        raise TransportError(TransportReason.REFUSED, "nobody")

    assert crawl(dead, FORM).failures == [("connection_refused", "nobody")]


class Api:
    """Tokens that last for `lasts` requests; `/` is for everybody."""

    def __init__(self, lasts: int = 10_000, name: str = "access_token") -> None:
        self.lasts = lasts
        self.name = name
        self.token = ""
        self.used = self.logins = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.url.path == "/login":
            if (
                request.method != "POST"
                or json.loads(request.body or b"{}").get("password") != "tulip-garden-9"
            ):
                return as_json({"error": "no"}, 401)
            self.logins += 1
            self.used, self.token = 0, f"{TOKEN}{self.logins}"
            return as_json({"data": {self.name: self.token}})
        if request.url.path == "/":
            return page("<script>fetch('/api/me'); fetch('/api/item?id=1'); fetch('/api/none')</script>")
        if request.header("authorization") != f"Bearer {self.token}" or not self.token:
            return as_json({"error": "who?"}, 401)
        self.used += 1
        if self.used > self.lasts:
            self.token = ""
            return as_json({"error": "expired"}, 401)
        if request.url.path == "/api/none":
            return as_json({"error": "not yours"}, 401)
        return as_json({"ok": request.url.query})


@pytest.mark.parametrize("name", ["access_token", "token", "jwt", "idToken"])
def test_the_token_of_a_json_login_is_found_and_sent(name: str) -> None:
    api = Api(name=name)
    finished = crawl(api, {**FORM, "type": "json", "login_url": "http://10.0.0.1/login"})
    assert {"/api/me", "/api/item"} <= reached(finished)
    assert api.used > 2


def test_members_of_the_json_login_are_tried_and_can_be_named() -> None:
    seen: list[Any] = []

    def app(request: HttpRequest) -> HttpResponse:
        if request.url.path != "/login":
            return page("x")
        seen.append(
            json.loads(request.body) if request.method == "POST" and request.body[:1] == b"{" else None
        )
        good = seen[-1] in (
            {"email": "ann@x.example", "password": "pw-12345"},
            {"auth": {"who": "ann@x.example"}},
        )
        return as_json({"token": TOKEN}) if good else as_json({}, 422)

    auth = {
        "type": "json",
        "login_url": "http://10.0.0.1/login",
        "username": "ann@x.example",
        "password": "pw-12345",
    }
    crawl(app, auth)
    assert seen[0] == {"email": "ann@x.example", "password": "pw-12345"}
    seen.clear()
    crawl(app, {**auth, "fields": {"auth.who": "{username}"}})
    assert seen[0] == {"auth": {"who": "ann@x.example"}}


def test_a_page_that_is_refused_to_who_is_logged_in_is_no_lost_session() -> None:
    api = Api()
    finished = crawl(api, {**FORM, "type": "json", "login_url": "http://10.0.0.1/login"})
    assert "/api/none" in reached(finished)
    assert api.logins <= 4
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]


def test_an_expired_token_is_renewed_and_the_request_repeated() -> None:
    api = Api(lasts=15)
    finished = crawl(api, {**FORM, "type": "json", "login_url": "http://10.0.0.1/login"})
    assert api.logins > 2
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]


def test_a_session_that_cannot_be_made_again_is_said_to_be_lost() -> None:
    class Locked(App):
        """After the first login the account is locked, and the session ends after 12 requests."""

        used = 0

        def login(self, request: HttpRequest) -> HttpResponse:
            if self.made and request.method == "POST":
                return page("Your account is locked" + self.login_page)
            return super().login(request)

        def inside(self, request: HttpRequest) -> HttpResponse:
            self.used += 1
            if self.used > 12:
                self.sessions.clear()
                return self.outside(request)
            return super().inside(request)

    finished = crawl(Locked(), FORM)
    lost = [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert lost
    assert "Your account is locked" in " ".join(notes(finished))
    # Once to begin with, and once more: who tries again and again locks accounts.
    assert len([r for r in finished.network.log if r.body.startswith(b"user=ann")]) == 2


def test_headers_that_expire_are_said_to_be_lost() -> None:
    used = 0

    def app(request: HttpRequest) -> HttpResponse:
        nonlocal used
        used += request.header("x-key") == "key-of-the-gate"
        if request.header("x-key") != "key-of-the-gate" or used > 9:
            return page("no", status=403)
        return page('<a href="/item?id=1">x</a><a href="/b?c=1">y</a>')

    finished = crawl(app, {"type": "headers", "headers": {"X-Key": "key-of-the-gate"}})
    assert [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert "cannot be renewed" in " ".join(notes(finished))


class Silent(App):
    """Everybody gets 200 and the same frame everywhere; `/leave?now=1` ends the session without a word."""

    def inside(self, request: HttpRequest) -> HttpResponse:
        if request.url.path == "/leave" and "now=1" in request.url.query:
            self.sessions.discard(cookie(request, "SID"))
            return page("<h1>Thank you</h1>")
        return page(
            '<b>Ann</b> <a href="/item?id=1">x</a> <a href="/leave?now=1">Finish</a> <p>Private notes</p>'
        )

    def outside(self, request: HttpRequest) -> HttpResponse:
        return page('<b>Guest</b> <a href="/in">Sign in</a>')


def test_what_ends_the_session_in_silence_is_found_out_and_sent_no_more() -> None:
    finished = crawl(Silent(), FORM)
    left = [r for r in finished.network.log if r.url.target == "/leave?now=1"]
    assert 1 <= len(left) <= 5
    assert any("/leave?now=1 ended it" in note for note in notes(finished))
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]


class Rolling(App):
    """Every answer brings a new session id, and the old one is worth nothing after it."""

    def inside(self, request: HttpRequest) -> HttpResponse:
        self.sessions.discard(cookie(request, "SID"))
        answer = super().inside(request)
        return HttpResponse(
            answer.status, (*answer.headers, ("Set-Cookie", f"SID={self.begin()}; Path=/")), answer.body
        )


def test_a_session_id_that_changes_with_each_answer_is_followed() -> None:
    app = Rolling()
    finished = crawl(app, FORM)
    assert "/item" in reached(finished)
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]


def test_the_session_goes_to_no_other_host_and_not_across_a_redirect() -> None:
    seen: list[HttpRequest] = []

    class Leading(App):
        def inside(self, request: HttpRequest) -> HttpResponse:
            if request.url.path == "/away":
                return moved("http://10.0.0.1:8080/steal")
            return page(
                '<a href="/away">x</a><a href="http://10.0.0.1:8080/steal">y</a><a href="/quit">Log out</a>'
            )

    app = Leading()

    class Two(SimulatedNetwork):
        async def send(self, request: HttpRequest, **_: Any) -> HttpResponse:
            seen.append(request)
            return app(request) if request.url.port == 80 else page("theirs")

    crawl(app, FORM, network=Two())
    assert {r.url.port for r in seen} == {80}


def test_secrets_that_a_page_sends_back_do_not_stay_in_evidence() -> None:
    def app(request: HttpRequest) -> HttpResponse:
        if request.header("authorization") != f"Bearer {TOKEN}":
            return page("no", status=401)
        word = request.url.query.partition("=")[2]
        return page(f'<a href="/e?q=1">x</a> {request.header("authorization")} {word}')

    finished = crawl(app, {"type": "bearer", "token": TOKEN})
    assert finished.hits
    assert TOKEN not in repr(finished.results)


def test_a_check_of_the_whole_origin_goes_with_the_session_too() -> None:
    from support.fake_checks import ONE_PER_SCOPE

    app = App()
    scan_logged_in(app, FORM, tuple(c for c in ONE_PER_SCOPE if c.meta.scope is Scope.ORIGIN))
    assert app.logins == 1
