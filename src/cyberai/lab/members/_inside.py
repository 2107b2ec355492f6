"""What lies behind each login: the same few pages, with two flaws, and their mended twins."""

from cyberai.lab.backend.database import StatementError
from cyberai.lab.headers import for_method, secured
from cyberai.lab.http import LabRequest, LabResponse, first, json_response, redirect
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import form, link, listing, table, text
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.state import State

USER = "robin"
PASSWORD = "low-tide-at-seven"  # noqa: S105 - the practice target's own, told to everybody by --json
MAX_SESSIONS = 5_000
_NO_POLICY = ("content-security-policy",)

FLAWS = (
    Flaw(
        check="web.sql-injection",
        path="/orders",
        parameter="id",
        insertion=Insertion.QUERY,
        variant="behind a login",
        summary="The order's number is put into the statement as it is.",
    ),
    Flaw(
        check="web.reflected-xss",
        path="/find",
        parameter="word",
        insertion=Insertion.QUERY,
        variant="behind a login",
        summary="The word is shown without encoding.",
    ),
)

FORGEABLE = Flaw(
    check="web.csrf",
    path="/boat",
    method="POST",
    parameter="boat",
    insertion=Insertion.FORM,
    variant="behind a login",
    summary="Any site can rename the member's boat: browsers send what the login goes by along with its form.",
)
"""In those of the areas whose login goes along with other sites' forms."""


class Sessions:
    """Who is logged in: a random id, and how many requests it lasts (0: for ever)."""

    def __init__(self, state: State, lasts: int = 0) -> None:
        self._state = state
        self._lasts = lasts
        self._open: dict[str, int] = {}

    def begin(self) -> str:
        """A new session."""
        if len(self._open) >= MAX_SESSIONS:
            self._open.pop(next(iter(self._open)))
        name = self._state.token()
        self._open[name] = 0
        return name

    def known(self, name: str | None) -> bool:
        """Whether the session lives; each question is a request of it."""
        if name is None or name not in self._open:
            return False
        self._open[name] += 1
        if self._lasts and self._open[name] > self._lasts:
            del self._open[name]
            return False
        return True

    def end(self, name: str | None) -> None:
        """Log out."""
        self._open.pop(name or "", None)


def finished(request: LabRequest, response: LabResponse) -> LabResponse:
    """With the headers every page has."""
    return for_method(request, secured(response))


def menu(*further: str) -> str:
    """Where a member can go; `further` is markup."""
    items = [
        link("/orders?id=1", "Your last order"),
        link("/find?word=rope", "Find in your orders"),
        link("/tides", "Tides"),
        link("/boat", "Your boat"),
        *further,
    ]
    return listing(items)


def page_inside(request: LabRequest, state: State, *, fixed: bool, way_out: str = "") -> LabResponse | None:
    """A page for members, or None where there is none. `way_out` is the markup of the log-out link."""
    if request.path == "/":
        return shop_page(state, "Members", "<p>Good to see you on the quay.</p>" + menu() + way_out)
    if request.path == "/orders":
        return shop_page(state, "Your order", *_order(request, state, fixed=fixed, way_out=way_out))
    if request.path == "/find":
        return _found(request, state, fixed=fixed, way_out=way_out)
    if request.path == "/boat":
        return _boat(request, state, fixed=fixed, way_out=way_out)
    if request.path == "/tides":
        return shop_page(state, "Tides", "<p>High at nine, low at three.</p>" + way_out)
    return None


def _order(request: LabRequest, state: State, *, fixed: bool, way_out: str) -> tuple[str]:
    number = first(request.query, "id") or ""
    try:
        if fixed:
            rows = state.database.query("SELECT name, price FROM products WHERE id = ?", (number,))
        else:
            rows = state.database.query(f"SELECT name, price FROM products WHERE id = {number}")  # noqa: S608
    except StatementError as error:
        return (f"<p>The shop could not answer.</p><pre>{text(str(error))}</pre>{way_out}",)
    return ((table(("Article", "Price"), list(rows)) if rows else "<p>No such order.</p>") + way_out,)


def _found(request: LabRequest, state: State, *, fixed: bool, way_out: str) -> LabResponse:
    word = first(request.query, "word") or ""
    shown = text(word) if fixed else word
    body = form("/find", (("word", "rope"),), label="Find") + f"<p>Nothing about {shown} yet.</p>{way_out}"
    return shop_page(state, "Find", body, omitted=() if fixed else _NO_POLICY)


def _boat(request: LabRequest, state: State, *, fixed: bool, way_out: str) -> LabResponse:
    """Its name, and the form that changes it; the mended one wants the token that only its own page shows."""
    token = state.remembered("boat token") or state.token()
    state.remember("boat token", token)
    name = first(request.form, "boat")
    if request.method == "POST" and name is not None:
        if fixed and first(request.form, "boat_token") != token:
            return shop_page(state, "Your boat", f"<p>That form is too old.</p>{way_out}", status=403)
        state.remember("boat", name)
        return redirect("/boat", 303)
    fields = (("boat", "Petrel"), *((("boat_token", token),) if fixed else ()))
    body = f"<p>Her name: {text(state.remembered('boat'))}</p>{_rename(fields)}{way_out}"
    return shop_page(state, "Your boat", body)


def _rename(fields: tuple[tuple[str, str], ...]) -> str:
    (name, value), *hidden = fields
    secret = "".join(f'<input type="hidden" name="{n}" value="{v}">' for n, v in hidden)
    box = f'<label>Name <input name="{name}" value="{value}"></label>'
    return f'<form action="/boat" method="post">{secret}{box}<button>Rename</button></form>'


def order_as_json(request: LabRequest, state: State, *, fixed: bool) -> LabResponse:
    """The order for a script; the statement is made as on the page."""
    number = first(request.query, "id") or ""
    try:
        if fixed:
            rows = state.database.query("SELECT name, price FROM products WHERE id = ?", (number,))
        else:
            rows = state.database.query(f"SELECT name, price FROM products WHERE id = {number}")  # noqa: S608
    except StatementError as error:
        return json_response({"error": str(error)}, 500)
    return json_response({"orders": [{"name": row[0], "price": row[1]} for row in rows]})
