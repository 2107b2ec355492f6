"""SQL injection behind forms and headers: log-in, INSERT, two-field search, logging of the browser's name."""

from functools import partial

from cyberai.lab.backend import sql_errors
from cyberai.lab.backend.database import Row
from cyberai.lab.http import LabRequest, LabResponse, first
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import form, text
from cyberai.lab.page import Flaw, Insertion, Link, Page
from cyberai.lab.single_input import Visit, header, input_page, posted
from cyberai.lab.state import State
from cyberai.lab.web._queries import listed, run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Your account")
_SUPPLIERS = "SELECT name, town FROM suppliers WHERE "


def _logged_in(rows: list[Row], visit: Visit) -> LabResponse | str:
    if not rows:
        return visit.page("<p>E-mail or password are wrong.</p>")
    return f"<p>Welcome back, {text(str(rows[0][0]))}. You have two open orders.</p>"


def _login(value: str, visit: Visit) -> LabResponse | str:
    statement = f"SELECT name FROM customers WHERE email = '{value}' AND password_hash = '{_hash(visit)}'"
    return run(visit, statement, _logged_in)


def _login_fixed(value: str, visit: Visit) -> LabResponse | str:
    statement = "SELECT name FROM customers WHERE email = ? AND password_hash = ?"
    return run(visit, statement, _logged_in, parameters=(value, _hash(visit)))


def _hash(visit: Visit) -> str:
    """What stands for the password in the statement: digits that no input can shape."""
    password = first(visit.request.form, "password") or ""
    return f"{sum(password.encode()) * 2654435761 % 16777216:06x}"


def _saved(_rows: list[Row], _visit: Visit) -> str:
    return "<p>Thank you, your line is in the book until the tide turns.</p>"


def _insert(value: str, visit: Visit) -> LabResponse | str:
    statement = f"INSERT INTO notes (author, body) VALUES ('guest', '{value}')"
    return run(visit, statement, _saved, wording=sql_errors.mysql)


def _insert_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, "INSERT INTO notes (author, body) VALUES ('guest', ?)", _saved, parameters=(value,))


def _visited(_rows: list[Row], visit: Visit) -> str:
    return f"<p>Your visit is counted. {text(visit.state.offer())}.</p>"


def _log_agent(value: str, visit: Visit) -> LabResponse | str:
    statement = f"INSERT INTO visits (agent, page) VALUES ('{value}', '/visits')"
    return run(visit, statement, _visited, wording=sql_errors.postgresql)


def _log_agent_fixed(value: str, visit: Visit) -> LabResponse | str:
    statement = "INSERT INTO visits (agent, page) VALUES (?, '/visits')"
    return run(visit, statement, _visited, parameters=(value,))


def _either_field(request: LabRequest, state: State, *, bound: bool) -> LabResponse | None:
    """A search by postcode or by town; filling both is refused, so each field must be tried alone."""
    visit = Visit(request, state, "Find a supplier")
    fields = {name: first(request.query, name) or "" for name in ("code", "place")}
    entry = form("/suppliers/find", (("code", ""), ("place", "")))
    if all(fields.values()):
        return visit.page(f"<p>Please fill in only one of the two fields.</p>{entry}", status=400)
    column, value = ("postcode", fields["code"]) if fields["code"] else ("town", fields["place"])
    if not value:
        return visit.page(f"<p>Search by postcode (such as 2100) or by town (such as Kelby).</p>{entry}")
    if bound:
        answer = run(visit, _SUPPLIERS + f"{column} = ?", listed, parameters=(value,))
    else:
        answer = run(visit, _SUPPLIERS + f"{column} = '{value}'", listed, wording=sql_errors.sqlite)
    return answer if isinstance(answer, LabResponse) else visit.page(answer + entry)


def _either_flaw(parameter: str) -> Flaw:
    return Flaw(
        check=CHECK,
        path="/suppliers/find",
        parameter=parameter,
        insertion=Insertion.QUERY,
        variant=f"string, one of two fields ({parameter})",
        summary=f"The field {parameter} is pasted into a string, if the other field is left empty.",
    )


def _basket(request: LabRequest, state: State) -> LabResponse | None:
    """A form with a token that changes with each request: naive comparison sees a difference everywhere."""
    token = f'<form action="/basket" method="post"><input type="hidden" name="csrf" value="{state.token()}">'
    body = f"{token}<label>Quantity <input name='quantity' value='1'></label><button>Update</button></form>"
    done = "<p>The basket is updated.</p>" if request.method == "POST" else ""
    return shop_page(state, "Basket", done + body)


PAGES: tuple[Page, ...] = (
    _sql("/login", "Log in", posted("email", "robin@harbour-supply.example", ("password", "")),
         vulnerable=_login, fixed=_login_fixed, variant="string, log-in form, error hidden",
         summary="The e-mail address of the log-in form is pasted into a string."),
    _sql("/guest-book", "Guest book", posted("line", "Fair winds"), vulnerable=_insert, fixed=_insert_fixed,
         variant="INSERT, error shown", summary="The line is pasted into an INSERT statement."),
    _sql("/visits", "Count my visit", header("User-Agent"), vulnerable=_log_agent, fixed=_log_agent_fixed,
         variant="INSERT, User-Agent header, error shown",
         summary="The browser's name is pasted into an INSERT statement."),
    Page(
        path="/suppliers/find",
        title="Find a supplier",
        section="Catalogue",
        vulnerable=partial(_either_field, bound=False),
        fixed=partial(_either_field, bound=True),
        flaws=(_either_flaw("code"), _either_flaw("place")),
        links=(Link("/suppliers/find", "Find a supplier"),),
    ),
    Page(
        path="/basket",
        title="Basket",
        section="Your account",
        vulnerable=_basket,
        fixed=_basket,
        links=(Link("/basket", "Basket"),),
        demo=True,
    ),
)  # fmt: skip
