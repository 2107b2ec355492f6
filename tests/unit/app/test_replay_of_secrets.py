"""Findings whose requests hold secrets: these are stored masked, and come back from the login, or their lack is said."""

import asyncio
import json
from pathlib import Path

import pytest

from cyberai.app.replay import replay
from cyberai.app.requests import AuthRequest, CheckSelectionRequest, OptionsRequest, ScanRequest
from cyberai.app.run_shard import claim, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.vulnerabilities import list_vulnerabilities
from cyberai.app.work import beat
from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.finding import HttpEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.engine.login.restore import Secrets, holds_mask, restored
from cyberai.ports.repositories import VulnerabilityFilter
from support.deployment import deployment
from support.miniature_site import html, links, query
from support.simulated_network import website
from unit.app.test_pause import OneSite

KEY, CREW = "mooring-7-of-the-quay", "crew-cookie-of-ann"
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="passphrase"\r\n\r\n***\r\n--b--\r\n'


def site(request: HttpRequest) -> HttpResponse:
    """The key in the address opens the search, which shows the word as it is and the key below it."""
    if request.header("x-key") != KEY:
        return html("<h1>No key</h1>", 403)
    if request.url.path == "/":
        return html(links(f"/search?q=rope&key={KEY}") + f"<i>{KEY}</i>")
    asked = query(request)
    if request.url.path != "/search" or asked.get("key") != KEY:
        return html("<h1>Not found</h1>", 404)
    return html(f"<p>{asked.get('q', '')} {KEY}</p>")


def test_what_stood_in_the_address_comes_from_the_login_given(tmp_path: Path) -> None:
    async def run() -> None:
        async with deployment(tmp_path, network=OneSite(website(site, 9))) as app:
            await beat(app, "w1")
            options = OptionsRequest(checks=CheckSelectionRequest(include=["web.reflected-xss"]))
            auth = AuthRequest(type="headers", headers={"X-Key": KEY})
            asked = ScanRequest(target="http://127.0.0.1:9/", options=options, auth=auth)
            await create_scan(app, WS, asked)
            lease = await claim(app, "w1")
            assert lease is not None
            await run_shard(app, lease)
            (row,) = (await list_vulnerabilities(app, WS, VulnerabilityFilter(), limit=9, cursor=None)).data
            assert KEY not in repr(row)
            # The scan's own login is kept; then another one is given, then one that leaves a choice.
            for given in (None, auth):
                done = await replay(app, WS, row.id, given)
                assert (done.result, KEY in repr(done)) == ("present", False), done
            two = AuthRequest(type="headers", headers={"X-Key": KEY, "X-Other": "another-secret"})
            done = await replay(app, WS, row.id, two)
            assert done.result == "inconclusive"
            assert "parameter 'key'" in done.why
            assert "--cookie NAME=VALUE" in done.why
            named = AuthRequest(type="headers", headers=two.headers, cookies={"key": KEY})
            assert (await replay(app, WS, row.id, named)).result == "present"
            with pytest.raises(InvalidRequest):
                await replay(app, WS, row.id, AuthRequest(type="headers"))

    asyncio.run(run())


def evidence(target: str, body: bytes = b"", kind: str = "") -> HttpEvidence:
    headers = (("Content-Type", kind),) if kind else ()
    request = HttpRequest("POST", Url.parse(f"http://a.test{target}"), headers, body)
    return HttpEvidence(Exchange(request, HttpResponse(200)))


SECRETS = Secrets(
    Auth(
        type=AuthType.FORM, username="ann", password="tulip & rose", fields=(("realm.pin", "4711-4711"),), token="t-1",
    ),
    (("SID", CREW),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "body", "kind", "whole"),
    [
        ("/x?a=1&sid=***&b=%27", b"", "", f"/x?a=1&sid={CREW}&b=%27"),
        ("/x;sid=***/y?a=1", b"", "", f"/x;sid={CREW}/y?a=1"),
        ("/in", b"user=ann&passphrase=***'&go=1", "application/x-www-form-urlencoded",
         b"user=ann&passphrase=tulip%20%26%20rose'&go=1"),
        ("/in", b'{"a":{"pin":"***"},"n":1.50}', "application/json", {"a": {"pin": "4711-4711"}, "n": 1.5}),
        ("/in", MULTIPART, "multipart/form-data; boundary=b", MULTIPART.replace(b"***", b"tulip & rose")),
        ("/in?api_token=***", b"", "", "/in?api_token=t-1"),
        ("/in?plain=1", b"", "", "/in?plain=1"),
    ],
)  # fmt: skip
def test_each_place_gets_its_own_secret_back(
    target: str, body: bytes, kind: str, whole: str | bytes | dict[str, object]
) -> None:
    masked = evidence(target, body, kind)
    assert holds_mask(masked) == ("***" in target or b"***" in body)
    filled, missing = restored(masked, SECRETS)
    assert (missing, holds_mask(filled)) == ((), False)
    assert isinstance(filled, HttpEvidence)
    request = filled.exchange.request
    sent = request.url.target if isinstance(whole, str) else request.body
    assert (json.loads(sent) if isinstance(whole, dict) else sent) == whole


def test_what_nobody_knows_is_named() -> None:
    _, missing = restored(evidence("/x/***?weather=***", b'{"mood":"***"}', "application/json"), SECRETS)
    assert missing == ("a part of the path", "the parameter 'weather'", "the member 'mood'")
