"""Hostile bytes as what a server answers to a login: a challenge, a page with a form, a JSON object with a token."""

from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.login.digest import challenge_of
from cyberai.engine.login.form_login import said_by
from cyberai.engine.login.jar import Jar
from cyberai.engine.login.login_form import filled_in, login_form, ways_to_it
from cyberai.engine.login.signs import watch_of
from cyberai.engine.login.token import token_of

_REQUEST = HttpRequest("GET", Url("http", "10.0.0.1", 80))
_AUTH = Auth(type=AuthType.FORM, username="ann", password="tulip")


def fuzz_one(data: bytes) -> None:
    """Nothing raises; what is taken over can be sent again."""
    text = data.decode("latin-1")
    headers = (
        ("Content-Type", "text/html"),
        ("WWW-Authenticate", text),
        ("Set-Cookie", text),
        ("Location", text),
    )
    response = HttpResponse(401, headers, data)
    challenge_of(response)
    token = token_of(response, text[:50])
    assert all("!" <= c <= "~" for c in token)
    exchange = Exchange(_REQUEST, response)
    found = login_form(exchange, first_step=True)
    if found is not None:
        filled_in(found, _AUTH)
    for _ in ways_to_it(exchange):
        pass
    said_by(response)
    watch_of(_REQUEST, (response, response), (HttpResponse(200), HttpResponse(200)))
    jar = Jar(())
    jar.learn(_REQUEST, response)
    jar.offer(_REQUEST, response)
    jar.dropped(response)
    sent = jar.dressed(_REQUEST).header("cookie") or ""
    assert all(" " <= c <= "~" for c in sent)
