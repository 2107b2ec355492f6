"""SQL injection where no value can be bound or a list is pasted: OFFSET, IN, and names behind ORDER BY."""

from base64 import b64decode
from functools import partial
from typing import Any

import msgspec

from cyberai.lab.http import LabResponse
from cyberai.lab.page import Page
from cyberai.lab.single_input import Visit, cookie, input_page, json_field, query
from cyberai.lab.web._queries import listed, run

CHECK = "web.sql-injection"
_sql = partial(input_page, CHECK, section="Catalogue")
_COLUMNS = {"name": "name", "price": "price", "stock": "stock"}
_DIRECTIONS = {"asc": "ASC", "desc": "DESC"}
_ROWS = "SELECT name, price FROM products"


def _number(value: str) -> int:
    return int(value[:9]) if value.isascii() and value.isdigit() else 0


def _from(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} ORDER BY id LIMIT 3 OFFSET {value}", listed)


def _from_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} ORDER BY id LIMIT 3 OFFSET ?", listed, parameters=(_number(value),))


def _picked(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} WHERE id IN ({value}) ORDER BY name", listed)


def _picked_fixed(value: str, visit: Visit) -> LabResponse | str:
    numbers = [_number(part.strip()) for part in value.split(",")[:20]]
    marks = ",".join("?" * len(numbers))
    return run(visit, f"{_ROWS} WHERE id IN ({marks}) ORDER BY name", listed, parameters=numbers)


def _sorted(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} WHERE stock > 0 ORDER BY {value} LIMIT 5", listed)


def _sorted_fixed(value: str, visit: Visit) -> LabResponse | str:
    column, _, direction = value.lower().partition(" ")
    return _sorted(f"{_COLUMNS.get(column, 'name')} {_DIRECTIONS.get(direction, 'ASC')}", visit)


def _named(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} WHERE stock > 20 ORDER BY `{value}`", listed)


def _named_fixed(value: str, visit: Visit) -> LabResponse | str:
    return _named(_COLUMNS.get(value, "name"), visit)


def _wanted(value: str, visit: Visit) -> LabResponse | str:
    """The value is a JSON text, of which one member is pasted."""
    return run(visit, f"{_ROWS} WHERE category = '{_kind(value)}'", listed)


def _wanted_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} WHERE category = ?", listed, parameters=(_kind(value),))


def _kind(value: str) -> str:
    try:
        return str(msgspec.json.decode(value, type=dict[str, Any]).get("kind", ""))
    except (msgspec.MsgspecError, UnicodeError):
        return ""


def _seen(value: str, visit: Visit) -> LabResponse | str:
    """The value is text in Base64."""
    return run(visit, f"{_ROWS} WHERE category = '{_decoded(value)}'", listed)


def _seen_fixed(value: str, visit: Visit) -> LabResponse | str:
    return run(visit, f"{_ROWS} WHERE category = ?", listed, parameters=(_decoded(value),))


def _decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""


PAGES: tuple[Page, ...] = (
    _sql("/catalogue/from", "Further articles", query("start", "2"), vulnerable=_from, fixed=_from_fixed,
         variant="OFFSET, error hidden", summary="The number of articles to leave out is pasted behind OFFSET."),
    _sql("/catalogue/picked", "Picked articles", query("ids", "1,2,5"), vulnerable=_picked, fixed=_picked_fixed,
         variant="list of numbers, error hidden", summary="A list of article numbers is pasted between the brackets of IN."),
    _sql("/catalogue/wanted", "Wanted articles", query("filter", '{"kind":"rope","page":1}'),
         vulnerable=_wanted, fixed=_wanted_fixed, variant="string within a JSON text, error hidden",
         summary="A member of the JSON text that a parameter holds is pasted into a string."),
    _sql("/catalogue/seen", "What you looked at", cookie("seen", "c2FmZXR5"),
         vulnerable=_seen, fixed=_seen_fixed, variant="string in Base64, cookie, error hidden",
         summary="The text that a cookie holds in Base64 is pasted into a string."),
    _sql("/catalogue/by", "Sorted articles", query("sort", "price desc"), vulnerable=_sorted, fixed=_sorted_fixed,
         variant="ORDER BY column and direction, error hidden", summary="Column and direction are pasted behind ORDER BY."),
    _sql("/api/by", "Sorted by a name", json_field("column", "price"), vulnerable=_named, fixed=_named_fixed,
         variant="quoted name behind ORDER BY, JSON body, error hidden",
         summary="The column's name is pasted between back-quotes behind ORDER BY."),
)  # fmt: skip
