"""SQL injection where no value can be bound or a list is pasted: OFFSET, IN, and names behind ORDER BY."""

from functools import partial

from cyberai.lab.http import LabResponse
from cyberai.lab.page import Page
from cyberai.lab.single_input import Visit, input_page, json_field, query
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


PAGES: tuple[Page, ...] = (
    _sql("/catalogue/from", "Further articles", query("start", "2"), vulnerable=_from, fixed=_from_fixed,
         variant="OFFSET, error hidden", summary="The number of articles to leave out is pasted behind OFFSET."),
    _sql("/catalogue/picked", "Picked articles", query("ids", "1,2,5"), vulnerable=_picked, fixed=_picked_fixed,
         variant="list of numbers, error hidden", summary="A list of article numbers is pasted between the brackets of IN."),
    _sql("/catalogue/by", "Sorted articles", query("sort", "price desc"), vulnerable=_sorted, fixed=_sorted_fixed,
         variant="ORDER BY column and direction, error hidden", summary="Column and direction are pasted behind ORDER BY."),
    _sql("/api/by", "Sorted by a name", json_field("column", "price"), vulnerable=_named, fixed=_named_fixed,
         variant="quoted name behind ORDER BY, JSON body, error hidden",
         summary="The column's name is pasted between back-quotes behind ORDER BY."),
)  # fmt: skip
