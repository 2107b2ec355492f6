"""The site as a whole: ground truth, reachability from the start page, soft details, refusals."""

import json
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.checkkit import Scope
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.changes import NoSuchPage
from cyberai.lab.http import LabRequest
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.site import Site

from .client import HOST, get, post, send
from .crawler import Found, crawl

DEMO_CHECKS = {"web.reflected-xss", "web.sql-injection", "web.command-injection", "web.path-traversal", "web.open-redirect",
              "web.ssti", "web.cors-origin", "web.exposed-files", "passive.security-headers", "passive.cookie-flags"}  # fmt: skip


WEB = (Scope.INSERTION, Scope.STORED, Scope.PAGE, Scope.CONTENT, Scope.ORIGIN)


def test_the_full_site_carries_many_flaws_of_every_web_check() -> None:
    counted = Counter(flaw.check for flaw in Site().flaws)
    assert set(counted) == {check.meta.id for check in all_checks() if check.meta.scope in WEB}
    assert sum(counted.values()) >= 100
    assert all(counted[check] >= 2 for check in counted)


def test_each_flaw_is_a_vulnerability_of_its_own() -> None:
    places = Counter((flaw.check, flaw.path, flaw.parameter, flaw.variant) for flaw in Site().flaws)
    assert set(places.values()) == {1}
    variants = Counter((flaw.check, flaw.variant) for flaw in Site().flaws)
    assert set(variants.values()) == {1}
    paths = Counter(page.path for page in discovery.pages())
    assert set(paths.values()) == {1}


def test_the_fixed_twin_declares_no_flaw() -> None:
    assert Site(fixed=True).flaws == ()


def test_the_demo_set_is_small_and_has_every_web_check() -> None:
    demo = Site(demo=True)
    assert {flaw.check for flaw in demo.flaws} == DEMO_CHECKS
    assert all(flaw.demo for flaw in demo.flaws)
    assert 12 <= len(demo.flaws) <= 25
    assert len(demo.pages) <= 25
    assert set(demo.flaws) == {flaw for flaw in Site().flaws if flaw.demo}


SCRIPTED = "/balance"
"""A page whose script puts the beginning of each address before its rest: nothing links what stands below it."""


def asked_by_script(flaw: Flaw, found: Found) -> bool:
    """Whether the script of that page asks for the place."""
    code = get(Site(), SCRIPTED).text
    rest = flaw.path.removeprefix(f"{SCRIPTED}/data")
    return (
        SCRIPTED in found.targets and rest != flaw.path and f'ask("{rest}' in code and flaw.parameter in code
    )


def reachable(flaw: Flaw, found: Found) -> bool:
    """Whether the crawl came to the place where the flaw's value is given."""
    queries = [urlsplit(target) for target in found.targets]
    here = [parts for parts in queries if parts.path == flaw.path]
    match flaw.insertion:
        case Insertion.QUERY:
            name = flaw.parameter.removesuffix("[]")  # a list of what is usually a text
            named = any(name in dict(parse_qsl(parts.query, keep_blank_values=True)) for parts in here)
            return named or name in found.fields.get(("GET", flaw.path), set())
        case Insertion.FORM:
            return flaw.parameter in found.fields.get(("POST", flaw.path), set())
        case Insertion.JSON:
            posted = flaw.parameter in found.fields.get(("POST", flaw.path), set())
            return posted and found.encodings[flaw.path] == "application/json"
        case Insertion.COOKIE:
            return flaw.parameter in found.cookies.get(flaw.path, set())
        case Insertion.PATH:
            return any(parts.path.startswith(flaw.path) and parts.path != flaw.path for parts in queries)
        case Insertion.RAW_QUERY | Insertion.NAME:
            return any(parts.query for parts in here)
        case Insertion.HEADER:
            return bool(here)
    if flaw.check in ("web.debug-pages", "passive.source-maps"):
        return True  # nothing links such a file: a scanner knows its name, or a script names it
    if flaw.path.endswith("/") and any(parts.path.startswith(flaw.path) for parts in queries):
        return True  # a folder: a scanner comes to it by its files
    folder = flaw.path.rpartition("/.")[0] + "/" if "/." in flaw.path else flaw.path.rpartition("/")[0] + "/"
    return bool(here) or any(parts.path == folder for parts in queries)


@pytest.mark.parametrize("demo", [False, True])
def test_every_flaw_is_reachable_from_the_start_page(demo: bool) -> None:
    site = Site(demo=demo)
    found = crawl(site)
    unreached = [flaw for flaw in site.flaws if not reachable(flaw, found)]
    assert [flaw for flaw in unreached if not asked_by_script(flaw, found)] == []


def test_both_twins_show_the_same_links_and_forms() -> None:
    vulnerable, fixed = crawl(Site()), crawl(Site(fixed=True))
    # Where a form without TLS is the flaw, the twins differ by the scheme of its target.
    one, other = (
        {
            (method, action.replace("https:", "http:")): names
            for (method, action), names in found.fields.items()
        }
        for found in (vulnerable, fixed)
    )
    assert one == other
    assert set(vulnerable.targets) == set(fixed.targets)


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("demo", [False, True])
def test_no_link_is_dead(fixed: bool, demo: bool) -> None:
    statuses = crawl(Site(fixed=fixed, demo=demo)).targets
    broken = {t: status for t, status in statuses.items() if status not in (200, 301, 302)}
    broken.pop("/favicon.ico", None)  # a picture of which only its caption matters
    # What these pages show, or do not, is how they fail.
    assert {target: status for target, status in broken.items() if not target.startswith("/machines/")} == {}


def test_every_form_answers_its_own_defaults() -> None:
    for fixed in (False, True):
        site = Site(fixed=fixed)
        for page in site.pages:
            for flaw in page.flaws:
                if flaw.insertion in (Insertion.FORM, Insertion.JSON):
                    assert send(site, flaw, "x").status < 500


def test_pages_do_not_give_their_flaw_away() -> None:
    site = Site()
    summaries = {flaw.summary for flaw in site.flaws}
    for target in crawl(site).targets:
        text = get(site, target).text
        shown = {summary for summary in summaries if summary in text}
        assert (shown == set()) is (target != "/about-this-lab"), target
    assert not any(summary in get(Site(fixed=True), "/about-this-lab").text for summary in summaries)


def test_soft_details_change_between_equal_requests() -> None:
    site = Site()
    assert get(site, "/").body != get(site, "/").body
    assert get(site, "/basket").body != get(site, "/basket").body


def test_two_sites_answer_alike() -> None:
    targets = sorted(crawl(Site()).targets)
    one, other = Site(), Site()
    assert [get(one, target) for target in targets] == [get(other, target) for target in targets]


def test_unknown_paths_are_not_found() -> None:
    site = Site()
    for path in (
        "/nothing",
        "/search/",
        "/catalogue/nothing",
        "/api/nothing",
        "/.git",
        "/.gitignore",
        "/%2e%2e/etc/passwd",
    ):
        assert get(site, path).status == 404, path


def test_methods() -> None:
    site = Site()
    whole, head = get(site, "/contact"), get(site, "/contact", method="HEAD")
    assert head.body == b""
    assert head.header("Content-Length") == str(len(whole.body))
    refused = get(site, "/", method="DELETE")
    assert refused.status == 405
    assert refused.header("Allow") == "GET, HEAD, POST, OPTIONS"
    assert get(site, "/search", method="OPTIONS").status == 204


def test_bodies_of_each_form_type_are_read() -> None:
    site = Site()
    boundary = b'--cut\r\nContent-Disposition: form-data; name="message"\r\n\r\n<i>ahoy</i>\r\n--cut--\r\n'
    assert "<i>ahoy</i>" in post(site, "/contact/preview", boundary, "multipart/form-data; boundary=cut").text
    assert (
        "<i>ahoy</i>"
        in post(
            site, "/contact/preview", b"message=%3Ci%3Eahoy%3C/i%3E", "application/x-www-form-urlencoded"
        ).text
    )
    assert (
        "<i>" in post(site, "/api/wishlist", json.dumps({"label": "<i>"}).encode(), "application/json").text
    )
    assert post(site, "/api/wishlist", b"{", "application/json").status == 415
    assert post(site, "/api/wishlist", b"label=x", "application/x-www-form-urlencoded").status == 415


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_value_makes_a_page_fail(data: st.DataObject) -> None:
    """Any text at any flaw of either twin gets an answer; statuses above 500 do not exist here."""
    fixed = data.draw(st.booleans())
    site = Site(fixed=fixed)
    flaw = data.draw(st.sampled_from([flaw for flaw in Site().flaws if flaw.insertion is not Insertion.NONE]))
    value = data.draw(st.text(max_size=60) | st.text("'\"`$(){}<>%#;|&\\/.*-+=,:@!?[]~^ \n\t0a", max_size=60))
    assert send(site, flaw, value.encode("utf-8", "replace").decode()).status <= 500


@settings(max_examples=200, deadline=None)
@given(target=st.text(st.characters(max_codepoint=255), max_size=80), body=st.binary(max_size=80),
       kind=st.sampled_from(["", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]))  # fmt: skip
def test_no_request_makes_the_site_fail(target: str, body: bytes, kind: str) -> None:
    site = Site()
    for method in ("GET", "POST", "PUT"):
        request = LabRequest(
            method, "/" + target, (("Host", HOST), ("Content-Type", kind), ("Cookie", target)), body
        )
        assert site.respond(request).status < 500


def test_single_pages_are_mended_and_moved() -> None:
    site = Site(mended=("/go",), moved={"/product": "/item"})
    places = {(flaw.check, flaw.path) for flaw in site.flaws}
    assert ("web.open-redirect", "/go") not in places
    assert ("web.sql-injection", "/product") not in places
    assert ("web.sql-injection", "/item") in places
    assert len(site.pages) == len(Site().pages)
    for mended, moved in ((("/nowhere",), {}), ((), {"/product": "item"}), ((), {"/product": "/go"})):
        with pytest.raises(NoSuchPage, match="/"):
            Site(mended=mended, moved=moved)
