"""How many rows carry two terms at once, and what each row is counted by.

`pair_count` holds how many rows carry a term (a check, a weakness, a scan that saw them) together with each value of the
dimensions that are counted (`Crossed.names`): what facets under one filter read, however many rows match. The table of
`Crossed` holds a row's facet and its counted terms in some forty bytes, for what no counter knows.

Changes of counts wait until their transaction ends, or until they are read: findings stored together share most pairs.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import NamedTuple

from sqlalchemy import Table, any_, delete, func, select, update
from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import Backend, arg, args, insert_row, upsert
from cyberai.storage.driver import Row
from cyberai.storage.listing import Listing, Posted, Term
from cyberai.storage.schema import pair_count, term
from cyberai.storage.scope import Pair, Scope
from cyberai.storage.statements import Statement, shaped

PART = 256
"""Rows or terms of one statement."""

_p = pair_count.c
_KEY = ("workspace", "term", "dimension", "other")
_here = [_p[name] == arg(name) for name in _KEY]
_ADD = Statement(upsert(pair_count, *_KEY, "n", key=_KEY, changes={"n": _p.n + arg("n")}))
_DROP_EMPTY = Statement(delete(pair_count).where(*_here, _p.n <= 0))


class Crossed(NamedTuple):
    """The table of what rows are counted by, and the kinds of terms that are its columns. A row carries exactly one term
    of each. Their order is stored: append, never reorder."""

    table: Table
    names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the table that change."""
        return ("facet", *(f"{name}_term" for name in self.names))


@shaped
def _largest(size: int) -> Executable:
    """(value, n) of the terms that most rows carry together with one of `size` terms."""
    n = func.sum(_p.n).label("n")
    most = (
        select(_p.other, n)
        .where(
            _p.workspace == arg("workspace"),
            _p.term.in_(args("n", size)),
            _p.dimension == arg("dimension"),
        )
        .group_by(_p.other)
        .order_by(n.desc(), _p.other)
        .limit(arg("limit"))
        .subquery("most")
    )
    return select(term.c.value, most.c.n).join_from(most, term, term.c.number == most.c.other)


@shaped
def _values(size: int) -> Executable:
    return select(term.c.number, term.c.value).where(term.c.number.in_(args("n", size)))


@shaped
def _put(crossed: Crossed) -> Executable:
    return insert_row(crossed.table, "workspace", "item", *crossed.columns)


@shaped
def _change(crossed: Crossed) -> Executable:
    c = crossed.table.c
    return (
        update(crossed.table)
        .where(c.workspace == arg("workspace"), c.item == arg("item"))
        .values({name: arg(name) for name in crossed.columns})
    )


@shaped
def _drop(crossed: Crossed) -> Executable:
    c = crossed.table.c
    return delete(crossed.table).where(c.workspace == arg("workspace"), c.item == arg("item"))


@shaped
def _among(crossed: Crossed, size: int) -> Executable:
    c = crossed.table.c
    columns = [c[name] for name in crossed.columns]
    return select(*columns).where(c.workspace == arg("workspace"), c.item.in_(args("n", size)))


@shaped
def _among_all(crossed: Crossed) -> Executable:
    c = crossed.table.c
    columns = [c[name] for name in crossed.columns]
    return select(*columns).where(c.workspace == arg("workspace"), c.item == any_(arg("numbers")))


class CrossCounts:
    """The counts of one kind of resource in one workspace."""

    __slots__ = ("_crossed", "_listing", "_scope", "_workspace")

    def __init__(self, scope: Scope, workspace: int, listing: Listing, crossed: Crossed) -> None:
        self._scope = scope
        self._workspace = workspace
        self._listing = listing
        self._crossed = crossed

    def add(self, row: Posted) -> None:
        """Count a new row."""
        counted = self._counted(row.terms)
        self._scope.db.run(_put(self._crossed), **self._brief(row, counted))
        self._note(self._numbers(row.terms), counted, 1)

    def carry(self, row: Posted, number: int, by: int = 1) -> None:
        """Count a row under one more term, or with -1 no more."""
        self._note([number], self._counted(row.terms), by)

    def replace(self, old: Posted, new: Posted, carried: Iterable[int] = ()) -> None:
        """Count a row under its new facet and terms; `carried` are further terms (by number) it keeps."""
        before, after = self._counted(old.terms), self._counted(new.terms)
        if old.facet != new.facet or before != after:
            self._scope.db.run(_change(self._crossed), **self._brief(new, after))
        if old.terms != new.terms:
            further = list(carried) if before != after else []
            self._note([*self._numbers(old.terms), *further], before, -1)
            self._note([*self._numbers(new.terms), *further], after, 1)

    def moves(self, before: frozenset[Term], after: frozenset[Term]) -> bool:
        """Whether the change of a row's terms changes what it is counted by under terms that are not its own."""
        return before != after and self._counted(before) != self._counted(after)

    def remove(self, row: Posted, carried: Iterable[int] = ()) -> None:
        """Count a row no more."""
        self._scope.db.run(_drop(self._crossed), workspace=self._workspace, item=row.item)
        self._note([*self._numbers(row.terms), *carried], self._counted(row.terms), -1)

    def largest(self, name: str, values: Iterable[str], counted: str, limit: int) -> dict[str, int]:
        """Rows per value of the dimension `counted`, of those that carry one of these terms, which no row carries two of;
        the largest so many."""
        store_pairs(self._scope)
        numbers = [n for n in (self._listing.number(name, value) for value in values) if n is not None]
        found: dict[str, int] = {}
        if numbers:
            dimension = self._crossed.names.index(counted)
            size, asked = _asked(numbers)
            rows = self._scope.db.rows(
                _largest(size), workspace=self._workspace, dimension=dimension, limit=limit, **asked
            )
            found = {value: int(n) for value, n in rows}
        return found

    def among(self, numbers: list[int]) -> list[Row]:
        """(facet, term of each dimension) of these rows, in any order."""
        if self._scope.db.backend is Backend.POSTGRES:
            # One trip with an array, where SQLite, which has none, is asked in parts at no such price.
            return self._scope.db.rows(_among_all(self._crossed), workspace=self._workspace, numbers=numbers)
        found: list[Row] = []
        for part in _parts(numbers):
            size, asked = _asked(part)
            found += self._scope.db.rows(_among(self._crossed, size), workspace=self._workspace, **asked)
        return found

    def named(self, counts: Mapping[int, int], limit: int) -> dict[str, int]:
        """The largest so many of these counts per term, by the values of the terms."""
        most = nsmallest(limit, counts.items(), key=lambda pair: (-pair[1], pair[0]))
        found: dict[str, int] = {}
        for part in _parts([number for number, _ in most]):
            size, asked = _asked(part)
            found |= {value: counts[number] for number, value in self._scope.db.rows(_values(size), **asked)}
        return found

    def place(self, counted: str) -> int:
        """Where `among` has this dimension."""
        return 1 + self._crossed.names.index(counted)

    def _numbers(self, terms: Iterable[Term]) -> list[int]:
        return [self._listing.number_of(*each) for each in terms]

    def _counted(self, terms: frozenset[Term]) -> tuple[int, ...]:
        values = dict(terms)
        return tuple(self._listing.number_of(name, values[name]) for name in self._crossed.names)

    def _brief(self, row: Posted, counted: tuple[int, ...]) -> dict[str, int]:
        values = dict(zip(self._crossed.columns, (row.facet, *counted), strict=True))
        return {"workspace": self._workspace, "item": row.item, **values}

    def _note(self, numbers: Iterable[int], counted: tuple[int, ...], by: int) -> None:
        pairs, workspace = self._scope.pairs, self._workspace
        for number in numbers:
            for dimension, other in enumerate(counted):
                if number != other:
                    key = Pair(workspace, number, dimension, other)
                    pairs[key] = pairs.get(key, 0) + by


def store_pairs(scope: Scope) -> None:
    """Write the changes of counts that wait."""
    if not scope.pairs:
        return
    changed = [{**pair._asdict(), "n": n} for pair, n in scope.pairs.items() if n]
    scope.pairs.clear()
    scope.db.many(_ADD, changed)
    # A term that nothing carries any more leaves no count behind: its number may be given away again.
    scope.db.many(_DROP_EMPTY, [{**pair, "n": 0} for pair in changed if pair["n"] < 0])


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), PART):
        yield numbers[start : start + PART]


def _asked(numbers: list[int]) -> tuple[int, dict[str, int]]:
    """The next larger shape of a statement, and its parameters, the last one repeated."""
    size = 1 << max(0, (len(numbers) - 1).bit_length())
    return size, {f"n{index}": numbers[min(index, len(numbers) - 1)] for index in range(size)}
