"""SQL injection that only a row of one's own tells: posted searches that find nothing and say nothing, and a filter
that knows conditions but not UNION."""

from collections.abc import Callable
from functools import partial

from cyberai.lab.backend.database import Row
from cyberai.lab.http import LabResponse, json_response
from cyberai.lab.markup import listing, text
from cyberai.lab.page import Page
from cyberai.lab.single_input import Twins, Visit, input_page, input_trap, json_field, posted, query
from cyberai.lab.web._queries import listed, run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Searches")
_trap = partial(input_trap, section="Service")
_CONDITIONS = ("and", "or", "like", "between", "case", "nullif", "|", "&", "=")
_SUPPLIERS = "SELECT name, town, region, postcode FROM suppliers WHERE id > 0 AND (name LIKE {} OR town LIKE {}) ORDER BY id"
_ARTICLE = "SELECT name, price, stock FROM products WHERE id = {} AND stock > 0 LIMIT 1"
_LABEL = "SELECT name, price, id, category, brand FROM products WHERE sku = {} ORDER BY name"
_KIND = "SELECT name, price FROM products WHERE (category = lower({})) ORDER BY price"


def _suppliers(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SUPPLIERS.replace("{}", f"'%{value}%'"), listed)


def _suppliers_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SUPPLIERS.replace("{}", "'%' || ? || '%'"), listed, parameters=(value, value))


def _article(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _ARTICLE.format(value), listed)


def _article_fixed(value: str, visit: Visit) -> LabResponse | str:
    number = int(value[:12]) if value.isascii() and value.isdigit() else -1
    return run(visit, _ARTICLE.format("?"), listed, parameters=(number,))


def _as_json(rows: list[Row], _visit: Visit) -> LabResponse:
    return json_response({"articles": [{"name": row[0], "price": row[1]} for row in rows]})


def _label(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _LABEL.format(f'"{value}"'), _as_json)


def _label_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _LABEL.format("?"), _as_json, parameters=(value,))


def _guarded(kind: Callable[[str, Visit], LabResponse | str]) -> Callable[[str, Visit], LabResponse | str]:
    def answer(value: str, visit: Visit) -> LabResponse | str:
        if any(sign in value.lower().replace("order by", "") for sign in _CONDITIONS):
            return visit.page("<p>The harbour watch knows this trick.</p>", status=403)
        return kind(value, visit)

    return answer


def _kinds() -> Twins:
    def vulnerable(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, _KIND.format(f"'{value}'"), listed)

    def fixed(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, _KIND.format("?"), listed, parameters=(value,))

    return {"vulnerable": _guarded(vulnerable), "fixed": _guarded(fixed)}


def _reckoned(value: str, _visit: Visit) -> str:
    """Trap: works out every product of two numbers in a text, as the note on a bill does; no statement."""
    lines = []
    for part in value.replace("(", " ").replace(")", " ").replace(",", " ").split():
        left, star, right = part.partition("*")
        product = star and left.isdecimal() and right.isdecimal() and len(part) < 15
        lines.append(str(int(left) * int(right)) if product else part)
    return f"<p>Your note:</p>{listing([text(line) for line in lines])}"


def _searched(value: str, visit: Visit) -> LabResponse | str:
    """Trap: shows the search without quotes, brackets and the words of statements; the statement itself is bound."""
    shown = value
    for part in ("UNION", "ALL", "SELECT", "ORDER BY", "CAST", "CHAR", "NULL", "'", '"', "(", ")", "*", "--"):
        shown = shown.replace(part, "")
    found = run(visit, "SELECT name, price FROM products WHERE name = ?", listed, parameters=(value,))
    return f"<p>You looked for {text(shown)}.</p>{found}"


def _counters(value: str, visit: Visit) -> str:
    """Trap: long numbers that are others with each look."""
    numbers = [str(visit.state.random.randrange(10**8, 10**10)) for _ in range(8)]
    return f"<p>Tickets for {text(value)}:</p>{listing(numbers)}"


PAGES: tuple[Page, ...] = (
    _sql("/suppliers/search", "Search suppliers", posted("words", "tarpaulin"),
         vulnerable=_suppliers, fixed=_suppliers_fixed, variant="LIKE pattern in parentheses, POST, nothing found",
         summary="The words are pasted into two LIKE patterns; errors look like no result."),
    _sql("/stock/number", "Article by number", posted("number", "4711"),
         vulnerable=_article, fixed=_article_fixed, variant="number, POST, nothing found",
         summary="The posted number is pasted into the statement; errors look like no result."),
    _sql("/api/label", "Articles by label", json_field("label", "ZZ-90"),
         vulnerable=_label, fixed=_label_fixed, variant="double-quoted string, JSON body, nothing found",
         summary="A JSON field is pasted into a double-quoted string; errors look like no result."),
    _sql("/catalogue/guarded", "Guarded catalogue", query("group", "rope"), **_kinds(),
         variant="string in a function, conditions refused",
         summary="The group is pasted into a function's argument; words and signs of conditions are refused before."),
    _trap("/service/bill", "A note on the bill", posted("note", "thanks"), _reckoned),
    _trap("/service/reckon", "Work it out", query("note", "3*4"), _reckoned),
    _trap("/service/shelf", "Search a shelf", posted("shelf", "upper"), _searched),
    _trap("/service/drawer", "Search a drawer", query("drawer", "left"), _searched),
    _trap("/service/tickets", "Tickets", posted("line", "ferry"), _counters),
)  # fmt: skip
