"""SQL injection against a real PostgreSQL, which insists on the types of a UNION's columns."""

import html
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote

import psycopg
import pytest

from cyberai.checkkit import Hit, HttpRequest, HttpResponse, InsertionKind, InsertionPoint, Url
from cyberai.checks.web.sql_injection import sql_injection
from cyberai.domain.finding import Oracle, Tier
from support.direct_probe import DirectProbe, collect, run
from support.noisy_targets import page
from support.postgres import databases

pytestmark = pytest.mark.e2e

SHOP = """
CREATE TABLE goods (id integer, name text, price numeric(8,2), added date, sold boolean);
INSERT INTO goods VALUES (1, 'rope', 9.50, '2024-01-02', true), (2, 'lamp', 30, '2024-03-04', false);
"""
KNOWN = ("and", "like", "between", "case", "nullif", "|", "&", "=")


class Shop:
    """A page that shows the rows of one statement; errors look like no rows."""

    def __init__(
        self, url: str, statement: str, *, refuses: tuple[str, ...] = (), bound: bool = False
    ) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._statement, self._refuses, self._bound = statement, refuses, bound

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pairs = request.body.decode() if request.body else request.url.query
        value = dict(parse_qsl(pairs, keep_blank_values=True)).get("v", "")
        if any(word in value.lower() for word in self._refuses):
            return page("<p>Blocked</p>", 403)
        cells = "".join(f"<td>{html.escape(str(cell))}</td>" for row in self._rows(value) for cell in row)
        return page(f"<table><tr>{cells}</tr></table>" if cells else "<p>Nothing found</p>")

    def _rows(self, value: str) -> list[tuple[object, ...]]:
        try:
            if self._bound:
                quiet = self._statement.replace("'{v}'", "%s").replace("{v}", "%s")
                return self._connection.execute(quiet.encode(), (value,)).fetchall()
            return self._connection.execute(self._statement.replace("{v}", value).encode()).fetchall()
        except psycopg.Error:
            return []

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with databases() as made, made.fresh(empty=True) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(SHOP.encode())
        yield address


def look(shop: Shop, value: str, *, post: bool) -> list[Hit]:
    sent = f"v={quote(value)}"
    if post:
        head = (("Content-Type", "application/x-www-form-urlencoded"),)
        request = HttpRequest("POST", Url.parse("http://shop.test/find"), head, sent.encode())
    else:
        request = HttpRequest("GET", Url.parse(f"http://shop.test/find?{sent}"))
    kind = InsertionKind.FORM if post else InsertionKind.QUERY
    probe = DirectProbe(shop, budget=sql_injection.meta.max_requests)
    try:
        found: list[Hit] = run(collect(sql_injection, InsertionPoint(request, kind, "v", value), probe))
    finally:
        shop.close()
    return found


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT name FROM goods WHERE name = '{v}'", "rope"),
        ("SELECT id, added, sold, name FROM goods WHERE (name = '{v}') ORDER BY id", "rope"),
        ("SELECT id, price FROM goods WHERE id = {v} LIMIT 1", "1"),
        ("SELECT added, sold, price FROM goods WHERE name = '{v}' LIMIT 1", "rope"),
    ],
)
def test_columns_of_every_type_behind_a_filter_of_conditions(url: str, statement: str, value: str) -> None:
    (hit,) = look(Shop(url, statement, refuses=KNOWN), value, post=False)
    assert (hit.proof.oracle, hit.proof.tier) == (Oracle.EXECUTED, Tier.CONFIRMED)
    assert look(Shop(url, statement, refuses=KNOWN, bound=True), value, post=False) == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT name, name FROM goods WHERE (name LIKE '%{v}%')",
        "SELECT name FROM goods WHERE name = '{v}' AND sold ORDER BY added",
    ],
)
def test_a_posted_search_that_finds_nothing(url: str, statement: str) -> None:
    (hit,) = look(Shop(url, statement), "unknown", post=True)
    assert hit.proof.oracle is Oracle.EXECUTED
