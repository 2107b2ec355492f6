"""A kind of resource as a table of documents: found by id, listed by rank, filtered through its postings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import Table, case, delete, func, insert, select, update
from sqlalchemy.sql.expression import Executable

from cyberai.domain.errors import NotFound
from cyberai.ports.repositories import Count, Order, Page
from cyberai.storage.codec import RANK_BITS, TIES, first_rank, place_in_second, to_text
from cyberai.storage.dialect import arg, args, constant
from cyberai.storage.driver import Row
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Listing, Posted, Term
from cyberai.storage.orders import Wanted, counted, positions
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement, shaped


class Resource(Protocol):
    """What every resource has."""

    @property
    def id(self) -> str:
        """Opaque id."""
        ...

    @property
    def created_at(self) -> int:
        """UTC microseconds."""
        ...


KEPT = 2048
"""Decoded values kept per kind of resource: at about 2 KB each, some 4 MB."""

R = TypeVar("R", bound=Resource)

Carried = Callable[[int], Iterable[int]]
"""From a row's number to the numbers of further terms it is listed under."""


class Stored(NamedTuple, Generic[R]):
    """A row: its numbers and its value."""

    number: int
    rank: int
    facet: int
    value: R

    def posted(self, terms: frozenset[Term]) -> Posted:
        """What it is listed by."""
        return Posted(self.number, self.rank, self.facet, terms)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """How resources of a type are stored: facets, terms and further columns are taken from the value.

    `placed_at` is the time of its second order, if it has one; `grades` are orders by a number of the facet.
    """

    name: str
    table: Table
    type: type[R]
    facets: Facets
    facet_of: Callable[[R], int]
    terms_of: Callable[[R], Iterable[Term]]
    columns_of: Callable[[R], Mapping[str, int | str]] = field(default=lambda _: {})
    placed_at: Callable[[R], int] | None = None
    grades: Mapping[Order, Callable[[int], int]] = field(default_factory=dict)

    @cached_property
    def decode(self) -> Callable[[str], R]:
        """The value of a `doc`. Values are immutable, and the same rows are read again and again: the last
        ones are kept by their text."""
        return lru_cache(maxsize=KEPT)(msgspec.json.Decoder(self.type).decode)

    @cached_property
    def statements(self) -> "_Statements":
        """The statements over its table, compiled once."""
        return _Statements(self.table)


class _Statements:
    """Statements that every kind of resource needs."""

    def __init__(self, table: Table) -> None:
        c = table.c
        here = c.workspace == arg("workspace")
        further = [name for name in c.keys() if name != "number"]  # noqa: SIM118 - columns, no dict
        self._table = table
        self.insert = Statement(self._insert(self._required(further)))
        self.get = Statement(select(c.number, c.rank, c.facet, c.doc).where(here, c.id == arg("id")))
        self.update = Statement(
            update(table)
            .where(c.number == arg("key"), here)
            .values({n: arg(n) for n in self._required(further) if n not in ("workspace", "id", "rank")})
        )
        self.remove = Statement(delete(table).where(c.number == arg("key"), here))
        self.newest = Statement(
            select(c.rank, c.doc)
            .where(here, c.rank >= arg("low"), c.rank < arg("high"))
            .order_by(c.rank.desc())
            .limit(arg("limit"))
        )
        self.among = shaped(self._among)
        self.facets_among = shaped(self._facets_among)
        self.texts_among = shaped(self._texts_among)

    def _insert(self, names: list[str]) -> Executable:
        """INSERT at the first free rank of its microsecond."""
        table = self._table
        c, other = table.c, table.alias("other").c
        here = other.workspace == arg("workspace")
        top = func.max(other.rank)
        # More rows than a microsecond holds (a frozen clock): they follow the newest of all.
        newest = select(func.max(c.rank)).where(c.workspace == arg("workspace")).scalar_subquery()
        rank = case((top < arg("last"), top), (top.is_not(None), newest), else_=arg("first") - constant(1))
        free = select(rank + constant(1)).where(here, other.rank.between(arg("first"), arg("last")))
        values = {name: arg(name) for name in names if name != "rank"}
        return insert(table).values({**values, "rank": free.scalar_subquery()}).returning(c.number, c.rank)

    def _required(self, names: list[str]) -> list[str]:
        # Columns with a default belong to other statements (leases), which the document does not know.
        return [name for name in names if self._table.c[name].server_default is None]

    def _facets_among(self, size: int) -> Executable:
        c = self._table.c
        here = c.workspace + constant(0) == arg("workspace")
        return select(c.number, c.rank, c.facet).where(c.number.in_(args("n", size)), here)

    def _texts_among(self, size: int) -> Executable:
        c = self._table.c
        here = c.workspace + constant(0) == arg("workspace")
        return select(c.facet, c.doc).where(c.number.in_(args("n", size)), here)

    def _among(self, size: int) -> Executable:
        c = self._table.c
        # An expression, or the planner would walk the whole workspace by its index rather than seek the rows.
        here = c.workspace + constant(0) == arg("workspace")
        return select(c.number, c.rank, c.doc).where(c.number.in_(args("n", size)), here)


def made_at(rank: int) -> int:
    """When a row of that rank was made (UTC microseconds)."""
    return rank >> RANK_BITS


class Collection(Generic[R]):
    """The resources of a kind in one workspace."""

    def __init__(self, scope: Scope, workspace: int, kind: Kind[R]) -> None:
        self._scope = scope
        self._db = scope.db
        self._workspace = workspace
        self.kind = kind
        self.listing = Listing(scope, workspace, kind.name)

    def insert(self, value: R) -> Stored[R]:
        """Store and list a new value; raise StorageFull when the store has no room for new things."""
        self._scope.require_room()
        kind = self.kind
        first = first_rank(value.created_at)
        facet = kind.facet_of(value)
        made = self._db.one(
            kind.statements.insert,
            workspace=self._workspace,
            id=value.id,
            first=first,
            last=first + TIES,
            facet=facet,
            doc=to_text(value),
            **kind.columns_of(value),
        )
        assert made is not None
        row = Stored(made[0], made[1], facet, value)
        terms = frozenset(kind.terms_of(value))
        self.listing.add(row.posted(terms))
        if kind.placed_at is not None:
            self.listing.place(self._placed(row, terms))
        return row

    def find(self, id: str) -> Stored[R] | None:
        """The row of that id."""
        row = self._db.one(self.kind.statements.get, workspace=self._workspace, id=id)
        return self.stored(row) if row else None

    def stored(self, row: tuple[Any, ...]) -> Stored[R]:
        """A row of (number, rank, facet, doc)."""
        number, rank, facet, doc = row
        return Stored(number, rank, facet, self.kind.decode(doc))

    def get(self, id: str) -> R | None:
        """The value of that id."""
        row = self.find(id)
        return row.value if row else None

    def update(self, value: R, carried: Carried | None = None) -> None:
        """Replace the value of that id; raise NotFound. `carried` as in `replace`."""
        self.replace(self.require(value.id), value, carried)

    def require(self, id: str) -> Stored[R]:
        """The row of that id; raise NotFound."""
        row = self.find(id)
        if row is None:
            raise NotFound(f"There is no {self.kind.name} {id}", reason="Create it before it is changed")
        return row

    def replace(self, row: Stored[R], value: R, carried: Carried | None = None) -> Stored[R]:
        """Store a changed value; `carried` gives the numbers of terms that do not come from the value."""
        kind = self.kind
        facet = kind.facet_of(value)
        changed = Stored(row.number, row.rank, facet, value)
        self._db.run(
            kind.statements.update,
            workspace=self._workspace,
            key=row.number,
            facet=facet,
            doc=to_text(value),
            **kind.columns_of(value),
        )
        before, after = frozenset(kind.terms_of(row.value)), frozenset(kind.terms_of(value))
        if facet != row.facet or before != after:
            further = carried(row.number) if carried and facet != row.facet else ()
            self.listing.replace(row.posted(before), changed.posted(after), further)
        if kind.placed_at is not None:
            self.listing.move(self._placed(row, before), self._placed(changed, after))
        return changed

    def remove(self, row: Stored[R], carried: Iterable[int] = ()) -> None:
        """Erase a row; `carried` are the numbers of terms that do not come from the value."""
        self._db.run(self.kind.statements.remove, workspace=self._workspace, key=row.number)
        terms = frozenset(self.kind.terms_of(row.value))
        if self.kind.placed_at is not None:
            self.listing.displace(self._placed(row, terms))
        self.listing.drop(row.posted(terms), carried)

    def page(self, wanted: Wanted, page: Page) -> list[tuple[int, R]]:
        """(position, value) of the values that match, in the order asked for."""
        decode = self.kind.decode
        if page.order is Order.CREATED and not page.ascending and wanted.everything:
            span = wanted.span(page.before)
            rows = self._db.rows(
                self.kind.statements.newest, workspace=self._workspace, limit=page.limit, **span
            )
            return [(rank, decode(doc)) for rank, doc in rows]
        found = self.positions(wanted, page)
        values = {number: value for number, _, value in self.among([item for _, item in found])}
        return [(position, values[item]) for position, item in found]

    def positions(self, wanted: Wanted, page: Page) -> list[tuple[int, int]]:
        """(position, number) of the same rows."""
        matches = self.kind.facets.matching(wanted.facets)
        return positions(self.listing, self.kind.grades, matches, wanted, page)

    def count(self, wanted: Wanted, most: int) -> Count:
        """How many match, counted up to `most`."""
        return counted(self.listing, self.kind.facets.matching(wanted.facets), wanted, most)

    def place(self, number: int, value: R) -> int:
        """The rank of a row in the second order."""
        assert self.kind.placed_at is not None
        return place_in_second(self.kind.placed_at(value), number)

    def among(self, numbers: list[int]) -> list[tuple[int, int, R]]:
        """(number, rank, value), newest first, of the rows with these numbers."""
        decode = self.kind.decode
        found = sorted(
            self._each(self.kind.statements.among, numbers), key=lambda row: int(row[1]), reverse=True
        )
        return [(number, rank, decode(doc)) for number, rank, doc in found]

    def facets_among(self, numbers: list[int]) -> list[tuple[int, int, int]]:
        """(number, rank, facet) of these rows, in any order: a tenth of the price of their values."""
        rows = self._each(self.kind.statements.facets_among, numbers)
        return [(number, rank, facet) for number, rank, facet in rows]

    def texts_among(self, numbers: list[int]) -> list[tuple[int, str]]:
        """(facet, document) of these rows, in any order, for who reads a few members of many."""
        return [(facet, doc) for facet, doc in self._each(self.kind.statements.texts_among, numbers)]

    def _each(self, shape: Callable[[int], Statement], numbers: list[int]) -> Iterator[Row]:
        for start in range(0, len(numbers), 256):
            part = numbers[start : start + 256]
            size = 1 << max(0, (len(part) - 1).bit_length())
            values = {f"n{index}": part[min(index, len(part) - 1)] for index in range(size)}
            yield from self._db.rows(shape(size), workspace=self._workspace, **values)

    def _placed(self, row: Stored[R], terms: frozenset[Term]) -> Posted:
        return row.posted(terms)._replace(rank=self.place(row.number, row.value))
