"""A kind of resource: how its values become rows, and the statements over its table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import Table, case, delete, func, insert, select, update
from sqlalchemy.sql.expression import Executable

from cyberai.ports.repositories import Order
from cyberai.storage.cross_counts import Crossed
from cyberai.storage.dialect import arg, args, constant
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Posted, Term
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

    `placed_at` is the time of its second order, if it has one; `grades` are orders by a number of the facet; `crossed`
    says what is counted under each of its terms.
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
    crossed: Crossed | None = None

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
        changed = update(table).where(c.number == arg("key"), here)
        self.update = Statement(
            changed.values(
                {n: arg(n) for n in self._required(further) if n not in ("workspace", "id", "rank")}
            )
        )
        # A column that is named in an UPDATE has its indexes written anew, whether it changes or not.
        self.update_value = Statement(changed.values(facet=arg("facet"), doc=arg("doc")))
        self.remove = Statement(delete(table).where(c.number == arg("key"), here))
        self.newest = Statement(
            select(c.rank, c.doc)
            .where(here, c.rank >= arg("low"), c.rank < arg("high"))
            .order_by(c.rank.desc())
            .limit(arg("limit"))
        )
        self.among = shaped(self._among)
        self.facets_among = shaped(self._facets_among)

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

    def _among(self, size: int) -> Executable:
        c = self._table.c
        # An expression, or the planner would walk the whole workspace by its index rather than seek the rows.
        here = c.workspace + constant(0) == arg("workspace")
        return select(c.number, c.rank, c.doc).where(c.number.in_(args("n", size)), here)
