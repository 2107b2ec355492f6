"""Every page of the web page: what it shows, whom it serves, and what no page ever holds."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from envelopes import assert_envelope
from records import finish_scan, store_vulnerability
from site_under_test import Site
from web_visitor import Page, Visitor, open_site, visitor

from cyberai.app.report_making import work_on_report
from cyberai.app.reports import list_reports
from cyberai.domain.api_key import ALL_SCOPES, ApiScope
from cyberai.domain.errors import StoreError
from cyberai.domain.severity import Severity
from cyberai.web import scans as scans_page
from cyberai.web.render import POLICY
from cyberai.web.routes import pages
from cyberai.web.sign_in import Door

TABLE = pages(Door(None, None))  # type: ignore[arg-type]  # only the table is looked at
SCOPED = [page for page in TABLE if page.scope is not None]
WITH_ID = [page for page in TABLE if "{id}" in page.path]
PARENTS = {"scans": "/scans", "vulnerabilities": "/vulnerabilities", "reports": "/reports"}


def name(page: Any) -> str:
    return f"{page.method} {page.path}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = open_site(tmp_path)
    yield site
    site.close()


class Filled:
    """A site with one of everything, and somebody signed in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.someone = visitor(site)
        self.ids = {"scans": site.post("/v1/scans", {"target": "example.com"}).json()["id"]}
        self.ids["vulnerabilities"] = store_vulnerability(site, self.ids["scans"])
        self.ids["reports"] = site.post(
            "/v1/reports", {"scan_id": self.ids["scans"], "format": "csv"}
        ).json()["id"]
        assert site.runner.run(work_on_report(site.app, "worker-1"))

    def path(self, page: Any) -> str:
        return str(page.path).replace("{id}", self.ids.get(page.path.split("/")[1], ""))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    site = open_site(tmp_path_factory.mktemp("filled"))
    yield Filled(site)
    site.close()


# What holds for every page of the table: a new one joins by itself.


@pytest.mark.parametrize("page", TABLE, ids=name)
def test_no_page_is_open_without_a_session_but_those_that_say_so(filled: Filled, page: Any) -> None:
    answer = (
        Visitor(filled.site).send(filled.path(page))
        if page.method == "POST"
        else Visitor(filled.site).get(filled.path(page))
    )
    if page.public:
        assert answer.status in (200, 303, 401)
    else:
        assert answer.status == 303
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("page", SCOPED, ids=name)
def test_a_key_without_the_scope_is_refused_and_told_which(filled: Filled, page: Any) -> None:
    others = [scope.value for scope in ALL_SCOPES if scope is not page.scope]
    someone = visitor(filled.site, filled.site.make_key(scopes=others))
    path = filled.path(page)
    answer = someone.send(path) if page.method == "POST" else someone.get(path)
    assert answer.status == 403
    assert page.scope.value in Page(answer.body).text


@pytest.mark.parametrize("page", WITH_ID, ids=name)
@pytest.mark.parametrize("kind", ["foreign", "unknown", "malformed"])
def test_foreign_unknown_and_malformed_ids_are_one_404(filled: Filled, page: Any, kind: str) -> None:
    if kind == "foreign":
        someone, path = visitor(filled.site, filled.site.make_key("other")), filled.path(page)
    else:
        wrong = "scan_01hmk50680001h3mtzxb9787eg" if kind == "unknown" else "%3Cb%3E'"
        someone, path = filled.someone, page.path.replace("{id}", wrong)
    fields = {"status": "fixed"}
    answer = someone.send(path, fields) if page.method == "POST" else someone.get(path)
    assert answer.status == 404
    assert "No such" in Page(answer.body).text
    assert "<b>" not in Page(answer.body).source


@pytest.mark.parametrize("page", [page for page in TABLE if page.method == "POST"], ids=name)
def test_every_form_is_refused_when_another_page_sent_it(filled: Filled, page: Any) -> None:
    answer = filled.someone.send(filled.path(page), origin="https://evil.example")
    assert answer.status == 403


@pytest.mark.parametrize("page", [page for page in TABLE if page.method == "GET"], ids=name)
def test_every_page_is_strict_and_whole(filled: Filled, page: Any) -> None:
    answer = filled.someone.get(filled.path(page))
    if page.path.endswith("/download"):
        assert "sandbox" in answer.headers["content-security-policy"]
        return
    assert answer.headers["content-security-policy"] == POLICY.decode()
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status == 303:
        return
    assert_strict(Page(answer.body))


def assert_strict(page: Page) -> None:
    assert page.open == [], "an element is left open"
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    for tag, attributes in page.elements:
        assert tag not in ("style", "iframe", "object", "embed", "base"), tag
        assert "style" not in attributes
        assert [attribute for attribute in attributes if attribute.startswith("on")] == []
        if tag == "script":
            assert attributes["src"].startswith("/static/page.js?v=")
        for attribute in ("src", "href", "action"):
            value = attributes.get(attribute, "/")
            assert value.startswith(("/", "#", "https://")), value
            assert not value.startswith("//")


def test_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    directives = dict(part.strip().split(" ", 1) for part in POLICY.decode().split(";"))
    assert directives.pop("default-src") == "'none'"
    assert directives.pop("require-trusted-types-for") == "'script'"
    assert set(directives.values()) == {"'self'", "'none'"}


# Edge rules.


def test_an_unknown_path_is_html_for_browsers_and_the_envelope_for_others(site: Site) -> None:
    for path in (
        "/nowhere",
        "/scans/x/y/z",
        "/static/x.css",
        "/scans/",
        "/%F0%9F%92%A9",
        "/.env",
        "/scans//cancel",
    ):
        answer = site.get(path, headers={"accept": "text/html"})
        assert answer.status == 404, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert_strict(Page(answer.body))
        for accept in ("*/*", "application/json", ""):
            assert_envelope(site.get(path, headers={"accept": accept}), "not_found")


@pytest.mark.parametrize("page", TABLE, ids=name)
def test_for_clients_of_the_api_there_are_no_pages(filled: Filled, page: Any) -> None:
    for accept in ("", "*/*", "application/json"):
        answer = filled.someone.request(page.method, filled.path(page), accept=accept)
        assert_envelope(answer, "not_found")


def test_unknown_paths_below_v1_stay_the_envelope(site: Site) -> None:
    assert_envelope(site.get("/v1/nowhere", headers=site.headers(accept="text/html")), "not_found")
    assert_envelope(site.get("/v1", headers={"accept": "text/html"}), "unauthorized")


def test_the_routes_of_the_api_are_untouched(site: Site) -> None:
    for path in ("/health", "/version", "/openapi.json"):
        assert site.get(path, headers={"accept": "text/html"}).headers["content-type"] == "application/json"


@pytest.mark.parametrize("page", TABLE, ids=name)
def test_methods(filled: Filled, page: Any) -> None:
    path = filled.path(page)
    methods = {other.method for other in TABLE if other.path == page.path}
    allow = [m for m in ("GET", "HEAD", "POST") if m in methods or (m == "HEAD" and "GET" in methods)]
    options = filled.someone.request("OPTIONS", path)
    assert options.status == 204
    assert options.headers["allow"] == ", ".join([*allow, "OPTIONS"])
    for method in ("PUT", "DELETE", "PATCH", *({"GET", "POST"} - methods)):
        refused = filled.someone.request(method, path)
        assert refused.status == 405
        assert refused.headers["allow"] == options.headers["allow"]
    if "GET" in methods:
        whole, head = filled.someone.get(path), filled.someone.request("HEAD", path)
        assert (head.status, head.body) == (whole.status, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("file", ["page.css", "page.js", "icon.svg"])
def test_static_files_have_etags_and_stay_in_the_cache_of_their_version(site: Site, file: str) -> None:
    source = Visitor(site).page("/sign-in").source
    address = re.search(rf'"(/static/{re.escape(file)}\?v=[0-9a-f]{{16}})"', source)
    assert address is not None
    answer = site.get(address[1])
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith(("text/css", "text/javascript", "image/svg+xml"))
    tag = answer.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        kept = site.get(address[1], headers={"if-none-match": sent})
        assert (kept.status, kept.body, kept.headers["etag"]) == (304, b"", tag)
    assert site.get(address[1], headers={"if-none-match": '"x"'}).status == 200
    for other in (f"/static/{file}", f"/static/{file}?v=0"):
        assert site.get(other).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=%FF", {}, 400),
        (b"x" * 1_048_577, {}, 413),
        (b"{}", {"content_type": "application/json"}, 415),
        (b"&".join(b"a=1" for _ in range(101)), {}, 400),
        (b"a=%00", {}, 400),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    sent = {
        "origin": "http://cyberai.example:8080",
        "content_type": "application/x-www-form-urlencoded",
        **headers,
    }
    answer = Visitor(site).request("POST", "/sign-in", body, **sent)
    assert answer.status == status
    assert_strict(Page(answer.body))


def test_a_store_that_fails_and_a_fault_of_ours_are_pages_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = visitor(site)
    assert someone.get("/scans").status == 200
    for error, status, word in (
        (StoreError("/secret/place"), 503, "The store cannot be used"),
        (RuntimeError("/secret/place"), 500, "Something went wrong on our side"),
    ):

        def fail(*_: Any, error: Exception = error) -> Any:
            raise error

        monkeypatch.setattr(scans_page, "scan_filter", fail)
        answer = someone.get("/scans")
        page = Page(answer.body)
        assert answer.status == status
        assert word in page.text
        assert answer.headers["x-request-id"] in page.text
        assert "secret" not in page.source
        assert "/scans" in page.hrefs(), "the way on is still there"


# Scans.


def test_an_empty_list_says_what_to_do_next(site: Site) -> None:
    page = visitor(site).page("/scans")
    assert "No scans yet" in page.text
    assert page.hrefs().count("/scans/new") == 2
    reader = visitor(site, site.make_key(scopes=["scans:read"])).page("/scans")
    assert "/scans/new" not in reader.hrefs()
    assert "Your key may read scans and not start them" in reader.text


def test_start_a_scan_with_every_setting(site: Site) -> None:
    someone = visitor(site)
    answer = someone.send(
        "/scans/new",
        {
            "target": " https://example.com/shop/ ",
            "scan_type": "web",
            "name": "Shop",
            "criticality": "high",
            "tags": "one\r\ntwo\r\n\r\n",
            "options.depth": "7",
            "options.concurrent": "4",
            "options.timeout": "600",
            "options.request_timeout": "5",
            "options.ports": "80,443",
            "options.checks.exclude": "web.ssti",
            "options.ignore_ssl": "on",
            "policies.mode": "safe",
            "policies.fail_on": "medium",
            "policies.max_requests_per_second": "9",
            "policies.exclude_paths": "/logout\n/admin/",
        },
    )
    assert answer.status == 303, answer.body
    scan = site.get("/v1" + answer.headers["location"]).json()
    assert scan["target"] == "https://example.com/shop/"
    assert (scan["scan_type"], scan["name"], scan["criticality"]) == ("web", "Shop", "high")
    assert scan["tags"] == ["one", "two"]
    options, policies = scan["effective_options"], scan["policies"]
    assert (options["depth"], options["concurrent"], options["timeout"]) == (7, 4, 600)
    assert (options["request_timeout"], options["ports"]) == (5, "80,443")
    assert (options["follow_redirects"], options["ignore_ssl"]) == (False, True)
    assert options["checks"]["exclude"] == ["web.ssti"]
    assert (policies["mode"], policies["fail_on"], policies["max_requests_per_second"]) == (
        "safe",
        "medium",
        9,
    )
    assert policies["exclude_paths"] == ["/logout", "/admin/"]
    again = someone.page(f"/scans/new?from={scan['id']}").form("/scans/new")
    assert again is not None
    assert again["options.depth"] == "7"
    assert again["target"] == "https://example.com/shop/"


def test_the_untouched_form_is_the_default_scan(site: Site) -> None:
    someone = visitor(site)
    page = someone.page("/scans/new")
    fields = {
        attributes["name"]: attributes.get("value", "")
        for tag, attributes in page.elements
        if tag == "input"
        and "name" in attributes
        and (attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes)
        and attributes["name"] != "_token"
    }
    location = someone.send("/scans/new", fields | {"target": "example.com"}).headers["location"]
    mine = site.get("/v1" + location).json()
    plain = site.post("/v1/scans", {"target": "example.com"}).json()
    for member in ("effective_options", "policies", "scan_type", "criticality", "tags", "name"):
        assert mine[member] == plain[member]


def test_what_the_api_says_is_wrong_stands_at_the_fields_and_nothing_is_lost(site: Site) -> None:
    someone = visitor(site)
    answer = someone.send(
        "/scans/new",
        {
            "target": "not a target",
            "options.depth": "77",
            "policies.mode": "reckless",
            "policies.exclude_paths": "logout",
            "name": 'kept "as" <entered>',
        },
    )
    page = Page(answer.body)
    assert answer.status == 400
    problems = {
        a["id"].removesuffix("-problem") for _, a in page.elements if a.get("id", "").endswith("-problem")
    }
    assert problems == {"target", "options.depth", "policies.mode", "policies.exclude_paths"}
    assert "is no target; give a domain, address, network, host:port or URL" in page.text
    assert "valid domain name" not in page.text
    assert "Must be a whole number from 1 to 10" in page.text
    fields = page.form("/scans/new")
    assert fields is not None
    assert fields["target"] == "not a target"
    assert fields["name"] == 'kept "as" <entered>'
    assert ("details", {"class": "more", "id": "more", "open": ""}) in page.elements
    for tag, attributes in page.elements:
        if tag in ("input", "select", "textarea") and attributes.get("id") in problems - {"policies.mode"}:
            assert attributes["aria-invalid"] == "true"
            assert f"{attributes['id']}-problem" in attributes["aria-describedby"].split()
    assert_strict(page)
    assert site.get("/v1/scans").json()["data"] == []


def test_a_login_of_the_form_starts_a_scan_and_shows_nowhere_again(site: Site) -> None:
    someone = visitor(site)
    login = {"auth.type": "basic", "auth.username": "ann", "auth.password": "tulip-canary"}
    wrong = someone.send(
        "/scans/new", {"target": "not a target", **login, "auth.cookies": "a b=tulip-canary"}
    )
    page = Page(wrong.body)
    assert wrong.status == 400
    assert "auth.cookies-problem" in page.source
    fields = page.form("/scans/new")
    assert fields is not None
    assert fields["auth.username"] == "ann"
    assert '<option value="basic" selected>' in page.source
    assert "tulip-canary" not in page.source
    assert someone.send("/scans/new", {"target": "http://example.com/", "auth.password": "x"}).status == 400
    answer = someone.send("/scans/new", {"target": "http://example.com/", **login})
    assert answer.status == 303
    location = answer.headers["location"]
    assert site.get("/v1" + location).json()["auth"] == {"type": "basic", "login_url": None}
    again = someone.page(f"/scans/new?from={location.rpartition('/')[2]}")
    assert "tulip-canary" not in again.source + someone.page(location).source


@pytest.mark.parametrize("number", ["x", "1.5", "-1", "１", "9" * 400])
def test_a_number_that_is_none(site: Site, number: str) -> None:
    answer = visitor(site).send("/scans/new", {"target": "example.com", "options.depth": number})
    assert answer.status == 400
    assert "Must be a whole number" in Page(answer.body).text


def test_a_forbidden_target_is_told_at_the_field(site: Site) -> None:
    answer = visitor(site).send("/scans/new", {"target": "10.0.0.1"})
    page = Page(answer.body)
    assert answer.status == 403
    assert "target-problem" in page.source


def test_an_unknown_check_is_told_somewhere(site: Site) -> None:
    answer = visitor(site).send(
        "/scans/new", {"target": "example.com", "options.checks.include": "web.nothing"}
    )
    assert answer.status == 400
    assert "No check matches" in Page(answer.body).text


def test_a_running_scan_shows_its_progress_and_can_be_stopped(filled: Filled) -> None:
    scan = filled.ids["scans"]
    page = filled.someone.page(f"/scans/{scan}")
    assert "Running" in page.text
    assert ("progress", {"max": "100", "value": "0", "aria-labelledby": "progress-head"}) in page.elements
    assert page.form(f"/scans/{scan}/cancel") is not None
    assert "Weak TLS 1" in page.text
    noscript = page.source.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'http-equiv="refresh"' in noscript
    reader = visitor(filled.site, filled.site.make_key(scopes=["scans:read"])).page(f"/scans/{scan}")
    assert [attributes["action"] for attributes, _ in reader.forms] == ["/sign-out"]
    assert "Weak TLS 1" not in reader.text, "a key that may not read findings sees none"


def test_a_target_that_was_scanned_again_is_shown_over_time(site: Site) -> None:
    def scanned(number: int) -> str:
        scan: str = site.post("/v1/scans", {"target": "shop.example"}).json()["id"]
        store_vulnerability(site, scan, number, target="shop.example")
        finish_scan(site, scan)
        site.clock.advance(3600)
        return scan

    first = scanned(1)
    someone = visitor(site)
    alone = someone.page(f"/scans/{first}")
    assert "Over time" not in alone.text
    assert "Target\u2019s risk now" in alone.text
    page = someone.page(f"/scans/{scanned(2)}")
    assert "Over time" in page.text
    assert "2 scans: " in page.text
    assert [name for name, _ in page.elements].count("figure") == 1
    # 1 - (1 - 0.35^2)^2
    assert "23.0" in page.text
    reader = visitor(site, site.make_key(scopes=["scans:read"])).page(f"/scans/{first}")
    assert "Over time" in reader.text
    assert "Target\u2019s risk now" not in reader.text, "it tells of vulnerabilities"


def test_pause_and_resume(site: Site) -> None:
    someone = visitor(site)
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for move, status, following in (("pause", "paused", "resume"), ("resume", "running", "pause")):
        assert someone.page(f"/scans/{scan}").form(f"/scans/{scan}/{move}") is not None
        assert someone.send(f"/scans/{scan}/{move}").headers["location"] == f"/scans/{scan}"
        assert site.get(f"/v1/scans/{scan}").json()["status"] == status
        assert someone.page(f"/scans/{scan}").form(f"/scans/{scan}/{following}") is not None
    finish_scan(site, scan)
    page = someone.page(f"/scans/{scan}")
    assert page.form(f"/scans/{scan}/pause") is page.form(f"/scans/{scan}/resume") is None
    assert someone.send(f"/scans/{scan}/resume").status == 409


def test_stopping_a_scan_that_has_ended_says_so(site: Site) -> None:
    someone = visitor(site)
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    finish_scan(site, scan)
    page = someone.page(f"/scans/{scan}")
    assert page.form(f"/scans/{scan}/cancel") is None
    assert "refresh" not in page.source
    assert f"/scans/new?from={scan}" in page.hrefs()
    answer = someone.send(f"/scans/{scan}/cancel")
    assert answer.status == 409
    assert "already completed" in Page(answer.body).text


def test_a_list_is_read_to_its_end_page_by_page(site: Site) -> None:
    someone = visitor(site)
    made = [site.post("/v1/scans", {"target": f"h{n}.example"}).json()["id"] for n in range(60)]
    seen: list[str] = []
    path = "/scans?scan_type=vulnerability"
    while path:
        page = someone.page(path)
        rows = [href for href in page.hrefs() if href.startswith("/scans/scan_")]
        assert 1 <= len(rows) <= 25
        seen += [href.removeprefix("/scans/") for href in rows]
        following = [href for href in page.hrefs() if "cursor=" in href]
        assert all("scan_type=vulnerability" in href for href in following)
        path = following[0] if following else ""
    assert seen == made[::-1]
    assert "/scans?scan_type=vulnerability" in page.hrefs(), "the last page leads back to the first"


def test_a_running_scan_counts_all_its_findings_not_those_shown(site: Site) -> None:
    someone = visitor(site)
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    for number in range(53):
        store_vulnerability(site, scan, number, severity=Severity.HIGH if number < 51 else Severity.LOW)
    page = someone.page(f"/scans/{scan}")
    assert "51 High" in page.text
    assert "2 Low" in page.text
    blind = visitor(site, site.make_key(scopes=["scans:read"])).page(f"/scans/{scan}")
    assert "51 High" not in blind.text


def test_filters_hold_and_say_when_nothing_matches(site: Site) -> None:
    someone = visitor(site)
    for target in ("a.example", "b.example"):
        site.post("/v1/scans", {"target": target})
    page = someone.page("/scans?target=a.example&status=&scan_type=")
    assert "a.example" in page.text
    assert "b.example" not in page.text
    assert "No scan matches" in someone.page("/scans?status=failed").text
    for query in ("status=nonsense", "cursor=nonsense", "target=%FF"):
        assert someone.get(f"/scans?{query}").status == 400
    assert someone.get("/scans?unknown=x").status == 200


# Vulnerabilities.


def test_judging_a_finding(filled: Filled) -> None:
    path = f"/vulnerabilities/{filled.ids['vulnerabilities']}"
    someone = filled.someone
    page = someone.page(path)
    assert "Weak TLS 1" in page.text
    assert "openssl s_client -tls1" in page.text
    assert "https://example.com/tls" in page.hrefs()
    refused = someone.send(path, {"status": "accepted_risk", "comment": "seen"})
    shown = Page(refused.body)
    assert refused.status == 400
    assert "reason-problem" in shown.source
    assert "seen" in shown.source, "what was entered is not lost"
    taken = someone.send(
        path,
        {"status": "accepted_risk", "reason": "Office only", "accept_until": "2024-02-01", "comment": "seen"},
    )
    assert taken.headers["location"] == f"{path}?saved=yes"
    row = filled.site.get("/v1" + path).json()
    assert (row["status"], row["status_reason"], row["notes"]) == ("accepted_risk", "Office only", "seen")
    assert row["accept_until"] == "2024-02-01T23:59:59Z"
    assert "Saved" in someone.page(taken.headers["location"]).text
    told = someone.page(path).text
    for words in (
        "Status: accepted risk",
        "Office only",
        "Comment: seen",
        "Accepted until: ",
        "API key key_",
    ):
        assert words in told
    illegal = someone.send(path, {"status": "false_positive"})
    assert illegal.status == 409
    assert "status-problem" in Page(illegal.body).source
    assert someone.send(path, {"status": "open"}).status == 303
    row = filled.site.get("/v1" + path).json()
    assert (row["status"], row["notes"], row["accept_until"]) == ("open", None, None)


def test_a_reader_sees_the_judgement_and_no_form(filled: Filled) -> None:
    key = filled.site.make_key(scopes=["vulnerabilities:read"])
    page = visitor(filled.site, key).page(f"/vulnerabilities/{filled.ids['vulnerabilities']}")
    assert [attributes["action"] for attributes, _ in page.forms] == ["/sign-out"]
    assert f"/scans/{filled.ids['scans']}" not in page.hrefs()
    assert [href for href in page.hrefs() if href in PARENTS.values()] == [
        "/vulnerabilities",
        "/vulnerabilities",
    ]


def test_vulnerabilities_are_filtered(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    other = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    store_vulnerability(site, scan, 1, severity=Severity.HIGH, title="First")
    store_vulnerability(site, other, 2, severity=Severity.LOW, title="Second")
    someone = visitor(site)
    both = someone.page("/vulnerabilities?severity=&status=open").text
    assert "First" in both
    assert "Second" in both
    for query, shown, hidden in (
        ("severity=high", "First", "Second"),
        (f"scan_id={other}", "Second", "First"),
        ("severity=low&status=open&tier=confirmed", "Second", "First"),
        ("q=second", "Second", "First"),
        ("q=+First+&sort=-severity", "First", "Second"),
    ):
        text = someone.page(f"/vulnerabilities?{query}").text
        assert shown in text
        assert hidden not in text
    for order, first in (("", "Second"), ("-severity", "First"), ("nonsense", "Second")):
        rows = [href for href in someone.page(f"/vulnerabilities?sort={order}").hrefs() if "/vuln_" in href]
        assert first in someone.page(rows[0]).text
    assert someone.get("/vulnerabilities?q=%21").status == 400
    assert "No vulnerability matches" in someone.page("/vulnerabilities?status=fixed").text
    assert "No vulnerabilities" in visitor(site, site.make_key("other")).page("/vulnerabilities").text


# Reports.


def test_order_and_fetch_a_report(site: Site) -> None:
    someone = visitor(site)
    assert "there is none yet" in someone.page("/reports").text
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    store_vulnerability(site, scan)
    answer = someone.send("/reports", {"scan_id": scan, "type": "executive", "format": "csv"})
    assert answer.headers["location"] == "/reports"
    page = someone.page("/reports")
    assert "Executive report" in page.text
    assert "Queued" in page.text
    report = site.get("/v1/reports").json()["data"][0]["id"]
    early = someone.get(f"/reports/{report}/download")
    assert early.status == 409
    assert early.headers["retry-after"] == "1"
    assert site.runner.run(work_on_report(site.app, "worker-1"))
    assert f"/reports/{report}/download" in someone.page("/reports").hrefs()
    mine = someone.get(f"/reports/{report}/download")
    theirs = site.get(f"/v1/reports/{report}/download")
    assert mine.body == theirs.body
    assert mine.headers["content-disposition"] == theirs.headers["content-disposition"]
    kept = someone.get(f"/reports/{report}/download", if_none_match=mine.headers["etag"])
    assert kept.status == 304


def test_a_report_with_all_its_settings(filled: Filled) -> None:
    settings = {
        "title": " Week 48 ",
        "redaction": "full",
        "baseline_scan_id": "previous",
        "type": "technical",
    }
    answer = filled.someone.send("/reports", {"scan_id": filled.ids["scans"], **settings})
    assert answer.headers["location"] == "/reports"
    report = filled.site.get("/v1/reports").json()["data"][0]
    assert (report["title"], report["redaction"]) == ("Week 48", "full")
    assert report["baseline_scan_id"] is None


def test_a_report_with_a_logo(filled: Filled) -> None:
    site = filled.site
    logo = "data:image/svg+xml;base64," + base64.b64encode(_SVG).decode()
    fields = {"scan_id": filled.ids["scans"], "format": "html", "logo": logo}
    assert filled.someone.send("/reports", fields).headers["location"] == "/reports"
    report = site.get("/v1/reports").json()["data"][0]["id"]
    while site.runner.run(work_on_report(site.app, "worker-1")):
        pass
    assert base64.b64encode(_SVG) in filled.someone.get(f"/reports/{report}/download").body


_SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle cx='4' cy='4' r='4' fill='#123456'/></svg>"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"scan_id": "scan_unknown"}, "scan_id"),
        ({"format": "vex"}, "format"),
        ({"type": "nonsense"}, "type"),
        ({"type": "delta"}, "baseline_scan_id"),
        ({"type": "delta", "baseline_scan_id": "scan_unknown"}, "baseline_scan_id"),
        ({"title": "x" * 500}, "title"),
        ({"redaction": "some"}, "redaction"),
        ({"logo": "logo.png"}, "logo"),
        ({"logo": "data:image/png;base64,AAAA"}, "logo"),
        ({"logo": "data:image/gif;base64,AAAA"}, "logo"),
        ({"logo": "data:image/png;base64," + "A" * 201_000}, "logo"),
        ({"logo": "data:image/png;base64,AAAA", "format": "csv"}, "logo"),
    ],
)
def test_a_report_that_cannot_be_ordered(filled: Filled, fields: dict[str, str], problem: str) -> None:
    before = filled.site.runner.run(count_reports(filled.site))
    answer = filled.someone.send("/reports", {"scan_id": filled.ids["scans"], **fields})
    assert answer.status == 400
    assert f'id="{problem}-problem"' in Page(answer.body).source
    assert filled.site.runner.run(count_reports(filled.site)) == before


async def count_reports(site: Site) -> int:
    from cyberai.domain.ids import DEFAULT_WORKSPACE
    from cyberai.ports.repositories import ReportFilter

    page = await list_reports(site.app, DEFAULT_WORKSPACE, ReportFilter(), limit=200, cursor=None)
    return len(page.data)


def test_a_key_that_may_read_nothing_is_told(site: Site) -> None:
    someone = visitor(site, site.make_key(scopes=[ApiScope.KEYS_ADMIN.value]))
    answer = someone.get("/")
    assert answer.status == 403
    assert "scans:read" in Page(answer.body).text


@pytest.mark.parametrize(
    ("scopes", "home"),
    [
        (["vulnerabilities:read"], "/vulnerabilities"),
        (["reports:read"], "/reports"),
        (["reports:read", "scans:read"], "/scans"),
    ],
)
def test_the_start_page_is_the_first_list_the_key_may_read(site: Site, scopes: list[str], home: str) -> None:
    assert visitor(site, site.make_key(scopes=scopes)).get("/").headers["location"] == home
