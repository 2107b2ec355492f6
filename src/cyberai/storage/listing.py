"""Lists of a million rows: newest first, by any filters, without scanning and without OFFSET.

Every row stands in a posting list per term (a target, a check, a scan that saw it) and in one for all. A list
is kept in order of rank, and a second time as one run per facet (see `cyberai.storage.facets`).

- Without a filter on facets, a page merges the newest of the terms asked for.
- With one, it first walks a bounded stretch of those lists and keeps what matches: common values fill a page
  at once. What is rare is then taken from the runs of the facets that match and, by the stored counts, occur.
- With filters in several kinds of terms the rarest leads and the others are looked up row by row, one seek each.

A kind of resource may have a second order: its lists stand once more under the negative numbers of their terms,
with ranks of that order (see `cyberai.storage.orders`). Terms, facets and counts serve both.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import Forms, arg, args, insert_new, newest_of
from cyberai.storage.driver import Row
from cyberai.storage.posting_changes import PostingChanges
from cyberai.storage.schema import posting, posting_count, term
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement, shaped

MAX_RUNS = 64
"""Runs merged by one statement; more are merged here, statement by statement."""
FEW_RUNS = 8
"""So few runs are merged without walking first."""
MAX_WALK = 1_600
"""Rows looked at before the runs of the matching facets are merged instead."""

ALL = ""
"""The name and value of the term that every row carries."""

ANY = -1
"""The facet of a run that has all facets."""

NO_TERM = 0
"""The number of no term."""

Term = tuple[str, str]
"""(kind, value)."""

_c, _p = posting_count.c, posting.c

_TERM = Statement(
    select(term.c.number).where(
        term.c.workspace == arg("workspace"), term.c.kind == arg("kind"), term.c.value == arg("value")
    )
)
_NEW_TERM = Statement(insert_new(term, "workspace", "kind", "value"))
_COUNTS = Statement(
    select(_c.facet, _c.n).where(_c.workspace == arg("workspace"), _c.term == arg("term"), _c.n > 0)
)
_DROP_COUNTS = Statement(
    delete(posting_count).where(_c.workspace == arg("workspace"), _c.term == arg("term"))
)
_DROP_TERM = Statement(
    delete(term).where(term.c.workspace == arg("workspace"), term.c.number == arg("number"))
)
_ITEMS = Statement(
    select(_p.rank, _p.item)
    .where(_p.workspace == arg("workspace"), _p.term == arg("term"))
    .order_by(_p.rank.desc())
    .limit(arg("limit"))
)


@shaped
def _largest(size: int) -> Executable:
    """(value, n) of the terms of a kind that most rows carry; with facets (`size` of them), of those rows only."""
    n = func.sum(_c.n)
    conditions = [term.c.workspace == arg("workspace"), term.c.kind == arg("kind"), _c.n > 0]
    if size:
        conditions.append(_c.facet.in_(args("facet", size)))
    return (
        select(term.c.value, n)
        .join_from(term, posting_count, (_c.workspace == term.c.workspace) & (_c.term == term.c.number))
        .where(*conditions)
        .group_by(term.c.number, term.c.value)
        .order_by(n.desc(), term.c.value)
        .limit(arg("limit"))
    )


class Posted(NamedTuple):
    """What a row is listed by."""

    item: int
    rank: int
    facet: int
    terms: frozenset[Term]


class Run(NamedTuple):
    """A part of a posting list that is in order of rank, and how long it is."""

    term: int
    facet: int
    n: int


class Way(NamedTuple):
    """How lists are walked: `sign` -1 in their second order, and in which direction."""

    sign: int = 1
    ascending: bool = False


NEWEST = Way()


class Query(NamedTuple):
    """What a page asks of the lists: `also` holds, per further kind of term, the terms of which one is needed."""

    also: tuple[tuple[int, ...], ...]
    low: int
    high: int
    limit: int
    way: Way

    def behind(self, rank: int) -> "Query":
        """The rest of the span, once a row of that rank was reached."""
        return self._replace(low=rank + 1) if self.way.ascending else self._replace(high=rank)


class Listing:
    """The posting lists of one kind of resource in one workspace."""

    __slots__ = ("_changes", "_db", "_kind", "_known", "_workspace")

    def __init__(self, scope: Scope, workspace: int, kind: str) -> None:
        self._db = scope.db
        self._changes = PostingChanges(scope)
        self._known = scope.terms
        self._workspace = workspace
        self._kind = kind

    def add(self, row: Posted) -> None:
        """List a new row."""
        self._post(
            row, [self.number_of(name, value) for name, value in row.terms] + [self.number_of(ALL, ALL)]
        )

    def remove(self, row: Posted) -> None:
        """List a row no more."""
        self._unpost(
            row, [self.number_of(name, value) for name, value in row.terms] + [self.number_of(ALL, ALL)]
        )

    def replace(self, old: Posted, new: Posted, carried: Iterable[int] = ()) -> None:
        """List a row under its new facet and terms; `carried` are further terms (by number) it keeps."""
        if old.facet != new.facet:
            kept = [self.number_of(*t) for t in old.terms & new.terms] + [self.number_of(ALL, ALL), *carried]
            self._refacet(new, old.facet, kept)
        if old.terms != new.terms:
            self._unpost(old, [self.number_of(*t) for t in old.terms - new.terms])
            self._post(new, [self.number_of(*t) for t in new.terms - old.terms])

    def place(self, row: Posted) -> None:
        """List a row in the second order, where `row.rank` is its place."""
        for number in self._places(row):
            self._changes.put(self._workspace, number, row.rank, row.facet, row.item)

    def move(self, old: Posted, new: Posted) -> None:
        """List a row at its new place in the second order, under its new facet and terms."""
        if old != new:
            self.displace(old)
            self.place(new)

    def displace(self, row: Posted) -> None:
        """Take a row off the second order."""
        for number in self._places(row):
            self._changes.drop(self._workspace, number, row.rank)

    def _places(self, row: Posted) -> list[int]:
        """The terms of a row in the second order."""
        terms = [self.number_of(name, value) for name, value in row.terms] + [self.number_of(ALL, ALL)]
        return [-number for number in terms]

    def carry(self, row: Posted, name: str, value: str) -> int:
        """List a row under one more term and return the term's number; the caller knows it is new."""
        number = self.number_of(name, value)
        self._post(row, [number])
        return number

    def drop(self, row: Posted, carried: Iterable[int] = ()) -> None:
        """Take a row off every list; `carried` as in `replace`. Terms that nothing carries any more are forgotten."""
        terms = [self.number_of(*t) for t in row.terms]
        self._unpost(row, [*terms, self.number_of(ALL, ALL), *carried])
        for name, value in row.terms:
            self.forget(name, value)

    def uncarry(self, row: Posted, name: str, value: str) -> None:
        """Take a row off the list of one term."""
        self._unpost(row, [self.number_of(name, value)])

    def forget(self, name: str, value: str) -> None:
        """Remove a term that no row carries."""
        self._changes.store()
        number = self.number(name, value)
        if number is None or self._db.rows(_ITEMS, workspace=self._workspace, term=number, limit=1):
            return
        self._db.run(_DROP_COUNTS, workspace=self._workspace, term=number)
        self._db.run(_DROP_TERM, workspace=self._workspace, number=number)
        self._known.pop((self._workspace, f"{self._kind}.{name}", value), None)

    def number(self, name: str, value: str) -> int | None:
        """The number of a term, if anything ever carried it."""
        key = (self._workspace, f"{self._kind}.{name}", value)
        known = self._known.get(key)
        if known is None:
            row = self._db.one(_TERM, workspace=key[0], kind=key[1], value=value)
            if row is None:
                return None
            known = self._known[key] = row[0]
        return known

    def number_of(self, name: str, value: str) -> int:
        """The number of a term, made now when it is new."""
        number = self.number(name, value)
        if number is None:
            kind = f"{self._kind}.{name}"
            self._db.run(_NEW_TERM, workspace=self._workspace, kind=kind, value=value)
            number = self.number(name, value)
        assert number is not None
        return number

    def counts(self, name: str, value: str) -> list[tuple[int, int]]:
        """(facet, count) of the rows that carry a term."""
        self._changes.store()
        number = self.number(name, value)
        if number is None:
            return []
        return [(f, n) for f, n in self._db.rows(_COUNTS, workspace=self._workspace, term=number)]

    def largest(self, name: str, facets: Iterable[int] | None, limit: int) -> list[tuple[str, int]]:
        """(value, count) of the terms of a kind that most rows carry; of the rows with these facets only, if given."""
        self._changes.store()
        chosen = [] if facets is None else list(facets)
        if facets is not None and not chosen:
            return []
        size = _padded(len(chosen)) if chosen else 0
        values: dict[str, int | str] = {
            f"facet{index}": chosen[min(index, len(chosen) - 1)] for index in range(size)
        }
        kind = f"{self._kind}.{name}"
        rows = self._db.rows(_largest(size), workspace=self._workspace, kind=kind, limit=limit, **values)
        return [(value, int(n)) for value, n in rows]

    def items(self, name: str, value: str, limit: int) -> list[int]:
        """The rows that carry a term, newest first; all of them are read and sorted."""
        self._changes.store()
        number = self.number(name, value)
        if number is None:
            return []
        rows = self._db.rows(_ITEMS, workspace=self._workspace, term=number, limit=limit)
        return [item for _, item in rows]

    def page(
        self,
        matches: Callable[[int], bool] | None,
        wanted: Mapping[str, tuple[str, ...]],
        span: Mapping[str, int],
        limit: int,
        way: Way = NEWEST,
    ) -> list[tuple[int, int]]:
        """(rank, item) of the first rows within the span whose facet matches and which carry, of each kind of term
        that is wanted, one of the values."""
        self._changes.store()
        asked = [(name, values) for name, values in wanted.items() if values] or [(ALL, (ALL,))]
        if matches is None and len(asked) == 1:
            return self._newest(*asked[0], Query((), span["low"], span["high"], limit, way))
        groups = [self._runs(name, values) for name, values in asked]
        chosen = [[run for run in runs if matches is None or matches(run.facet)] for runs in groups]
        if not all(chosen):
            return []
        order = sorted(range(len(groups)), key=lambda index: _length(chosen[index]))
        lead, *others = order
        also = tuple(tuple(sorted({way.sign * run.term for run in groups[index]})) for index in others)
        query = Query(also, span["low"], span["high"], limit, way)
        whole = [Run(term, ANY, 0) for term in sorted({run.term for run in chosen[lead]})]
        if matches is None:
            return [(rank, item) for rank, item, _ in self._merge(whole, query)]
        found: list[tuple[int, int]] = []
        if len(chosen[lead]) > FEW_RUNS:
            share = _length(groups[lead]) / _length(chosen[lead])
            fitting = frozenset(run.facet for run in chosen[lead])
            # Where a walk cannot give much of the page (a thousand rows of what is rare), it is not taken.
            if limit * share <= 4 * MAX_WALK:
                found, query = self._walk(whole, query, fitting, share)
        if query.limit > 0:
            found += [(rank, item) for rank, item, _ in self._merge(chosen[lead], query)]
        return found

    def _newest(self, name: str, values: tuple[str, ...], query: Query) -> list[tuple[int, int]]:
        numbers = (self.number(name, value) for value in dict.fromkeys(values))
        whole = [Run(number, ANY, 0) for number in numbers if number is not None]
        return [(rank, item) for rank, item, _ in self._merge(whole, query)] if whole else []

    def _walk(
        self, whole: list[Run], query: Query, fitting: frozenset[int], share: float
    ) -> tuple[list[tuple[int, int]], Query]:
        """What matches in a bounded stretch of the lists, and the query for what is left of the page."""
        found: list[tuple[int, int]] = []
        left, walked = query, 0
        while left.limit > 0 and walked < MAX_WALK:
            stretch = min(MAX_WALK, int(left.limit * share * 1.3) + 8)
            rows = self._merge(whole, left._replace(limit=stretch))
            taken = [(rank, item) for rank, item, facet in rows if facet in fitting][: left.limit]
            found += taken
            walked += stretch
            if len(rows) < stretch:
                return found, left._replace(limit=0)
            left = left.behind(rows[-1][0])._replace(limit=left.limit - len(taken))
        return found, left

    def _merge(self, runs: list[Run], query: Query) -> list[Row]:
        """(rank, item, facet) of the first rows of these runs."""
        if len(runs) <= MAX_RUNS:
            return self._merge_few(runs, query)
        found: dict[int, Row] = {}
        for start in range(0, len(runs), MAX_RUNS):
            for row in self._merge_few(runs[start : start + MAX_RUNS], query):
                found[row[0]] = row
        return [found[rank] for rank in sorted(found, reverse=not query.way.ascending)[: query.limit]]

    def _merge_few(self, runs: list[Run], query: Query) -> list[Row]:
        several = len({run.term for run in runs}) > 1
        sizes = tuple(_padded(len(terms)) for terms in query.also)
        values: dict[str, int] = {
            "workspace": self._workspace,
            "low": query.low,
            "high": query.high,
            "limit": query.limit,
        }
        whole = runs[0].facet == ANY
        for index in range(_padded(len(runs))):
            # A run that cannot exist fills up to the next shape, so that few statements serve all.
            run = runs[index] if index < len(runs) else Run(NO_TERM, ANY, 0)
            values[f"term{index}"], values[f"facet{index}"] = query.way.sign * run.term, run.facet
        for position, terms in enumerate(query.also):
            for index in range(sizes[position]):
                values[f"also{position}_{index}"] = terms[min(index, len(terms) - 1)]
        shape = (_padded(len(runs)), whole, several, sizes, query.way.ascending)
        return self._db.rows(_merged(*shape), **values)

    def _runs(self, name: str, values: tuple[str, ...]) -> list[Run]:
        return [
            Run(number, facet, n)
            for number in (self.number(name, value) for value in dict.fromkeys(values))
            if number is not None
            for facet, n in self._db.rows(_COUNTS, workspace=self._workspace, term=number)
        ]

    def _post(self, row: Posted, terms: list[int]) -> None:
        for number in terms:
            self._changes.put(self._workspace, number, row.rank, row.facet, row.item)
            self._changes.count(self._workspace, number, row.facet, 1)

    def _unpost(self, row: Posted, terms: list[int]) -> None:
        for number in terms:
            self._changes.drop(self._workspace, number, row.rank)
            self._changes.count(self._workspace, number, row.facet, -1)

    def _refacet(self, row: Posted, old_facet: int, terms: list[int]) -> None:
        for number in terms:
            self._changes.put(self._workspace, number, row.rank, row.facet, row.item)
            self._changes.count(self._workspace, number, old_facet, -1)
            self._changes.count(self._workspace, number, row.facet, 1)


def _length(runs: list[Run]) -> int:
    return sum(run.n for run in runs)


def _padded(count: int) -> int:
    return 1 << (count - 1).bit_length() if count > 1 else 1


def _run(index: int, whole: bool, sizes: tuple[int, ...]) -> Select[tuple[int, int, int]]:
    here = posting.alias(f"run{index}")
    conditions = [here.c.workspace == arg("workspace"), here.c.term == arg(f"term{index}")]
    if not whole:
        conditions.append(here.c.facet == arg(f"facet{index}"))
    conditions += [here.c.rank >= arg("low"), here.c.rank < arg("high")]
    for position, size in enumerate(sizes):
        other = posting.alias(f"also{position}")
        conditions.append(
            exists().where(
                and_(
                    other.c.workspace == arg("workspace"),
                    other.c.term.in_(args(f"also{position}_", size)),
                    other.c.rank == here.c.rank,
                )
            )
        )
    return select(here.c.rank, here.c.item, here.c.facet).where(*conditions)


@shaped
def _merged(
    runs: int, whole: bool, several: bool, sizes: tuple[int, ...], ascending: bool = False
) -> Executable | Forms:
    selects = [_run(index, whole, sizes) for index in range(runs)]
    # A row can carry several of the terms asked for (two weaknesses, two scans): then it counts once.
    return newest_of(selects, distinct=several, ascending=ascending)
