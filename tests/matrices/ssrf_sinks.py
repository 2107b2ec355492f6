"""The registry of places at which a URL or a host enters the product.

Three tables: what an answer of a target may hold (SINKS), what people say (STATED: members of the API, options of
the commands, forms), and which modules of the source read addresses at all (READERS), each with the rows that try it.
"""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass

CONTROL = "/control"
"""A path of the site itself; that it is asked for shows that the engine reads this place."""
HTML = ("Content-Type", "text/html; charset=utf-8")
Page = tuple[int, tuple[tuple[str, str], ...], str]
Site = dict[str, Page]
"""Path -> status, header fields, body."""


@dataclass(frozen=True)
class Sink:
    """One place. `plant` makes a site whose answers hold the references; `followed` says that the engine goes where
    the place leads (within scope), so that CONTROL must be asked for; `at_home` that it never leaves the site by this
    place, whatever the scope says."""

    name: str
    plant: Callable[[list[str]], Site]
    followed: bool = True
    at_home: bool = False

    def __str__(self) -> str:
        return self.name


def _page(body: str, *headers: tuple[str, str], status: int = 200) -> Page:
    return status, (HTML, *headers), f"<!DOCTYPE html><html><body>{body}</body></html>"


def _word(number: int) -> str:
    """A name of its own, so that the crawler takes no two pages for the same kind."""
    return "".join(
        "bdfghklmnprstvz"[number // 15**place % 15] + "aeiou"[(number + place) % 5] for place in range(3)
    )


def _markup(template: str) -> Callable[[list[str]], Site]:
    """One page with the template once per reference, which stands in an attribute or in text."""

    def plant(references: list[str]) -> Site:
        return {
            "/": _page("\n".join(template.replace("REF", html.escape(r, quote=True)) for r in references))
        }

    return plant


def _each(answer: Callable[[str, int], Page]) -> Callable[[list[str]], Site]:
    """One page per reference, all linked from the first."""

    def plant(references: list[str]) -> Site:
        paths = {
            f"/{_word(number)}": answer(reference, number) for number, reference in enumerate(references)
        }
        return {"/": _page("".join(f'<a href="{path}">x</a>' for path in paths)), **paths}

    return plant


def _header(name: str, template: str = "REF", status: int = 200) -> Callable[[list[str]], Site]:
    return _each(lambda reference, _: _page("x", (name, template.replace("REF", reference)), status=status))


def _redirect(reference: str, number: int) -> Page:
    return _page("moved", ("Location", reference), status=(301, 302, 303, 307, 308)[number % 5])


def _beside(
    path: str, kind: str, text: Callable[[list[str]], str], link: str = ""
) -> Callable[[list[str]], Site]:
    """A file of the site that holds the references; `link` is markup that leads to it."""

    def plant(references: list[str]) -> Site:
        return {
            "/": _page(link or f'<a href="{path}">x</a>'),
            path: (200, (("Content-Type", kind),), text(references)),
        }

    return plant


def _script(references: list[str]) -> str:
    return "\n".join(f"fetch({json.dumps(reference)});" for reference in references)


def _sitemap(references: list[str]) -> str:
    rows = "".join(f"<url><loc>{html.escape(reference)}</loc></url>" for reference in references)
    return f'<?xml version="1.0"?><urlset>{rows}</urlset>'


def _robots(field: str) -> Callable[[list[str]], str]:
    return lambda references: (
        "User-agent: *\n" + "".join(f"{field}: {reference}\n" for reference in references)
    )


def _maps(references: list[str]) -> Site:
    paths = {
        f"/{_word(n)}.js": (
            200,
            (("Content-Type", "text/javascript"),),
            f"var a=1;\n//# sourceMappingURL={reference}\n",
        )
        for n, reference in enumerate(references)
    }
    return {"/": _page("".join(f'<script src="{path}"></script>' for path in paths)), **paths}


def _bases(references: list[str]) -> Site:
    pages = {
        f"/{_word(n)}": _page(
            f'<base href="{html.escape(r, quote=True)}"><a href="{CONTROL[1:]}">x</a><form action="f">'
        )
        for n, r in enumerate(references)
    }
    return {"/": _page("".join(f'<a href="{path}">x</a>' for path in pages)), **pages}


SINKS = (
    Sink("Location of a redirect", _each(_redirect)),
    Sink("Refresh header", _header("Refresh", "0; url=REF")),
    Sink("meta refresh", _markup('<meta http-equiv="refresh" content="0; url=REF">')),
    Sink("a href", _markup('<a href="REF">x</a>')),
    Sink("area href", _markup('<map><area href="REF"></map>')),
    Sink("iframe src", _markup('<iframe src="REF"></iframe>')),
    Sink("frame src", _markup('<frame src="REF">')),
    Sink("embed src", _markup('<embed src="REF">')),
    Sink("object data", _markup('<object data="REF"></object>')),
    Sink("img src with a query", _markup('<img src="REF?a=1">')),
    Sink("video and audio", _markup('<video src="REF?a=1" poster="REF"></video><audio src="REF"></audio>')),
    Sink("link href", _markup('<link rel="alternate" href="REF">')),
    Sink("script src", _markup('<script src="REF"></script>')),
    Sink("inline script", _markup("<script>location='REF'</script>")),
    Sink("onclick", _markup("<button onclick=\"location='REF'\">x</button>")),
    Sink("base href", _bases),
    Sink(
        "form action, GET",
        _markup('<form action="REF"><input name="q" value="1"><input type="submit"></form>'),
        at_home=True,
    ),
    Sink(
        "form action, POST",
        _markup('<form method="post" action="REF"><input name="q" value="1"></form>'),
        at_home=True,
    ),
    Sink(
        "formaction",
        _markup('<form><input name="q"><button formaction="REF">x</button></form>'),
    ),
    Sink("srcset", _markup('<img srcset="REF 2x">'), followed=False),
    Sink("a ping", _markup('<a ping="REF" href="#">x</a>')),
    Sink("q cite", _markup('<q cite="REF">x</q>')),
    Sink("robots.txt, Disallow", _beside("/robots.txt", "text/plain", _robots("Disallow")), at_home=True),
    Sink("robots.txt, Sitemap", _beside("/robots.txt", "text/plain", _robots("Sitemap"))),
    Sink("sitemap.xml", _beside("/sitemap.xml", "application/xml", _sitemap)),
    Sink("script file", _beside("/app.js", "text/javascript", _script, '<script src="/app.js"></script>')),
    Sink("JSON answer", _beside("/api.json", "application/json", lambda r: json.dumps({"urls": r}))),
    Sink("source map URL", _maps),
    Sink("SourceMap header", _header("SourceMap"), followed=False),
    Sink(
        "Link header",
        _header("Link", "<REF>; rel=preload"),
    ),
    Sink("Content-Location", _header("Content-Location")),
    Sink("Alt-Svc", _header("Alt-Svc", 'h2="REF"'), followed=False),
    Sink(
        "Content-Security-Policy report-uri",
        _header("Content-Security-Policy", "report-uri REF"),
        followed=False,
    ),
    Sink("Reporting-Endpoints and NEL", _header("Reporting-Endpoints", 'default="REF"'), followed=False),
    Sink("Access-Control-Allow-Origin", _header("Access-Control-Allow-Origin"), followed=False),
    Sink("WWW-Authenticate realm", _header("WWW-Authenticate", 'Basic realm="REF"', 401), followed=False),
    Sink("cookie domain", _header("Set-Cookie", "a=1; Domain=REF; Path=/"), followed=False),
    Sink("X-Forwarded-Host and Host in the answer", _header("X-Forwarded-Host"), followed=False),
)

STATED = {
    "POST /v1/scans target": "test_a_target_in_the_api",
    "POST /v1/scans targets": "test_a_target_in_the_api",
    "POST /v1/scans auth.login_url": "test_a_login_page_in_the_api",
    "form of a login": "test_where_a_login_leads",
    "web page, form of a new scan": "test_a_target_in_the_form",
    "cyberai scan TARGET": "test_a_target_on_the_command_line",
    "--resolve": "test_a_name_given_an_address",
    "--proxy": "test_a_proxy",
    "certificate AIA, OCSP, CRL": "test_addresses_in_a_certificate",
    "answers of the name server": "test_names_in_scope_that_lead_inside",
}
"""What people or servers state outside of pages -> the test that tries it with every case."""

OPTIONS = {
    **dict.fromkeys(("targets",), "cyberai scan TARGET"),
    "resolve": "--resolve",
    "proxy": "--proxy",
    "auth": "POST /v1/scans auth.login_url",
    **dict.fromkeys(
        ("allow", "only_allow"),
        "",  # the operator's own decision on what may be reached
    ),
    **dict.fromkeys(
        ("database_url", "resolver", "host", "port", "trusted_proxy", "cors_origin", "server", "profile"), ""
    ),  # the operator's own machines
    **dict.fromkeys(
        [
            "output_format",
            "output",
            "fail_on",
            "fail_on_new",
            "resume",
            "ca_file",
            "client_cert",
            "scan_type",
            "checks",
            "exclude_checks",
            "mode",
            "depth",
            "criticality",
            "concurrent",
            "rate",
            "ports",
            "udp",
            "subdomain_words",
            "syn",
            "exclude_paths",
            "headers",
            "cookies",
            "timeout",
            "request_timeout",
            "ignore_ssl",
            "name",
            "ignore_file",
            "no_config",
            "config",
            "quiet",
            "data_dir",
            "log_level",
            "log_format",
            "workers",
            "tls_cert",
            "tls_key",
            "metrics",
            "chaos",
            "help",
        ],
        "",
    ),
}
"""Parameter of `cyberai scan` and `cyberai serve` -> its row in STATED; empty: it names nothing that is scanned."""

READERS = {
    "cyberai.app.absence": "POST /v1/scans target",
    "cyberai.app.auth_request": "POST /v1/scans auth.login_url",
    "cyberai.app.default_rate": "POST /v1/scans target",
    "cyberai.app.feed_update": "",  # publishers that the operator's settings name; judged as the targets of scans are
    "cyberai.app.replay": "POST /v1/scans target",
    "cyberai.app.retry": "POST /v1/scans target",
    "cyberai.app.scan_request": "POST /v1/scans target",
    "cyberai.app.sightings": "POST /v1/scans target",
    "cyberai.app.sift": "POST /v1/scans target",
    "cyberai.bootstrap.build": "--proxy",
    "cyberai.checks.passive.directory_listing": "a href",
    "cyberai.checks.passive.mixed_content": "script src",
    "cyberai.checks.passive.vulnerable_javascript": "script src",
    "cyberai.checks.web.backup_files": "a href",
    "cyberai.checks.web.csrf": "a href",
    "cyberai.checks.web.exposed_files": "a href",
    "cyberai.checks.web.http_methods": "a href",
    "cyberai.checks.web.redirect_by_path": "a href",
    "cyberai.checks.web.traversal_by_path": "script src",
    "cyberai.cli.client": "",
    "cyberai.cli.login": "",  # the operator's own server
    "cyberai.cli.server_login": "",  # the same
    "cyberai.config": "--proxy",
    "cyberai.domain.http": "a href",
    "cyberai.domain.scope": "POST /v1/scans target",
    "cyberai.domain.target": "POST /v1/scans target",
    "cyberai.engine.coverage": "",
    "cyberai.engine.crawl": "a href",
    "cyberai.engine.csrf": "form action, POST",
    "cyberai.engine.folders": "a href",
    "cyberai.engine.login.form_login": "POST /v1/scans auth.login_url",
    "cyberai.engine.login.json_login": "POST /v1/scans auth.login_url",
    "cyberai.engine.login.keeper": "form of a login",
    "cyberai.engine.login.login_form": "form of a login",
    "cyberai.engine.login.logins": "POST /v1/scans auth.login_url",
    "cyberai.engine.login.signs": "",
    "cyberai.engine.redirects": "Location of a redirect",
    "cyberai.engine.script_calls": "inline script",
    "cyberai.engine.links": "a href",
    "cyberai.engine.submissions": "form action, GET",
    "cyberai.net.proxy": "--proxy",
    "cyberai.web.origin": "",
}
"""Module that makes an address of a text -> a row that tries it; empty: nothing it reads is ever connected to by a scan
(the CLI's client of its own server; the ledger's entry for an origin; the origin of a form; the place of a redirect, to be compared only)."""
