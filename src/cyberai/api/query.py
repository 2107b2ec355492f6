"""Query parameters: only declared names, each once, values judged where they are named."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from cyberai.api.envelope import NOT_AVAILABLE
from cyberai.app.listing import NEWEST_FIRST, Sort
from cyberai.app.times import parse_time
from cyberai.domain.errors import ErrorCode, InvalidRequest
from cyberai.ports.repositories import Order

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_VALUES = 100
"""Values in one comma-separated parameter."""

_MAX_PARAMETERS = 100
_MESSAGE = "Invalid query parameter"


class Param(Struct, frozen=True, kw_only=True):
    """A query parameter of a route. `choices` lists the values it may have; `several` allows commas;
    `kind` is text, time, integer or boolean; `values` lists those of a text that has few. `carried` False:
    documented, not in this version."""

    name: str
    description: str
    kind: str = "text"
    several: bool = False
    choices: type[StrEnum] | None = None
    values: tuple[str, ...] = ()
    carried: bool = True


def filter_param(name: str, description: str, choices: type[StrEnum] | None = None) -> Param:
    """A filter of a list: several values by comma, any of them matches."""
    return Param(name=name, description=description, choices=choices, several=True)


def later(name: str) -> Param:
    """A parameter that is documented and that this version does not carry."""
    return Param(name=name, description="", carried=False)


LIMIT = Param(name="limit", description="Rows of the page, 1 to 200; 50 by default.", kind="integer")
CURSOR = Param(name="cursor", description="`next_cursor` of the page before, unchanged.")
CREATED_AFTER = Param(name="created_after", description="Only what was made after this time.", kind="time")
CREATED_BEFORE = Param(name="created_before", description="Only what was made before this time.", kind="time")
FIELDS = Param(
    name="fields",
    description="Only these members of a resource: the answer leaves out all others, those that are required too.",
    several=True,
)
INCLUDE = Param(
    name="include",
    description="`total`: count what matches, up to 10,001 (`total_is_capped`).",
    values=("total",),
)
SEARCH = Param(
    name="q",
    description=(
        "Words, all of which occur in title, affected_component or description, in any form of theirs. A page may "
        "then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`."
    ),
)
MAX_SEARCH = 200
"""Characters of a search."""
MAX_WORDS = 16


def sort_param(*orders: Order) -> Param:
    """The orders of a list; `-` in front of one: descending."""
    values = tuple(sign + order.value for order in orders for sign in ("", "-"))
    return Param(
        name="sort",
        description="Order of the list, `-` in front for descending; `-created_at` by default.",
        values=values,
    )


SORT = sort_param(Order.CREATED)
PAGING = (LIMIT, CURSOR, FIELDS, INCLUDE)
LIST_LATER = (later("q"),)
"""What the documentation promises for every list and this version does not carry everywhere."""
PREFER = ("Prefer", "`wait=N`: answer when the status changes, at the latest after N (at most 60) seconds.")
"""A request header that a route declares: see `cyberai.api.long_poll`."""


def _refuse(field: str, reason: str) -> InvalidRequest:
    return InvalidRequest(_MESSAGE, field=field, reason=reason)


class Query:
    """The decoded parameters of one request; each reader judges its own."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def limit(self) -> int:
        """Rows per page; raise InvalidRequest."""
        text = self.values.get("limit")
        if text is None:
            return DEFAULT_LIMIT
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIMIT):
            raise _refuse("limit", f"Must be a whole number from 1 to {MAX_LIMIT}")
        return int(text)

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number in a range; raise InvalidRequest."""
        text = self.values.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
            raise _refuse(name, f"Must be a whole number from {low} to {high}")
        return int(text)

    def seq(self, name: str) -> int | None:
        """The number of an event, or None; raise InvalidRequest."""
        text = self.values.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise _refuse(name, "Must be the seq of an event, 0 or more")
        return int(text)

    def flag(self, name: str) -> bool:
        """`true` or `false`; raise InvalidRequest."""
        text = self.values.get(name, "false")
        if text not in ("true", "false"):
            raise _refuse(name, "Must be true or false")
        return text == "true"

    def cursor(self) -> str | None:
        """The cursor as it came; `app` judges it."""
        return self.values.get("cursor")

    def sort(self) -> Sort:
        """The order of the list; which orders it has was judged by the edge."""
        text = self.values.get("sort")
        if text is None:
            return NEWEST_FIRST
        return Sort(Order(text.removeprefix("-")), ascending=not text.startswith("-"))

    def total(self) -> bool:
        """Whether to count what matches."""
        return "include" in self.values

    def search(self) -> str | None:
        """The words of `q`; raise InvalidRequest."""
        text = self.values.get(SEARCH.name)
        if text is None:
            return None
        if len(text) > MAX_SEARCH:
            raise _refuse(SEARCH.name, f"Give at most {MAX_SEARCH} characters")
        words = [word for word in text.split() if any(c.isalnum() for c in word)]
        if not 1 <= len(words) <= MAX_WORDS:
            raise _refuse(SEARCH.name, f"Give 1 to {MAX_WORDS} words with letters or digits")
        return " ".join(words)

    def texts(self, name: str) -> tuple[str, ...]:
        """The values of a comma-separated parameter; an empty one is refused, since it would widen a list."""
        text = self.values.get(name)
        if text is None:
            return ()
        values = tuple(dict.fromkeys(text.split(",")))
        if "" in values:
            raise _refuse(name, "Give one or more values, separated by single commas")
        if len(values) > MAX_VALUES:
            raise _refuse(name, f"Give at most {MAX_VALUES} values")
        return values

    def choices(self, name: str, kind: type[StrEnum]) -> tuple[str, ...]:
        """Like `texts`, of a closed list."""
        values = self.texts(name)
        if not values:
            return ()
        known = {member.value for member in kind}
        for value in values:
            if value not in known:
                raise _refuse(name, "Must be one or more of: " + ", ".join(member.value for member in kind))
        return values

    def time(self, name: str) -> int | None:
        """UTC microseconds, or None."""
        text = self.values.get(name)
        if text is None:
            return None
        try:
            return parse_time(text)
        except (ValueError, OverflowError) as error:
            raise _refuse(name, "Must be an RFC 3339 time such as 2024-01-20T10:00:00Z") from error


def _decoded(raw: bytes) -> str | None:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values in order; raise InvalidRequest where they are no UTF-8 text or too many."""
    found: list[tuple[str, str]] = []
    pieces = raw.split(b"&")
    if len(pieces) > _MAX_PARAMETERS:
        raise InvalidRequest(_MESSAGE, reason=f"Send at most {_MAX_PARAMETERS} query parameters")
    for piece in pieces:
        if not piece:
            continue
        name_bytes, _, value_bytes = piece.partition(b"=")
        name, value = _decoded(name_bytes), _decoded(value_bytes)
        if name is None:
            raise InvalidRequest(_MESSAGE, reason="Write parameter names in percent-encoded UTF-8")
        if value is None:
            raise _refuse(name, "Write the value in percent-encoded UTF-8 without NUL")
        found.append((name, value))
    return found


def parse_query(raw: bytes, declared: Mapping[str, Param]) -> Query:
    """The parameters of a request; raise InvalidRequest (`unknown_parameter`, `invalid_request`)."""
    values: dict[str, str] = {}
    for name, value in pairs(raw):
        param = declared.get(name)
        if param is None:
            raise _unknown(name, declared)
        if not param.carried:
            raise _refuse(name, NOT_AVAILABLE)
        if name in values:
            how = "; separate several values by commas" if param.several else ""
            raise _refuse(name, f"Give it once{how}")
        if param.values and value not in param.values:
            raise _refuse(name, f"Must be one of: {', '.join(param.values)}")
        values[name] = value
    return Query(values)


def _unknown(name: str, declared: Mapping[str, Param]) -> InvalidRequest:
    known = [param.name for param in declared.values() if param.carried]
    hint = f"This endpoint knows: {', '.join(known)}" if known else "This endpoint takes no query parameters"
    return InvalidRequest(
        "Unknown query parameter", code=ErrorCode.UNKNOWN_PARAMETER, field=name, reason=hint
    )
