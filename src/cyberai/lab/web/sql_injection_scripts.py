"""SQL injection behind what only a script asks for: its function puts the same beginning before each address."""

from msgspec import structs

from cyberai.lab.backend.database import Row
from cyberai.lab.http import LabRequest, LabResponse, json_response
from cyberai.lab.page import Page, trap
from cyberai.lab.single_input import Visit, input_page, json_field, query
from cyberai.lab.state import State
from cyberai.lab.web._queries import run
from cyberai.lab.web._scripts import pinned_script

CHECK = "web.sql-injection"
_SECTION = "Catalogue"
_ORDERED = "SELECT name, price FROM products WHERE stock > 2 ORDER BY "
_KNOWN = "SELECT name, price FROM products WHERE name = "
_SCRIPT = """
const root = "/balance/data";
async function ask(path, options) {
  const reply = await fetch(root + path, options || {credentials: "same-origin"});
  return reply.json();
}
const show = (rows) => { document.querySelector("output").textContent = rows.length + " articles"; };
ask("/rows?sort=price").then(show);
document.querySelector("button").onclick = () => ask("/known", {
  method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({article: "Signal horn", pieces: 2})}).then(show);
"""


def _rows(rows: list[Row], _visit: Visit) -> LabResponse:
    return json_response([{"name": row[0], "price": row[1]} for row in rows])


def _sorted(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _ORDERED + value, _rows)


def _sorted_fixed(value: str, visit: Visit) -> LabResponse | str:
    return _sorted(value if value in ("name", "price", "stock") else "id", visit)


def _known(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_KNOWN}'{value}'", _rows)


def _known_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_KNOWN}?", _rows, parameters=(value,))


def _balance(_request: LabRequest, state: State) -> LabResponse:
    visit = Visit(_request, state, "Balance")
    return pinned_script(visit, _SCRIPT, "<p><output></output> <button>Is it on the shelf?</button></p>")


def _unlinked(page: Page) -> Page:
    return structs.replace(page, links=())


PAGES: tuple[Page, ...] = (
    trap("/balance", "Balance", _SECTION, _balance),
    _unlinked(input_page(
        CHECK, "/balance/data/rows", "Balance", query("sort", "price"), section=_SECTION,
        vulnerable=_sorted, fixed=_sorted_fixed, variant="ORDER BY, asked for by a script's own function, error hidden",
        summary="The column is pasted behind ORDER BY; only a script's own function asks for it.")),
    _unlinked(input_page(
        CHECK, "/balance/data/known", "Balance", json_field("article", "Signal horn", ("pieces", "2")), section=_SECTION,
        vulnerable=_known, fixed=_known_fixed, variant="string, JSON body, sent by a script's own function, error hidden",
        summary="A JSON field is pasted into a string; only a script's own function sends it.")),
)  # fmt: skip
