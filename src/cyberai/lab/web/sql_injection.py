"""SQL injection in reading statements: numbers, strings, LIKE, ORDER BY, LIMIT, parentheses; error and boolean."""

from collections.abc import Callable
from functools import partial

from cyberai.lab.backend import sql_errors
from cyberai.lab.backend.sql_errors import Wording
from cyberai.lab.http import LabResponse
from cyberai.lab.page import Page
from cyberai.lab.single_input import Twins, Visit, cookie, input_page, json_field, posted, query, segment
from cyberai.lab.web._queries import Show, counted, listed, or_missing, run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Catalogue")
_PRODUCTS = "SELECT name, price FROM products WHERE "


def _twins(
    template: str,
    safe: str,
    show: Show,
    *,
    wording: Wording | None = None,
    convert: Callable[[str], str | int] = str,
    prepare: Callable[[str], str] = str,
) -> Twins:
    """`template` has one `{}` for the raw value (after `prepare`), `safe` one `?` for the bound value."""

    def vulnerable(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, template.replace("{}", prepare(value)), show, wording=wording)

    def fixed(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, safe, show, parameters=(convert(value),))

    return {"vulnerable": vulnerable, "fixed": fixed}


def _number(value: str) -> int:
    return int(value[:12]) if value.isascii() and value.isdigit() else -1


def _doubled(value: str) -> str:
    """Quotes doubled: right for a string, useless for a number."""
    return value.replace("'", "''")


def _without_keywords(value: str) -> str:
    """A word list in place of a repair."""
    for word in ("union", "UNION", "sleep", "benchmark", "--"):
        value = value.replace(word, "")
    return value


def _order_fixed(value: str, visit: Visit) -> LabResponse | str:
    column = value if value in ("name", "price", "stock") else "name"
    return run(visit, f"SELECT name, price FROM products ORDER BY {column}", listed)


def _size_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(
        visit, "SELECT name, price FROM products LIMIT ?", listed, parameters=(max(_number(value), 0),)
    )


def _lower(value: str) -> str:
    return value.lower()


PAGES: tuple[Page, ...] = (
    _sql("/product", "Article", query("id", "3"), demo=True,
         **_twins(_PRODUCTS + "id = {}", _PRODUCTS + "id = ?", listed, wording=sql_errors.mysql, convert=_number),
         variant="number, error shown",
         summary="The article number is pasted into the statement; errors are shown."),
    _sql("/catalogue/category", "Category", query("category", "rope"), demo=True,
         **_twins(_PRODUCTS + "category = '{}'", _PRODUCTS + "category = ?", listed),
         variant="string, error hidden", summary="The category is pasted into a string; errors look like no result."),
    _sql("/catalogue/find", "Find by name", query("name", "rope"),
         **_twins(_PRODUCTS + "name LIKE '%{}%'", _PRODUCTS + "name LIKE '%' || ? || '%'", listed,
                  wording=sql_errors.postgresql),
         variant="LIKE pattern, error shown", summary="The name is pasted into a LIKE pattern; errors are shown."),
    _sql("/catalogue/ordered", "Ordered list", query("order", "price"),
         vulnerable=lambda value, visit: run(visit, f"SELECT name, price FROM products ORDER BY {value}", listed),
         fixed=_order_fixed, variant="ORDER BY, error hidden",
         summary="The column is pasted behind ORDER BY."),
    _sql("/catalogue/page", "First articles", query("size", "4"),
         vulnerable=lambda value, visit: run(visit, f"SELECT name, price FROM products LIMIT {value}", listed,
                                             wording=sql_errors.sqlite),
         fixed=_size_fixed, variant="LIMIT, error shown", summary="The page size is pasted behind LIMIT."),
    _sql("/suppliers", "Suppliers", query("region", "north"),
         **_twins("SELECT name, town FROM suppliers WHERE (id > 0 AND (region = '{}'))",
                  "SELECT name, town FROM suppliers WHERE region = ?", listed, wording=sql_errors.python_sqlite),
         variant="string in parentheses, error shown",
         summary="The region is pasted into a string within two parentheses."),
    _sql("/suppliers/town", "Suppliers of a town", query("postcode", "2100"),
         **_twins('SELECT name, town FROM suppliers WHERE postcode = "{}"',
                  "SELECT name, town FROM suppliers WHERE postcode = ?", listed),
         variant="double-quoted string, error hidden",
         summary="The postcode is pasted into a double-quoted string."),
    _sql("/stock", "Is it in stock?", query("item", "2"),
         **_twins(_PRODUCTS + "id = {} AND stock > 0", _PRODUCTS + "id = ?", or_missing, convert=_number),
         variant="number, missing is 404", summary="The number is pasted in; whatever finds nothing is a 404."),
    _sql("/stock/escaped", "Stock by number", query("number", "5"),
         **_twins(_PRODUCTS + "id = {}", _PRODUCTS + "id = ?", counted, convert=_number, prepare=_doubled),
         variant="number, quotes doubled", summary="Quotes are doubled, but the number needs none to be left."),
    _sql("/catalogue/filtered", "Safety goods", query("kind", "safety"),
         **_twins(_PRODUCTS + "category = '{}'", _PRODUCTS + "category = ?", listed, prepare=_without_keywords),
         variant="string, keywords removed", summary="A word list is removed; the string can still be left."),
    _sql("/catalogue/folded", "Any case", query("word", "Anchor"),
         **_twins(_PRODUCTS + "category = '{}'", _PRODUCTS + "category = ?", listed, prepare=_lower, convert=_lower,
                  wording=sql_errors.oracle),
         variant="string, lower-cased, error shown", summary="The word is lower-cased and pasted into a string."),
    _sql("/account/price-alert", "Price alert", posted("article", "Signal horn"),
         **_twins(_PRODUCTS + "name = '{}'", _PRODUCTS + "name = ?", counted, wording=sql_errors.mssql),
         variant="string, POST, error shown", summary="The posted article is pasted into a string."),
    _sql("/api/stock", "Stock of an article", json_field("sku", "RP-12"),
         **_twins(_PRODUCTS + "sku = '{}'", _PRODUCTS + "sku = ?", counted),
         variant="string, JSON body, error hidden", summary="A JSON field is pasted into a string."),
    _sql("/prices", "Prices in your currency", cookie("currency", "GBP"),
         **_twins("SELECT currency, rate FROM prices WHERE currency = '{}'",
                  "SELECT currency, rate FROM prices WHERE currency = ?", listed),
         variant="string, cookie, error hidden", summary="The currency cookie is pasted into a string."),
    _sql("/brand/", "Brand: quayline", segment("quayline"),
         **_twins(_PRODUCTS + "brand = '{}'", _PRODUCTS + "brand = ?", or_missing),
         variant="string, path segment, missing is 404", summary="The brand in the path is pasted into a string."),
)  # fmt: skip
