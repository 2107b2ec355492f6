"""A kind of resource as a table of documents: found by id, listed by rank, filtered through its postings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import Table, func, select, update
from sqlalchemy.sql.expression import Executable

from cyberai.domain.errors import NotFound
from cyberai.ports.repositories import Page
from cyberai.storage.codec import TIES, first_rank, to_text
from cyberai.storage.dialect import arg, args, constant, insert_row
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Listing, Posted, Term
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
    """How resources of a type are stored: facets, terms and further columns are taken from the value."""

    name: str
    table: Table
    type: type[R]
    facets: Facets
    facet_of: Callable[[R], int]
    terms_of: Callable[[R], Iterable[Term]]
    columns_of: Callable[[R], Mapping[str, int | str]] = field(default=lambda _: {})

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
        self.insert = Statement(insert_row(table, *self._required(further)).returning(c.number))
        self.get = Statement(select(c.number, c.rank, c.facet, c.doc).where(here, c.id == arg("id")))
        self.update = Statement(
            update(table)
            .where(c.number == arg("key"), here)
            .values({n: arg(n) for n in self._required(further) if n not in ("workspace", "id", "rank")})
        )
        ties = c.rank.between(arg("low"), arg("high"))
        self.top_tie = Statement(select(func.max(c.rank)).where(here, ties))
        self.newest = Statement(
            select(c.rank, c.doc)
            .where(here, c.rank >= arg("low"), c.rank < arg("high"))
            .order_by(c.rank.desc())
            .limit(arg("limit"))
        )
        self.among = shaped(self._among)

    def _required(self, names: list[str]) -> list[str]:
        # Columns with a default belong to other statements (leases), which the document does not know.
        return [name for name in names if self._table.c[name].server_default is None]

    def _among(self, size: int) -> Executable:
        c = self._table.c
        # An expression, or the planner would walk the whole workspace by its index rather than seek the rows.
        here = c.workspace + constant(0) == arg("workspace")
        return select(c.rank, c.doc).where(c.number.in_(args("n", size)), here)


class Collection(Generic[R]):
    """The resources of a kind in one workspace."""

    def __init__(self, scope: Scope, workspace: int, kind: Kind[R]) -> None:
        self._db = scope.db
        self._workspace = workspace
        self._kind = kind
        self.listing = Listing(scope, workspace, kind.name)

    def insert(self, value: R) -> Stored[R]:
        """Store and list a new value."""
        kind = self._kind
        rank = self._free_rank(value.created_at)
        facet = kind.facet_of(value)
        made = self._db.one(
            kind.statements.insert,
            workspace=self._workspace,
            id=value.id,
            rank=rank,
            facet=facet,
            doc=to_text(value),
            **kind.columns_of(value),
        )
        assert made is not None
        row = Stored(made[0], rank, facet, value)
        self.listing.add(row.posted(frozenset(kind.terms_of(value))))
        return row

    def find(self, id: str) -> Stored[R] | None:
        """The row of that id."""
        row = self._db.one(self._kind.statements.get, workspace=self._workspace, id=id)
        return self.stored(row) if row else None

    def stored(self, row: tuple[Any, ...]) -> Stored[R]:
        """A row of (number, rank, facet, doc)."""
        number, rank, facet, doc = row
        return Stored(number, rank, facet, self._kind.decode(doc))

    def get(self, id: str) -> R | None:
        """The value of that id."""
        row = self.find(id)
        return row.value if row else None

    def update(self, value: R, carried: Carried | None = None) -> None:
        """Replace the value of that id; raise NotFound. `carried` as in `replace`."""
        row = self.find(value.id)
        if row is None:
            raise NotFound(
                f"There is no {self._kind.name} {value.id}", reason="Create it before it is changed"
            )
        self.replace(row, value, carried)

    def replace(self, row: Stored[R], value: R, carried: Carried | None = None) -> Stored[R]:
        """Store a changed value; `carried` gives the numbers of terms that do not come from the value."""
        kind = self._kind
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
        return changed

    def page(
        self,
        facets: Mapping[str, tuple[str, ...]],
        terms: Mapping[str, tuple[str, ...]],
        span: Mapping[str, int],
        page: Page,
    ) -> list[tuple[int, R]]:
        """(rank, value), newest first, of the values that match."""
        decode = self._kind.decode
        matches = self._kind.facets.matching(facets)
        if matches is None and not any(terms.values()):
            rows = self._db.rows(
                self._kind.statements.newest, workspace=self._workspace, limit=page.limit, **span
            )
            return [(rank, decode(doc)) for rank, doc in rows]
        return self.among(self.listing.page(matches, terms, span, page.limit))

    def among(self, numbers: list[int]) -> list[tuple[int, R]]:
        """(rank, value), newest first, of the rows with these numbers."""
        decode = self._kind.decode
        found: list[tuple[int, str]] = []
        for start in range(0, len(numbers), 256):
            part = numbers[start : start + 256]
            size = 1 << max(0, (len(part) - 1).bit_length())
            values = {f"n{index}": part[min(index, len(part) - 1)] for index in range(size)}
            rows = self._db.rows(self._kind.statements.among(size), workspace=self._workspace, **values)
            found += [(rank, doc) for rank, doc in rows]
        found.sort(reverse=True)
        return [(rank, decode(doc)) for rank, doc in found]

    def _free_rank(self, at: int) -> int:
        low = first_rank(at)
        seek = self._kind.statements.top_tie
        here = {"workspace": self._workspace, "low": low}
        row = self._db.one(seek, **here, high=low + TIES)
        if row is None or row[0] is None:
            return low
        if row[0] < low + TIES:
            return int(row[0]) + 1
        # More rows than a microsecond holds (a frozen clock): they follow the newest of all.
        last = self._db.one(seek, **here, high=(1 << 63) - 1)
        assert last is not None
        return int(last[0]) + 1
