"""What the scan stores on a site is found again in one pass, tested where it is shown, and told to the operator."""

import asyncio
from collections.abc import AsyncIterator

from cyberai.checkkit import Hit, HttpResponse, Probe, Scope, StoredAsset
from cyberai.domain.change import MAX_CHANGES, Change, Changes, merged
from cyberai.domain.http import HttpRequest
from cyberai.domain.scan import Mode, ScanPolicies
from cyberai.engine.cookies import request_cookies
from support.fake_checks import fake
from support.miniature_site import Handler, form, html, links, query, site
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import website

ENTRY = "http://10.0.0.1/"
FORM = (
    "<form method=post action=/write><input name=text><input name=count type=number>"
    "<input name=secret type=password><input type=hidden name=action value=save></form>"
)


class Site:
    """A form at /write, a list at /read; what `kept` holds was submitted."""

    def __init__(self, **pages: Handler | str) -> None:
        self.kept: list[str] = []
        self.respond = site(
            {
                "/": links("/read", "/write", "/about"),
                "/about": "<p>About us</p>",
                "/write": self.write,
                "/read": self.read,
                **{f"/{path}": page for path, page in pages.items()},
            }
        )

    def write(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or form(request).get("action") != "save":
            return html(FORM)
        self.kept.append(form(request)["text"])
        return HttpResponse(303, (("Location", "/read"),))

    def read(self, request: HttpRequest) -> HttpResponse:
        return html("".join(f"<p>{text}</p>" for text in self.kept))


async def _stores(place: StoredAsset, probe: Probe) -> AsyncIterator[Hit]:
    word = probe.token()
    _, shown = await probe.store(place, word)
    assert word.encode() in shown.response.body, "the place does not show what was stored"
    return
    yield


STORES = fake(_stores, Scope.STORED, id="test.stores")


def finished(answers: Site, policies: ScanPolicies | None = None) -> Finished:
    return asyncio.run(scan(spec_of(ENTRY, policies=policies), website(answers.respond), (STORES,)))


def places(of: Finished) -> set[tuple[str, str]]:
    """(kind:name, the page that shows it) of every place that was tested; raise where a test failed."""
    assert not of.errors
    tested = [o for o in of.outcomes if o.check_id == "test.stores" and o.asset.startswith("stored:")]
    return {(o.asset.rpartition("#")[2].partition("~")[0], o.asset.rpartition("@")[2]) for o in tested}


def changes(of: Finished) -> dict[str, Change]:
    found = Changes()
    for result in of.results:
        found = merged(found, result.changes)
    return {change.place: change for change in found.places}


def test_a_submitted_value_is_found_on_the_page_that_shows_it() -> None:
    answers = Site()
    assert places(finished(answers)) == {("form:text", "/read")}


def test_every_word_is_another_one() -> None:
    answers = Site()
    finished(answers)
    words = [text for text in answers.kept if text != "cyberai"]
    assert len(words) >= 2
    assert len(set(words)) == len(words)


def test_what_only_the_answer_shows_is_no_stored_value() -> None:
    answers = Site(
        search=lambda r: html(f"<form><input name=q></form><p>{query(r).get('q', '')}</p>"),
        read=lambda r: "<p>nothing</p>",
        about="<a href='/search?q=rope'>rope</a>",
    )
    assert places(finished(answers)) == set()


def test_what_our_own_cookie_carries_is_no_stored_value() -> None:
    def write(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return html(FORM)
        return HttpResponse(303, (("Location", "/read"), ("Set-Cookie", f"name={form(request)['text']}")))

    def read(request: HttpRequest) -> str:
        return f"<p>Hello {dict(request_cookies(request)).get('name', '')}</p>"

    assert places(finished(Site(write=write, read=read))) == set()


def test_what_is_kept_in_a_session_is_looked_for_in_that_session() -> None:
    held: dict[str, str] = {}

    def write(request: HttpRequest) -> HttpResponse:
        mine = dict(request_cookies(request)).get("sid") or f"s{len(held)}"
        held.setdefault(mine, "")
        if request.method != "POST":
            return html(FORM, headers=(("Set-Cookie", f"sid={mine}"),))
        held[mine] = form(request)["text"]
        return HttpResponse(303, (("Location", "/write"), ("Set-Cookie", f"sid={mine}")))

    def read(request: HttpRequest) -> str:
        return f"<p>Hello {held.get(dict(request_cookies(request)).get('sid', ''), '')}</p>"

    assert places(finished(Site(write=write, read=read))) == {("form:text", "/read")}


def test_a_page_of_its_own_behind_the_submission_is_followed_each_time() -> None:
    answers = Site(read="<p>nothing</p>")

    def write(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return html(FORM)
        answers.kept.append(form(request)["text"])
        return HttpResponse(303, (("Location", f"/entry/x{len(answers.kept)}y"),))

    def entry(request: HttpRequest) -> HttpResponse:
        number = request.url.path.rpartition("/")[2].strip("xy")
        known = number.isdigit() and 0 < int(number) <= len(answers.kept)
        return html(
            f"<p>{answers.kept[int(number) - 1]}</p>" if known else "<p>none</p>", 200 if known else 404
        )

    answers.respond = site({"/": links("/write"), "/write": write, "/entry/*": entry})
    assert ("form:text", "") in places(finished(answers))


def test_the_browsers_name_in_a_log_is_found() -> None:
    agents: list[str] = []

    def door(request: HttpRequest) -> str:
        agents.append(request.header("user-agent") or "")
        return "<p>knock</p>"

    answers = Site(door=door, log=lambda r: "".join(f"<p>{agent}</p>" for agent in agents))
    answers.respond = site(
        {"/": links("/door?knock=twice", "/log"), "/door": door, "/log": lambda r: "".join(agents)}
    )
    assert ("header:User-Agent", "/log") in places(finished(answers))


def test_a_site_that_takes_nothing_costs_nothing() -> None:
    pages = site({"/": links("/read", "/about"), "/read": "<p>read</p>", "/about": "<p>about</p>"})
    without = asyncio.run(scan(spec_of(ENTRY), website(pages), ()))
    with_check = asyncio.run(scan(spec_of(ENTRY), website(pages), (STORES,)))
    assert len(with_check.network.log) == len(without.network.log)


def test_log_ins_are_not_planted() -> None:
    log_in = "<form method=post action=/login><input name=user><input name=password type=password></form>"
    answers = Site(login=log_in, about="<a href=/login>in</a>")
    of = finished(answers)
    posts = [r for r in of.network.log if r.method == "POST" and r.url.path == "/login"]
    assert len(posts) == 1  # the crawler's own


def test_safe_mode_plants_by_nothing_that_writes() -> None:
    of = finished(Site(), ScanPolicies(mode=Mode.SAFE))
    assert {request.method for request in of.network.log} == {"GET"}
    assert changes(of) == {}


def test_what_was_changed_is_told_with_all_requests() -> None:
    answers = Site()
    of = finished(answers)
    (change,) = changes(of).values()
    assert (change.method, change.url) == ("POST", "http://10.0.0.1/write")
    assert change.shown_at == ("http://10.0.0.1/read",)
    assert change.requests == len([r for r in of.network.log if r.method == "POST"])


def test_what_was_answered_as_created_is_told() -> None:
    def write(request: HttpRequest) -> HttpResponse:
        return html("<p>made</p>", 201) if request.method == "POST" else html(FORM)

    told = changes(finished(Site(write=write, read="<p>nothing</p>")))
    assert [(c.place, c.created, c.shown_at) for c in told.values()] == [
        ("POST http://10.0.0.1/write", True, ())
    ]


def test_a_form_of_which_nothing_is_seen_again_is_no_change() -> None:
    assert changes(finished(Site(read="<p>nothing</p>"))) == {}


def test_changes_of_one_place_add_up_and_places_are_bounded() -> None:
    one = Change(method="POST", url="http://a/", requests=2, shown_at=("http://a/1",))
    two = Change(
        method="POST", url="http://a/", requests=3, created=True, shown_at=("http://a/1", "http://a/2")
    )
    assert merged(merged(Changes(), [one]), [two]).places == (
        Change(
            method="POST", url="http://a/", requests=5, created=True, shown_at=("http://a/1", "http://a/2")
        ),
    )
    many = merged(Changes(), [Change(method="POST", url=f"http://a/{n}") for n in range(MAX_CHANGES + 7)])
    assert (len(many.places), many.omitted) == (MAX_CHANGES, 7)
