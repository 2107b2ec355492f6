"""SQL injection where no row and no database error is shown, only whether the statement worked; and behind filters."""

from collections.abc import Callable
from functools import partial

from cyberai.lab.backend.database import Row
from cyberai.lab.http import LabResponse
from cyberai.lab.markup import text
from cyberai.lab.page import Page
from cyberai.lab.single_input import Render, Twins, Visit, cookie, input_page, input_trap, posted, query
from cyberai.lab.web._queries import listed, run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Your account")
_trap = partial(input_trap, section="Service")
_WORDS = ("and ", "or ", "union")


def _unsaid(_statement: str, _message: str) -> str:
    return "Please try again later."


def _done(_rows: list[Row], _visit: Visit) -> str:
    return "<p>Done, thank you.</p>"


def _told(
    pattern: str, quote: str = "'", show: Callable[[list[Row], Visit], LabResponse | str] = _done
) -> Twins:
    """A statement with the value pasted, of which the page tells only whether it worked; and with it bound."""

    def vulnerable(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, pattern.replace("{}", f"{quote}{value}{quote}"), show, wording=_unsaid)

    def fixed(value: str, visit: Visit) -> LabResponse | str:
        return run(visit, pattern.replace("{}", "?"), show, wording=_unsaid, parameters=(value,))

    return {"vulnerable": vulnerable, "fixed": fixed}


def _ordered(value: str, visit: Visit) -> LabResponse | str:
    return run(
        visit, f"SELECT name, price FROM products ORDER BY category {value} LIMIT 4", listed, wording=_unsaid
    )


def _ordered_fixed(value: str, visit: Visit) -> LabResponse | str:
    return _ordered("DESC" if value.lower() == "desc" else "ASC", visit)


def _behind(refused: tuple[str, ...], render: Render) -> Render:
    def answer(value: str, visit: Visit) -> LabResponse | str:
        if any(sign in value.lower() for sign in refused):
            return visit.page("<p>The harbour watch does not like this.</p>", status=403)
        return render(value, visit)

    return answer


def _filtered(refused: tuple[str, ...], twins: Twins) -> Twins:
    return {
        "vulnerable": _behind(refused, twins["vulnerable"]),
        "fixed": _behind(refused, twins["fixed"]),
    }


def _without_bare_select(twins: Twins) -> Twins:
    """A database system in which each SELECT needs a FROM, as in several for Java: others are refused."""

    def lacking(render: Render) -> Render:
        def answer(value: str, visit: Visit) -> LabResponse | str:
            if value.lower().count("select") > value.lower().count("from"):
                return visit.page("<p>Please try again later.</p>", status=500)
            return render(value, visit)

        return answer

    return {"vulnerable": lacking(twins["vulnerable"]), "fixed": twins["fixed"]}


def _read_by_a_strict_framework(value: str, visit: Visit) -> LabResponse | str:
    """A framework that drops a cookie whose value has blanks or quotes that do not belong there."""
    region = "north" if set(value) & set(' "') else value
    rows = f"SELECT name, price FROM products WHERE category = '{region}' OR name LIKE 'Brass%'"
    return run(visit, rows, listed)


def _region(value: str, visit: Visit) -> LabResponse | str:
    rows = "SELECT name, price FROM products WHERE category = ? OR name LIKE 'Brass%'"
    return run(visit, rows, listed, parameters=(value,))


def _sum(value: str, visit: Visit) -> LabResponse | str:
    """Trap: adds up what is a sum, and refuses what is none; a statement has no part in it."""
    terms = value.replace("-", "+-").removeprefix("+").split("+")
    if not all(term.removeprefix("-").isdecimal() and len(term) < 9 for term in terms):
        return visit.page("<p>This is no sum.</p>", status=500)
    return f"<p>Together: {sum(map(int, terms))}</p>"


def _quoted_list(value: str, visit: Visit) -> LabResponse | str:
    """Trap: quotes must be paired, doubled ones count as one; a list of words, no statement."""
    if value.replace("''", "").count("'") % 2:
        return visit.page("<p>A quotation is not closed.</p>", status=500)
    return f"<p>Words: {text(value.replace(chr(39), chr(0x2019)))}</p>"


PAGES: tuple[Page, ...] = (
    _sql("/berths/wish", "Wish for a berth", posted("wish", "by the quay"),
         **_told("INSERT INTO notes (author, body) VALUES ('wish', {})"),
         variant="INSERT, only success shown", summary="The wish is pasted into an INSERT statement."),
    _sql("/stock/reserve", "Reserve", query("amount", "2"),
         **_told("UPDATE products SET stock = stock - {} WHERE id = 4", ""),
         variant="UPDATE, number, only success shown", summary="The amount is pasted into an UPDATE statement."),
    _sql("/berths/leave", "Leave a word", posted("word", "back on Monday"),
         **_without_bare_select(_told("INSERT INTO notes (author, body) VALUES ('leave', {})")),
         variant="INSERT, only success shown, no SELECT without FROM",
         summary="The word is pasted into an INSERT statement of a system in which each SELECT needs a FROM."),
    _sql("/stock/return", "Return", query("pieces", "2"),
         **_without_bare_select(_told("UPDATE products SET stock = stock + {} WHERE id = 4", "")),
         variant="UPDATE, number, only success shown, no SELECT without FROM",
         summary="The number is pasted into an UPDATE statement of a system in which each SELECT needs a FROM."),
    _sql("/catalogue/direction", "Ordered list", query("direction", "asc"),
         vulnerable=_ordered, fixed=_ordered_fixed,
         variant="sort direction", summary="The direction is pasted behind the column of ORDER BY."),
    _sql("/account/region", "Your region", cookie("region", "safety"),
         vulnerable=_read_by_a_strict_framework, fixed=_region,
         variant="string, cookie without blanks or double quotes",
         summary="A cookie that may hold neither blanks nor double quotes is pasted into a string."),
    _sql("/articles/plain", "Article", query("article", "4"),
         **_filtered((" ", *_WORDS), _told("SELECT name, price FROM products WHERE id = {}", "", listed)),
         variant="number, blanks and words refused", summary="Blanks, AND, OR and UNION are refused before."),
    _sql("/articles/of", "Articles of a kind", query("kind", "safety"),
         **_filtered((" ", "/*", "\t"), _told("SELECT name, price FROM products WHERE category = {}", show=listed)),
         variant="string, blanks and comments refused", summary="Blanks and comments are refused before."),
    _trap("/service/sum", "Add up", query("terms", "7"), _sum),
    _trap("/service/words", "Words", query("list", "rope"), _quoted_list),
)  # fmt: skip
