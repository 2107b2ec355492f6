"""SQL injection of which the page shows nothing: whatever the statement does, the same words come back."""

from functools import partial

from cyberai.lab.backend.database import Row
from cyberai.lab.http import LabResponse
from cyberai.lab.page import Page
from cyberai.lab.single_input import Visit, header, input_page, input_trap, json_field, posted, query
from cyberai.lab.web._queries import run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Your account")
_SIGN_UP = "INSERT INTO notes (author, body) VALUES ('news', {})"
_WATCH = "UPDATE products SET stock = stock WHERE id = {}"
_VISIT = "INSERT INTO visits (agent, page) VALUES ({}, '/tide/table')"
_SEEN = "SELECT id FROM customers WHERE email = {}"


def _thanks(_rows: list[Row], _visit: Visit) -> str:
    return "<p>Thank you. If there is news, we write.</p>"


def _noted(_rows: list[Row], _visit: Visit) -> str:
    return "<p>Noted.</p>"


def _sign_up(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SIGN_UP.format(f"'{value}'"), _thanks)


def _sign_up_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SIGN_UP.format("?"), _thanks, parameters=(value,))


def _watch(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _WATCH.format(value), _noted)


def _watch_fixed(value: str, visit: Visit) -> LabResponse | str:
    number = int(value[:12]) if value.isascii() and value.isdigit() else -1
    return run(visit, _WATCH.format("?"), _noted, parameters=(number,))


def _forgotten(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SEEN.format(f'"{value}"'), _thanks)


def _forgotten_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _SEEN.format("?"), _thanks, parameters=(value,))


def _tides(_rows: list[Row], _visit: Visit) -> str:
    return "<p>High water at six.</p>"


def _counted(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _VISIT.format(f"'{value}'"), _tides)


def _counted_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, _VISIT.format("?"), _tides, parameters=(value,))


def _slow_name(value: str, visit: Visit) -> LabResponse | str:
    """Trap: a long name takes its time, whatever it says; a statement has no part in it."""
    return visit.page("<p>Full moon on Friday.</p>", delay=2.0 if len(value) > 60 else 0.0)


PAGES: tuple[Page, ...] = (
    _sql("/news/sign-up", "News by mail", posted("address", "robin@harbour-supply.example"),
         vulnerable=_sign_up, fixed=_sign_up_fixed, variant="INSERT, nothing shown",
         summary="The address is pasted into an INSERT statement; the page never changes."),
    _sql("/stock/watch", "Watch an article", query("article", "4"), vulnerable=_watch, fixed=_watch_fixed,
         variant="UPDATE, number, nothing shown",
         summary="The number is pasted into an UPDATE statement; the page never changes."),
    _sql("/api/known", "Do we know you?", json_field("mail", "sam@harbour-supply.example"),
         vulnerable=_forgotten, fixed=_forgotten_fixed, variant="double-quoted string, JSON body, nothing shown",
         summary="A JSON field is pasted into a double-quoted string; the answer never changes."),
    _sql("/tide/table", "Tide table", header("X-Forwarded-For"), vulnerable=_counted, fixed=_counted_fixed,
         variant="INSERT, header, nothing shown",
         summary="The address a proxy names is pasted into an INSERT statement; the page never changes."),
    input_trap("/tide/moon", "Moon table", header("X-Forwarded-For"), _slow_name, section="Service"),
)  # fmt: skip
