"""The web page with a session of another workspace: the same rules, for every page of its table.

A page without a row in FORMS or PARAMETERS fails: say what its form sends, or which parameters its list takes.
"""

from typing import Any
from urllib.parse import quote

import pytest
from asgi_driver import Answer
from web_visitor import Page, Visitor, visitor
from world import DOMAIN, MARK, OWNER, STRANGER, World, unseen

from cyberai.web.routes import pages
from cyberai.web.sign_in import Door

TABLE = pages(Door(None, None))  # type: ignore[arg-type]  # only the table is looked at
WITH_ID = [page for page in TABLE if "{id}" in page.path]
KINDS = ("scan", "vuln", "report", "key", "evt", "ticket", "cursor", "seq")
FORMS: dict[str, dict[str, str]] = {
    "/sign-in": {},
    "/sign-out": {},
    "/scans/new": {"target": "own.example"},
    "/scans/{id}/pause": {},
    "/scans/{id}/resume": {},
    "/scans/{id}/cancel": {},
    "/vulnerabilities/{id}": {"status": "in_progress"},
    "/reports": {"scan_id": "{scan}", "format": "csv"},
}
"""Page -> what its form sends; `{scan}` stands for a scan."""
PARAMETERS: dict[str, dict[str, str]] = {
    "/": {},
    "/sign-in": {},
    "/docs": {},
    "/scans": {"target": DOMAIN, "cursor": "{cursor}"},
    "/scans/new": {},
    "/scans/{id}": {},
    "/certificates": {"cursor": "{cursor}"},
    "/vulnerabilities": {"scan_id": "{scan}", "q": MARK, "cursor": "{cursor}"},
    "/vulnerabilities/{id}": {},
    "/reports": {"scan_id": "{scan}", "cursor": "{cursor}"},
    "/reports/{id}/download": {},
}
"""Page -> its parameters that name something, with a value of the owner's."""
KIND_OF = {"scans": "scan", "vulnerabilities": "vuln", "reports": "report"}


def name(page: Any) -> str:
    return f"{page.method} {page.path}"


@pytest.fixture(scope="module")
def stranger(shared_world: World) -> Visitor:
    return visitor(shared_world.site, shared_world.keys[STRANGER])


@pytest.fixture(scope="module")
def owner(shared_world: World) -> Visitor:
    return visitor(shared_world.site, shared_world.keys[OWNER])


def seen(answer: Answer, sent: str) -> tuple[int, str]:
    """Status and page, but for the request id and what was sent."""
    text = answer.body.decode().replace(answer.headers.get("x-request-id", "\0"), "REQUEST")
    if len(sent) > 4:  # a short number stands in every page
        text = text.replace(quote(sent, safe=""), "SENT").replace(sent, "SENT")
    return answer.status, text


def ask(someone: Visitor, page: Any, path: str, scan: str = "") -> Answer:
    if page.method == "GET":
        return someone.get(path)
    fields = {field: value.replace("{scan}", scan) for field, value in FORMS[page.path].items()}
    return someone.send(path, fields)


def assert_silent(world: World, answer: Answer, sent: str) -> None:
    text = (
        (answer.body.decode() + repr(answer.raw_headers)).replace(quote(sent, safe=""), "").replace(sent, "")
    )
    for secret in world.secrets():
        assert secret not in text, (secret, text)


def test_every_page_has_its_row() -> None:
    assert {page.path for page in TABLE if page.method == "POST"} == set(FORMS)
    assert {page.path for page in TABLE if page.method == "GET"} == set(PARAMETERS)
    assert {page.path.split("/")[1] for page in WITH_ID} == set(KIND_OF)


@pytest.mark.parametrize("page", [p for p in WITH_ID if p.method == "GET"], ids=name)
def test_the_owner_sees_it(world: World, owner: Visitor, page: Any) -> None:
    id = world.ids[KIND_OF[page.path.split("/")[1]]]
    answer = owner.get(page.path.replace("{id}", id))
    assert answer.status == 200
    assert MARK in answer.body.decode()


@pytest.mark.parametrize("page", WITH_ID, ids=name)
def test_ids_in_the_path(world: World, stranger: Visitor, page: Any) -> None:
    before = world.digest()
    for kind in KINDS:
        sent, never = world.ids[kind], unseen(world.ids[kind])
        answer = ask(stranger, page, page.path.replace("{id}", quote(sent, safe="")))
        assert answer.status == 404, kind
        other = ask(stranger, page, page.path.replace("{id}", quote(never, safe="")))
        assert seen(answer, sent) == seen(other, never), kind
        assert_silent(world, answer, sent)
    assert world.digest() == before


@pytest.mark.parametrize("page", [p for p in TABLE if p.method == "GET" and "{" not in p.path], ids=name)
def test_lists_and_their_parameters(world: World, stranger: Visitor, page: Any) -> None:
    before = world.digest()
    assert_silent(world, stranger.get(page.path), "")
    for parameter, text in PARAMETERS[page.path].items():
        cursors = list(world.cursors.values()) if text == "{cursor}" else [""]
        for cursor in cursors:
            sent = text.replace("{scan}", world.ids["scan"]).replace("{cursor}", cursor)
            answer = stranger.get(f"{page.path}?{parameter}={quote(sent)}")
            other = stranger.get(f"{page.path}?{parameter}={quote(unseen(sent))}")
            assert seen(answer, sent) == seen(other, unseen(sent)), parameter
            assert_silent(world, answer, sent)
    assert world.digest() == before


def test_ids_in_a_form(world: World, stranger: Visitor) -> None:
    before = world.digest()
    for kind in KINDS:
        sent, never = world.ids[kind], unseen(world.ids[kind])
        answer = stranger.send("/reports", {**FORMS["/reports"], "scan_id": sent})
        other = stranger.send("/reports", {**FORMS["/reports"], "scan_id": never})
        assert answer.status == 400
        assert seen(answer, sent) == seen(other, never), kind
        assert_silent(world, answer, sent)
    assert world.digest() == before


@pytest.mark.parametrize("page", [p for p in TABLE if p.method == "POST" and not p.public], ids=name)
def test_the_token_of_another_session_sends_no_form(
    world: World, stranger: Visitor, owner: Visitor, page: Any
) -> None:
    """The stranger's token in the owner's session, as a page that lures the owner would send it, and the reverse."""
    id = world.ids.get(KIND_OF[page.path.split("/")[1]], "")
    path = page.path.replace("{id}", id)
    tokens = {someone: someone.token() for someone in (owner, stranger)}
    assert all(tokens.values())
    before = world.digest(owner_acts=True)
    for session, other in ((owner, stranger), (stranger, owner)):
        assert session.send(path, {**FORMS[page.path], "_token": tokens[other]}).status == 403
    assert world.digest(owner_acts=True) == before


def test_a_session_that_was_never_given_out(world: World, owner: Visitor) -> None:
    before = world.digest()
    name, _, value = owner.cookie.partition("=")
    for wrong in (
        unseen(value),
        value[:-1],
        value + "A",
        world.ids["ticket"],
        world.keys[OWNER],
        "",
        "A" * 4096,
    ):
        someone = Visitor(world.site)
        someone.cookie = f"{name}={wrong}"
        for path in ("/scans", f"/scans/{world.ids['scan']}"):
            answer = someone.get(path)
            assert answer.status == 303, wrong
            assert answer.headers["location"].startswith("/sign-in")
            assert_silent(world, answer, world.ids["scan"])
    assert world.digest() == before
    assert Page(owner.get("/scans").body).text.count(DOMAIN)
