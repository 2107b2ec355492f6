"""The injection checks against small applications written here from the flaws' definitions, apart from the lab:
a real SQL engine, the machine's own shell with an argument we control, a real template engine, real contexts."""

import html
import json
import posixpath
import re
import subprocess
from collections.abc import Callable
from urllib.parse import parse_qsl, quote

import apsw
import jinja2
import pytest

from cyberai.checkkit import Check, Hit, HttpRequest, HttpResponse, InsertionKind, InsertionPoint, Url
from cyberai.checks.web.command_injection import command_injection
from cyberai.checks.web.open_redirect import open_redirect
from cyberai.checks.web.path_traversal import path_traversal
from cyberai.checks.web.reflected_xss import reflected_xss
from cyberai.checks.web.sql_injection import sql_injection
from cyberai.checks.web.ssti import ssti
from cyberai.domain.finding import Oracle, Tier
from support.direct_probe import DirectProbe, collect, run
from support.noisy_targets import page

Application = Callable[[str], HttpResponse]


def look(check: Check, application: Application, value: str, seed: int = 1) -> list[Hit]:
    def respond(request: HttpRequest) -> HttpResponse:
        pairs = request.body.decode() if request.body else request.url.query
        return application(dict(parse_qsl(pairs, keep_blank_values=True)).get("v", ""))

    url = Url.parse(f"http://shop.test/find?v={quote(value, safe='')}")
    point = InsertionPoint(HttpRequest("GET", url), InsertionKind.QUERY, "v", value)
    found: list[Hit] = run(
        collect(check, point, DirectProbe(respond, seed=seed, budget=check.meta.max_requests))
    )
    assert all(hit.proof.tier is Tier.CONFIRMED for hit in found)
    return found


def database() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE goods (id INTEGER, name TEXT, kind TEXT, price INTEGER)")
    rows = [
        (1, "rope", "deck", 9),
        (2, "anchor", "deck", 70),
        (3, "lamp", "cabin", 30),
        (7, "oar", "deck", 25),
    ]
    connection.executemany("INSERT INTO goods VALUES (?, ?, ?, ?)", rows)
    return connection


STATEMENTS = {
    "numeric": ("SELECT name FROM goods WHERE id = {v}", "7"),
    "numeric in parentheses": ("SELECT name FROM goods WHERE (id = {v}) AND price > 0", "7"),
    "in a list": ("SELECT name FROM goods WHERE id IN ({v}) AND price > 0", "7"),
    "arithmetic": ("SELECT name FROM goods WHERE price < 100 + {v} * 1 - 75", "7"),
    "string": ("SELECT name FROM goods WHERE kind = '{v}' AND price > 5", "deck"),
    "string in parentheses": ("SELECT name FROM goods WHERE (kind = '{v}') AND price > 5", "deck"),
    "string in a function": ("SELECT name FROM goods WHERE kind = lower('{v}') AND price > 5", "deck"),
    "double quotes": ('SELECT name FROM goods WHERE kind = "{v}" AND price > 5', "deck"),
    "LIKE": ("SELECT name FROM goods WHERE name LIKE '%{v}%' AND price > 5", "o"),
    "LIKE prefix": ("SELECT name FROM goods WHERE name LIKE '{v}%'", "o"),
    "ORDER BY": ("SELECT name FROM goods ORDER BY {v}", "price"),
    "LIMIT": ("SELECT name FROM goods ORDER BY id LIMIT {v}", "2"),
    "nothing found": ("SELECT name FROM goods WHERE kind = '{v}'", "unknown"),
}


def shop(statement: str, *, errors: bool, bound: bool = False) -> Application:
    connection = database()

    def answer(value: str) -> HttpResponse:
        try:
            if bound:
                rows = list(
                    connection.execute("SELECT name FROM goods WHERE kind = ? OR id = ?", (value, value))
                )
            else:
                rows = list(connection.execute(statement.replace("{v}", value)))
        except apsw.Error as error:
            return page(
                f"<p>{html.escape(f'apsw.SQLError: {error}')}</p>" if errors else "<p>Sorry.</p>", 500
            )
        return page(
            "".join(f"<li>{name}</li>" for (name,) in rows) or f"<p>Nothing for {html.escape(value)}</p>"
        )

    return answer


@pytest.mark.parametrize("errors", [True, False], ids=["errors shown", "errors hidden"])
@pytest.mark.parametrize("context", STATEMENTS)
def test_sql_in_every_context(context: str, errors: bool) -> None:
    statement, value = STATEMENTS[context]
    assert look(sql_injection, shop(statement, errors=errors), value)


SWALLOWED = {
    "search": ("SELECT name FROM goods WHERE name LIKE '%{v}%' AND price > 5", "unknown"),
    "search in parentheses": (
        "SELECT name FROM goods WHERE price > 5 AND (name LIKE '%{v}%' OR kind LIKE '%{v}%')",
        "unknown",
    ),
    "filter that matches nothing": ("SELECT name FROM goods WHERE price > 900 AND kind = '{v}'", "deck"),
    "number that matches nothing": ("SELECT name FROM goods WHERE price > 900 AND id = {v}", "7"),
}


def rows_of(names: list[str]) -> HttpResponse:
    return page(f"<h2>{len(names)} hits</h2>" + "".join(f"<p>{name} deck</p>" for name in names))


@pytest.mark.parametrize("place", SWALLOWED)
def test_sql_where_a_failed_statement_looks_like_no_rows(place: str) -> None:
    statement, value = SWALLOWED[place]
    connection = database()

    def answer(sent: str) -> HttpResponse:
        try:
            return rows_of([name for (name,) in connection.execute(statement.replace("{v}", sent))])
        except apsw.Error:
            return rows_of([])

    def bound(sent: str) -> HttpResponse:
        found = connection.execute("SELECT name FROM goods WHERE name = ? AND price > 900", (sent,))
        return rows_of([name for (name,) in found])

    assert look(sql_injection, answer, value)
    assert look(sql_injection, bound, value) == []


def test_sql_that_only_changes_the_order_of_rows() -> None:
    connection = database()

    def answer(column: str) -> HttpResponse:
        try:
            rows = list(connection.execute(f"SELECT name FROM goods ORDER BY {column}"))
        except apsw.Error:
            rows = list(connection.execute("SELECT name FROM goods"))
        return rows_of([name for (name,) in rows])

    def listed(column: str) -> HttpResponse:
        return answer(column if column in ("name", "price") else "id")

    assert look(sql_injection, answer, "name")
    assert look(sql_injection, listed, "name") == []


def telling(statement: str, refuse: tuple[str, ...] = ()) -> Application:
    """Shows only whether the statement worked."""
    connection = database()

    def answer(sent: str) -> HttpResponse:
        if any(word in sent.lower() for word in refuse):
            return page("<p>Blocked</p>", 403)
        try:
            with connection:
                list(connection.execute(statement.replace("{v}", sent)))
        except apsw.Error:
            return page("<p>Try again later.</p>", 500)
        return page("<p>Thank you.</p>")

    return answer


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("INSERT INTO goods (id, name) VALUES (9, '{v}')", "rope"),
        ("INSERT INTO goods (id, name) VALUES ({v}, 'rope')", "9"),
        ("UPDATE goods SET price = {v} WHERE id = 2", "9"),
        ("UPDATE goods SET name = '{v}' WHERE id = 2", "anchor"),
        ("DELETE FROM goods WHERE id = {v}", "40"),
        ("SELECT name FROM goods ORDER BY price {v}", "asc"),
        ("SELECT name FROM goods ORDER BY price {v} LIMIT 2", "desc"),
    ],
)
def test_sql_of_which_only_success_is_shown(statement: str, value: str) -> None:
    assert look(sql_injection, telling(statement), value)


BLOCKED = (" ", "and ", "or ", "union")


@pytest.mark.parametrize(
    ("statement", "value", "refuse"),
    [
        ("SELECT name FROM goods WHERE id = {v}", "7", BLOCKED),
        ("SELECT name FROM goods WHERE id = {v}", "7", ("'", '"', " ", "and", "or ", "select", "case")),
        ("SELECT name FROM goods WHERE price < {v} * 2", "20", BLOCKED),
        ("SELECT name FROM goods WHERE kind = '{v}' AND price > 5", "deck", (" ", "and", "/*")),
        ("SELECT name FROM goods WHERE name LIKE '%{v}%'", "o", (" ", "and", "/*")),
    ],
)
def test_sql_behind_a_filter_of_blanks_and_words(statement: str, value: str, refuse: tuple[str, ...]) -> None:
    application = shop(statement, errors=False)

    def filtered(sent: str) -> HttpResponse:
        blocked = any(word in sent.lower() for word in refuse)
        return page("<p>Blocked</p>", 403) if blocked else application(sent)

    assert look(sql_injection, filtered, value)


def posted(application: Application, value: str, seed: int = 1) -> list[Hit]:
    def respond(request: HttpRequest) -> HttpResponse:
        return application(dict(parse_qsl(request.body.decode(), keep_blank_values=True)).get("v", ""))

    head = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = HttpRequest("POST", Url.parse("http://shop.test/find"), head, f"v={quote(value)}&w=1".encode())
    probe = DirectProbe(respond, seed=seed, budget=sql_injection.meta.max_requests)
    found: list[Hit] = run(
        collect(sql_injection, InsertionPoint(request, InsertionKind.FORM, "v", value), probe)
    )
    assert all(hit.proof.tier is Tier.CONFIRMED for hit in found)
    return found


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT name FROM goods WHERE kind = '{v}' AND price > 5", "unknown"),
        ('SELECT name, price, kind FROM goods WHERE kind = "{v}" ORDER BY id', "unknown"),
        (
            "SELECT * FROM goods WHERE price > 5 AND (name LIKE '%{v}%' OR kind LIKE '%{v}%') LIMIT 3",
            "unknown",
        ),
        ("SELECT name, price FROM goods WHERE id = {v} LIMIT 1", "40"),
        ("SELECT name, id, price, kind, 5, 6, 7, 8 FROM goods WHERE id IN ({v}, 0) ORDER BY id", "40"),
    ],
)
def test_sql_of_a_posted_search_that_finds_nothing(statement: str, value: str) -> None:
    connection = database()

    def answer(sent: str) -> HttpResponse:
        try:
            return rows_of([row[0] for row in connection.execute(statement.replace("{v}", sent))])
        except apsw.Error:
            return rows_of([])

    (hit,) = posted(answer, value)
    assert hit.proof.oracle is Oracle.EXECUTED
    assert hit.evidence[0].match not in hit.evidence[0].exchange.request.body.decode()
    assert posted(lambda sent: rows_of([sent] if sent in ("deck", "40") else []), value) == []


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT id, name FROM goods WHERE kind = '{v}' AND price > 5 ORDER BY name", "deck"),
        ("SELECT id, name, price, kind FROM goods WHERE (kind = lower('{v}'))", "deck"),
        ("SELECT name, id, price, kind, 5 FROM goods WHERE (id = {v}) AND price > 5", "7"),
    ],
)
def test_sql_behind_a_filter_that_knows_conditions(statement: str, value: str) -> None:
    connection = database()
    known = re.compile(r"\b(and|or|like|between|case|nullif)\b|[|&]", re.IGNORECASE)

    def answer(sent: str) -> HttpResponse:
        if known.search(sent):
            return page("<p>Blocked</p>", 403)
        try:
            return rows_of([str(row) for row in connection.execute(statement.replace("{v}", sent))])
        except apsw.Error:
            return rows_of([])

    (hit,) = look(sql_injection, answer, value)
    assert hit.proof.oracle is Oracle.EXECUTED


def reckoner(longest: int = 100_000, most: int = 100, needs: str = "") -> Application:
    """Puts the product in the place of whatever looks like one; no statement has a part in it."""

    def answer(sent: str) -> HttpResponse:
        if needs not in sent:
            return rows_of([])
        shown = re.sub(
            r"(\d{1,6})\*(\d{1,6})", lambda m: str(int(m[1]) * int(m[2])), sent[:longest], count=most
        )
        return page(f"<p>{html.escape(shown)}</p>")

    return answer


@pytest.mark.parametrize(
    "application", [reckoner(), reckoner(60), reckoner(most=1), reckoner(needs="UNION ALL SELECT")]
)
@pytest.mark.parametrize("value", ["7", "deck", "unknown"])
def test_what_reckons_by_itself_is_no_sql(application: Application, value: str) -> None:
    assert posted(application, value) == []
    assert look(sql_injection, application, value) == []


@pytest.mark.parametrize("value", ["7", "deck", ""])
def test_bound_sql_is_silent(value: str) -> None:
    assert look(sql_injection, shop("", errors=True, bound=True), value) == []


def test_doubled_quotes_are_silent_and_stripped_quotes_do_not_save_a_number() -> None:
    string = shop("SELECT name FROM goods WHERE kind = '{v}'", errors=True)
    number = shop("SELECT name FROM goods WHERE id = {v}", errors=False)
    assert look(sql_injection, lambda v: string(v.replace("'", "''")), "deck") == []
    assert look(sql_injection, lambda v: number(v.replace("'", "").replace('"', "")), "7")


@pytest.mark.parametrize(
    ("value", "files"),
    [("knots.txt", True), ("song.mp3", True), ("192.0.2.7", False), ("19.90", False), ("12.05.2026", False)],
)
def test_numbers_with_points_are_no_files(value: str, files: bool) -> None:
    asked: list[str] = []

    def answer(sent: str) -> HttpResponse:
        asked.append(sent)
        return page("<p>nothing</p>")

    assert look(path_traversal, answer, value) == []
    assert (len(asked) > 10) == files, asked


@pytest.mark.parametrize("value", ["knots.txt", "guides/knots.txt", "/guides/knots.txt", ""])
def test_no_path_is_asked_for_twice(value: str) -> None:
    asked: list[str] = []

    def answer(sent: str) -> HttpResponse:
        asked.append(sent)
        return page(f"<p>{len(asked)} visitors</p>")

    assert look(path_traversal, answer, value) == []
    again = [sent for sent in asked if asked.count(sent) > 1]
    assert set(again) <= {value}  # the page as it is
    assert len(asked) < 24


def shell(line: str, *, shown: bool = True, refuse: str = "", drop: str = "") -> Application:
    def answer(value: str) -> HttpResponse:
        if any(c in value for c in refuse):
            return page("<p>Invalid characters</p>")
        for char in drop:
            value = value.replace(char, "")
        if "\0" in value:
            return page("<p>bad</p>")
        done = subprocess.run(
            ["/bin/sh", "-c", line.replace("{v}", value)],
            capture_output=True,
            timeout=10,
            check=False,
            env={},
        )
        output = (done.stdout + done.stderr).decode("utf-8", "replace")
        return page(
            f"<pre>{html.escape(output)}</pre>"
            if shown
            else f"<p>{'up' if done.returncode == 0 else 'down'}</p>"
        )

    return answer


@pytest.mark.parametrize(
    "application",
    [
        shell("echo checking {v}"),
        shell("echo checking '{v}'"),
        shell('echo checking "{v}"'),
        shell("echo {v} >/dev/null"),
        shell("test -n {v} && echo yes"),
        shell("echo checking {v}", refuse=";&"),
        shell("echo checking {v}", refuse=";&|\n"),
        shell("echo checking {v}", drop=";&"),
        shell("echo checking '{v}'", refuse=";&`$"),
        shell("true {v}", shown=False),
        shell("true '{v}'", shown=False),
        shell('true "{v}"', shown=False),
    ],
)
def test_commands_in_every_quoting(application: Application) -> None:
    assert look(command_injection, application, "127.0.0.1")


@pytest.mark.parametrize(
    "application", [shell("echo checking '{v}'", refuse="'"), shell("true", shown=False)]
)
def test_quoted_or_unused_arguments_are_silent(application: Application) -> None:
    assert look(command_injection, application, "127.0.0.1") == []


JINJA = jinja2.Environment(autoescape=True)


def card(template: str, *, shown: bool = True) -> Application:
    def answer(value: str) -> HttpResponse:
        try:
            text = JINJA.from_string(template.replace("VALUE", value)).render(user={"name": "Robin"})
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError):
            return page("<p>Could not be drawn.</p>", 500)
        return page(f"<p>{text}</p>" if shown else "<p>Sent.</p>")

    return answer


@pytest.mark.parametrize(
    ("application", "value"),
    [
        (card("Dear VALUE,"), "Robin"),
        (card("Dear VALUE,"), ""),
        (card("Dear {{ user.VALUE }},"), "name"),
        (card("Dear VALUE,", shown=False), "Robin"),
    ],
)
def test_templates_from_values(application: Application, value: str) -> None:
    assert look(ssti, application, value)


def test_values_given_to_templates_are_silent() -> None:
    fixed = JINJA.from_string("Dear {{ v }},")
    assert look(ssti, lambda value: page(fixed.render(v=value)), "Robin") == []


ESCAPES: dict[str, Callable[[str], str]] = {
    "nothing": lambda v: v,
    "html": html.escape,
    "html without quotes": lambda v: html.escape(v, quote=False),
    "backslash before quotes": lambda v: v.replace("'", "\\'").replace('"', '\\"'),
    "script": lambda v: (
        json.dumps(v)[1:-1].replace("<", "\\u003c").replace("'", "\\u0027").replace("&", "\\u0026")
    ),
    "tags dropped": lambda v: v.replace("<", "").replace(">", ""),
    "upper case": str.upper,
    "no parentheses": lambda v: v.replace("(", "").replace(")", ""),
    "script tag dropped once": lambda v: (
        v.replace("<script>", "").replace("</script>", "").replace("onload", "")
    ),
}

CONTEXTS = [
    ("<p>VALUE</p>", "nothing", True),
    ("<p>VALUE</p>", "html", False),
    ("<p>VALUE</p>", "upper case", True),
    ("<p>VALUE</p>", "no parentheses", True),
    ("<p>VALUE</p>", "script tag dropped once", True),
    ("<p>VALUE</p>", "tags dropped", False),
    ("<input value=\"VALUE\">", "tags dropped", True),
    ("<input value=\"VALUE\">", "html", False),
    ("<input value='VALUE'>", "html without quotes", True),
    ("<input value=VALUE>", "html", True),
    ("<input VALUE>", "html", True),
    ("<a href=\"VALUE\">x</a>", "html", True),
    ("<a href=\"/s?q=VALUE\">x</a>", "html", False),
    ("<iframe src='VALUE'></iframe>", "html", True),
    ("<img src=\"VALUE\">", "html", False),
    ("<textarea>VALUE</textarea>", "nothing", True),
    ("<title>VALUE</title>", "nothing", True),
    ("<style>a{color:VALUE}</style>", "nothing", True),
    ("<style>a{color:VALUE}</style>", "html", False),
    ("<!-- VALUE -->", "nothing", True),
    ("<!-- VALUE -->", "html", False),
    ("<noscript><p title=\"VALUE\"></p></noscript>", "nothing", True),
    ("<template><p>VALUE</p></template>", "html", False),
    ("<script>var a = 'VALUE';</script>", "html without quotes", True),
    ("<script>var a = 'VALUE';</script>", "html", False),
    ("<script>var a = 'VALUE';</script>", "script", False),
    ("<script>var a = 'VALUE';</script>", "backslash before quotes", True),
    ("<script>call(\"VALUE\", {b: 1});</script>", "tags dropped", True),
    ("<script>call({a: 'VALUE'});</script>", "backslash before quotes", True),
    ("<script>var a = `VALUE`;</script>", "html", True),
    ("<script>var a = VALUE;</script>", "html", True),
    ("<script>// VALUE\nvar a = 1;</script>", "html", True),
    ("<script>/* VALUE */</script>", "tags dropped", True),
    ("<script>var r = /VALUE/;</script>", "html", True),
    ("<script src=\"VALUE\"></script>", "html", True),
    ("<script type=\"application/json\">{\"a\": \"VALUE\"}</script>", "html", False),
    ("<script type=\"application/json\">{\"a\": \"VALUE\"}</script>", "nothing", True),
    ("<button onclick=\"go('VALUE')\">x</button>", "html", True),
    ("<button onclick=\"go('VALUE')\">x</button>", "script", True),
    ("<svg><text>VALUE</text></svg>", "nothing", True),
    ("<iframe srcdoc=\"VALUE\"></iframe>", "html", True),
    ("<a data-x='VALUE'>", "tags dropped", True),
    ("<select><option>VALUE</option></select>", "nothing", True),
]  # fmt: skip


@pytest.mark.parametrize(("context", "escape", "runs"), CONTEXTS, ids=[f"{c} {e}" for c, e, _ in CONTEXTS])
@pytest.mark.parametrize("value", ["", "rope"])
def test_scripts_in_every_context(context: str, escape: str, runs: bool, value: str) -> None:
    def application(sent: str) -> HttpResponse:
        return page(context.replace("VALUE", ESCAPES[escape](sent)))

    assert bool(look(reflected_xss, application, value)) is runs


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, (("Content-Type", "text/plain"),)),
        (200, (("Content-Type", "application/json"),)),
        (200, (("Content-Type", "text/html"), ("Content-Disposition", "attachment; filename=a.html"))),
        (302, (("Content-Type", "text/html"), ("Location", "/"))),
        (200, (("X-Content-Type-Options", "nosniff"),)),
    ],
)
def test_what_no_browser_shows_is_no_script(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    assert look(reflected_xss, lambda v: HttpResponse(status, headers, f"<p>{v}</p>".encode()), "x") == []


FILES = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
    "/etc/hosts": "127.0.0.1\tlocalhost\n::1 localhost\n",
    "/srv/shop/guides/knots.txt": "over and under",
    "/srv/shop/guides/knots.txt.html": "never",
}


def served(path: str) -> HttpResponse:
    content = FILES.get(posixpath.normpath(path))
    return (
        HttpResponse(200, (("Content-Type", "text/plain"),), content.encode())
        if content
        else page("<p>missing</p>", 404)
    )


@pytest.mark.parametrize(
    ("application", "value"),
    [
        (lambda v: served("/srv/shop/guides/" + v), "knots.txt"),
        (lambda v: served(posixpath.join("/srv/shop/guides", v)), "knots.txt"),
        (lambda v: served("/srv/shop/guides/" + v.replace("../", "")), "knots.txt"),
        (lambda v: served("/srv/shop/guides/" + (v + ".txt").partition("\0")[0]), "./knots"),
        (
            lambda v: served("/srv/shop/" + v) if v.startswith("guides/") else page("<p>no</p>"),
            "guides/knots.txt",
        ),
        (lambda v: served(v.removeprefix("file://")), "file:///srv/shop/guides/knots.txt"),
    ],
)
def test_paths_in_every_filter(application: Application, value: str) -> None:
    assert look(path_traversal, application, value)


def test_resolved_and_compared_paths_are_silent() -> None:
    def careful(value: str) -> HttpResponse:
        path = posixpath.normpath(posixpath.join("/srv/shop/guides", value))
        return served(path) if path.startswith("/srv/shop/guides/") else page("<p>no</p>", 403)

    assert look(path_traversal, careful, "knots.txt") == []


def test_a_text_search_that_cannot_read_the_words_is_no_injection() -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE shelf USING fts5(name)")
    connection.execute("INSERT INTO shelf VALUES ('mooring rope'), ('brass cleat')")

    def search(value: str) -> HttpResponse:
        try:
            rows = list(connection.execute("SELECT name FROM shelf WHERE name MATCH ?", (f'"{value}"',)))
        except apsw.SQLError as error:
            trace = f"<pre>Traceback</pre><p>sqlite3.OperationalError</p><pre>{html.escape(str(error))}</pre>"
            return page(trace, 500)
        return page("".join(f"<li>{html.escape(str(row[0]))}</li>" for row in rows) or "<p>nothing</p>")

    assert search('rope"').status == 500
    for seed in range(1, 8):
        assert look(sql_injection, search, "rope", seed) == []


def test_a_sign_up_that_takes_each_name_once_is_silent() -> None:
    taken: set[str] = set()

    def sign_up(value: str) -> HttpResponse:
        name = "".join(c for c in value if c.isalnum())
        new = name not in taken
        taken.add(name)
        return page("<p>Your place is booked.</p>" if new else "<p>That name is taken, choose another.</p>")

    # The second time, as on a second page with the same form, the names of real files are taken already.
    for seed in range(1, 12):
        assert look(path_traversal, sign_up, "crew/robin", seed) == []


def to(location: str) -> HttpResponse:
    return HttpResponse(302, (("Location", location),))


@pytest.mark.parametrize(
    ("application", "value"),
    [
        (to, "/home"),
        (lambda v: to(v if v.startswith("/") else "/home"), "/home"),
        (lambda v: to(v if v.startswith("/") and not v.startswith("//") else "/home"), "/home"),
        (
            lambda v: to(
                v
                if "//shop.test" in v or (v.startswith("/") is False and v.startswith("https://shop.test"))
                else "/"
            ),
            "/home",
        ),
        (lambda v: to(f"https://shop.test{v}"), "/home"),
        (lambda v: page(f"<meta http-equiv=refresh content='0; url={html.escape(v)}'>"), "/home"),
        (lambda v: page(f"<script>window.location.href = {json.dumps(v)};</script>"), "/home"),
        (lambda v: page("<p>moving</p>", 200, ("Refresh", f"0; url={v}")), "/home"),
    ],
)
def test_redirects_in_every_manner(application: Application, value: str) -> None:
    found = look(open_redirect, application, value)
    assert bool(found) is (
        application("@probe").header("location") != "https://shop.test@probe" or bool(found)
    )
    assert found or "shop.test" in (application("/x").header("location") or "")


@pytest.mark.parametrize(
    "application",
    [
        lambda v: to("/go?to=" + quote(v, safe="")),
        lambda v: to("/" + v.replace("\\", "/").replace("\t", "").lstrip("/")),
        lambda v: page(f"<a href='{html.escape(v)}'>leave</a>"),
        lambda v: page(f"<script>var next = {json.dumps(v)};</script>"),
        lambda v: page(f"<p>location = '{html.escape(v)}'</p>"),
    ],
)
def test_what_sends_nobody_away_is_silent(application: Application) -> None:
    assert look(open_redirect, application, "/home") == []
