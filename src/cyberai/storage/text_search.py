"""The index of the words of vulnerabilities, behind one interface; its form per database is in `dialect`.

A search asks it two things: some of the rows that hold all words, or which of these rows do.

Words wait until their transaction ends, or is searched. SQLite's index writes out what it has gathered at each statement
that could fail half-way, such as an INSERT that returns a number: between the rows of ten findings that took longer than
all their lists (270 of 450 us each).
"""

from collections.abc import Collection, Iterator

from sqlalchemy import delete, func, select, text
from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import (
    Backend,
    Forms,
    arg,
    args,
    has_words,
    put_text,
    tenant_word,
    text_index,
    word_query,
)
from cyberai.storage.driver import Driver
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement, shaped

SPREAD = 8
"""Rows whose numbers lie closer than this are asked about as one range."""
MOST_HELD = 100_000
"""Others are compared with the numbers of all rows that hold the words, if there are no more than so many (30 ms),
and asked about one by one where nearly every row holds them."""
SEEKS = 1_000
"""On PostgreSQL, rows that are asked about one by one in any case,"""
MOST_GATHERED = 5_000
"""and how many may hold the words for all of them to be gathered after that."""
_PART = 256

_number = text_index.c.rowid
_PUT = Statement(put_text())
_DROP = Statement(delete(text_index).where(_number == arg("rowid")))
_SOME = Statement(
    Forms(
        select(_number).where(has_words()).order_by(_number.desc()).limit(arg("limit")),
        text("SELECT cyberai_holding(:arg_asked, :arg_limit)").bindparams(arg("asked"), arg("limit")),
    )
)
_HELD = Statement(select(_number).where(has_words()).limit(arg("limit")))
_WITHIN = Statement(select(_number).where(has_words(), _number >= arg("low"), _number <= arg("high")))
_COUNT = Statement(
    Forms(
        select(func.count()).select_from(
            select(_number).where(has_words()).limit(arg("limit")).subquery("matching")
        ),
        text("SELECT cyberai_holding_count(:arg_asked, :arg_limit)").bindparams(arg("asked"), arg("limit")),
    )
)


@shaped
def _among(size: int) -> Executable:
    return select(_number).where(has_words(), _number.in_(args("n", size)))


@shaped
def _common() -> Executable:
    return text("SELECT cyberai_common(:arg_asked, :arg_most)").bindparams(arg("asked"), arg("most"))


@shaped
def _among_sought() -> Executable:
    return text("SELECT cyberai_holding_of(:arg_asked, :arg_numbers)").bindparams(
        arg("asked"), arg("numbers")
    )


class TextIndex:
    """The words of one workspace's vulnerabilities."""

    __slots__ = ("_scope", "_workspace")

    def __init__(self, scope: Scope, workspace: int) -> None:
        self._scope = scope
        self._workspace = workspace

    def put(self, number: int, title: str, component: str, description: str) -> None:
        """Have a row indexed anew before the transaction ends."""
        self._scope.words[number] = {
            "rowid": number,
            "tenant": tenant_word(self._workspace),
            "title": title,
            "component": component,
            "description": description,
        }

    def drop(self, number: int) -> None:
        """Forget a row's words."""
        self._scope.words.pop(number, None)
        self._scope.db.run(_DROP, rowid=number)

    def search(self, asked: str) -> "Search":
        """The rows that hold every word of a text."""
        store_words(self._scope)
        return Search(self._scope.db, word_query(self._workspace, asked))


def store_words(scope: Scope) -> None:
    """Index what waits."""
    scope.db.many(_PUT, scope.words.values())
    scope.words.clear()


class Search:
    """The rows that hold all words, by their numbers."""

    __slots__ = ("_all", "_asked", "_db", "_gathered", "_words")

    def __init__(self, db: Driver, words: dict[str, str]) -> None:
        self._db = db
        self._words = words
        self._all: set[int] | None = None
        self._asked = 0
        self._gathered = False

    def few(self, most: int) -> list[int] | None:
        """All of them, or None where there are more than so many."""
        if self._db.backend is Backend.POSTGRES and self._common(most):
            return None
        found = [number for (number,) in self._db.rows(_SOME, **self._words, limit=most + 1)]
        return found if len(found) <= most else None

    def _common(self, most: int) -> bool:
        # Finding out that 4 % of all rows hold the words takes PostgreSQL 15 ms at a million.
        row = self._db.one(_common(), **self._words, most=most)
        return row is not None and bool(row[0])

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""
        row = self._db.one(_COUNT, **self._words, limit=most)
        return int(row[0]) if row else 0

    def among(self, numbers: Collection[int]) -> set[int]:
        """Which of these rows they are."""
        if not numbers:
            return set()
        if self._db.backend is Backend.POSTGRES:
            return self._sought(numbers)
        low, high = min(numbers), max(numbers)
        if high - low <= SPREAD * len(numbers):
            rows = self._db.rows(_WITHIN, **self._words, low=low, high=high)
            return {number for (number,) in rows} & set(numbers)
        if self._all is None:
            rows = self._db.rows(_HELD, **self._words, limit=MOST_HELD + 1)
            self._all = {number for (number,) in rows}
        if len(self._all) <= MOST_HELD:
            return self._all & set(numbers)
        return set(self._one_by_one(list(numbers)))

    def _sought(self, numbers: Collection[int]) -> set[int]:
        # PostgreSQL's index leads to each row that holds the words, so that only few of them are gathered, and not for
        # the first pages of a walk. A seek costs three microseconds, and all of them go in one statement.
        if not self._gathered and self._asked > SEEKS:
            self._gathered = True
            few = self.few(MOST_GATHERED)
            self._all = None if few is None else set(few)
        if self._all is not None:
            return self._all & set(numbers)
        self._asked += len(numbers)
        return {number for (number,) in self._db.rows(_among_sought(), **self._words, numbers=list(numbers))}

    def _one_by_one(self, numbers: list[int]) -> Iterator[int]:
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            size = 1 << (len(part) - 1).bit_length()
            values = {f"n{index}": part[min(index, len(part) - 1)] for index in range(size)}
            for (number,) in self._db.rows(_among(size), **self._words, **values):
                yield number
