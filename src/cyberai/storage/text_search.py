"""The index of the words of vulnerabilities, behind one interface; its form per database is in `dialect`.

A search asks it two things: the newest rows that hold all words, or which of these rows do.

Words wait until their transaction ends, or is searched. SQLite's index writes out what it has gathered at each statement
that could fail half-way, such as an INSERT that returns a number: between the rows of ten findings that took longer than
all their lists (270 of 450 us each).
"""

from collections.abc import Collection, Iterator

from sqlalchemy import delete, func, select
from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import arg, args, has_words, put_text, tenant_word, text_index, word_query
from cyberai.storage.driver import Driver
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement, shaped

SPREAD = 8
"""Rows whose numbers lie closer than this are asked about as one range."""
MOST_HELD = 100_000
"""Others are compared with the numbers of all rows that hold the words, if there are no more than so many (30 ms),
and asked about one by one where nearly every row holds them."""
_PART = 256

_number = text_index.c.rowid
_PUT = Statement(put_text())
_DROP = Statement(delete(text_index).where(_number == arg("rowid")))
_NEWEST = Statement(select(_number).where(has_words()).order_by(_number.desc()).limit(arg("limit")))
_HELD = Statement(select(_number).where(has_words()).limit(arg("limit")))
_WITHIN = Statement(select(_number).where(has_words(), _number >= arg("low"), _number <= arg("high")))
_COUNT = Statement(
    select(func.count()).select_from(
        select(_number).where(has_words()).limit(arg("limit")).subquery("matching")
    )
)


@shaped
def _among(size: int) -> Executable:
    return select(_number).where(has_words(), _number.in_(args("n", size)))


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

    def search(self, text: str) -> "Search":
        """The rows that hold every word of a text."""
        store_words(self._scope)
        return Search(self._scope.db, word_query(self._workspace, text))


def store_words(scope: Scope) -> None:
    """Index what waits."""
    scope.db.many(_PUT, scope.words.values())
    scope.words.clear()


class Search:
    """The rows that hold all words, by their numbers."""

    __slots__ = ("_all", "_db", "_words")

    def __init__(self, db: Driver, words: dict[str, str]) -> None:
        self._db = db
        self._words = words
        self._all: set[int] | None = None

    def newest(self, limit: int) -> list[int]:
        """At most so many of them, the highest number first."""
        return [number for (number,) in self._db.rows(_NEWEST, **self._words, limit=limit)]

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""
        row = self._db.one(_COUNT, **self._words, limit=most)
        return int(row[0]) if row else 0

    def among(self, numbers: Collection[int]) -> set[int]:
        """Which of these rows they are."""
        if not numbers:
            return set()
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

    def _one_by_one(self, numbers: list[int]) -> Iterator[int]:
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            size = 1 << (len(part) - 1).bit_length()
            values = {f"n{index}": part[min(index, len(part) - 1)] for index in range(size)}
            for (number,) in self._db.rows(_among(size), **self._words, **values):
                yield number
