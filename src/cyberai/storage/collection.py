"""A kind of resource as a table of documents: found by id, listed by rank, filtered through its postings."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic

from cyberai.domain.errors import NotFound
from cyberai.ports.repositories import Count, Order, Page
from cyberai.storage.codec import RANK_BITS, TIES, first_rank, place_in_second, to_text
from cyberai.storage.cross_counts import CrossCounts
from cyberai.storage.driver import Row
from cyberai.storage.kind import Carried, R
from cyberai.storage.kind import Kind as Kind
from cyberai.storage.kind import Stored as Stored
from cyberai.storage.listing import Listing, Posted, Term
from cyberai.storage.orders import Wanted, counted, positions
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement


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
        self._crossed = kind.crossed and CrossCounts(scope, workspace, self.listing, kind.crossed)

    @property
    def crossed(self) -> CrossCounts:
        """What its rows are counted by, of a kind that has such counts."""
        assert self._crossed is not None
        return self._crossed

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
        if self._crossed is not None:
            self._crossed.add(row.posted(terms))
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
        key = {"workspace": self._workspace, "key": row.number}
        columns = kind.columns_of(value)
        if columns == kind.columns_of(row.value):
            self._db.run(kind.statements.update_value, **key, facet=facet, doc=to_text(value))
        else:
            self._db.run(kind.statements.update, **key, facet=facet, doc=to_text(value), **columns)
        before, after = frozenset(kind.terms_of(row.value)), frozenset(kind.terms_of(value))
        if facet != row.facet or before != after:
            self._list_anew(row.posted(before), changed.posted(after), carried)
        if kind.placed_at is not None:
            self.listing.move(self._placed(row, before), self._placed(changed, after))
        return changed

    def remove(self, row: Stored[R], carried: Iterable[int] = ()) -> None:
        """Erase a row; `carried` are the numbers of terms that do not come from the value."""
        self._db.run(self.kind.statements.remove, workspace=self._workspace, key=row.number)
        terms = frozenset(self.kind.terms_of(row.value))
        if self.kind.placed_at is not None:
            self.listing.displace(self._placed(row, terms))
        if self._crossed is not None:
            self._crossed.remove(row.posted(terms), carried)
        self.listing.drop(row.posted(terms), carried)

    def carry(self, row: Stored[R], name: str, value: str) -> None:
        """List a row under one more term, which does not come from its value; the caller knows it is new."""
        posted = row.posted(frozenset(self.kind.terms_of(row.value)))
        number = self.listing.carry(posted, name, value)
        if self._crossed is not None:
            self._crossed.carry(posted, number)

    def uncarry(self, row: Stored[R], name: str, value: str) -> None:
        """Take a row off the list of such a term."""
        posted = row.posted(frozenset(self.kind.terms_of(row.value)))
        if self._crossed is not None:
            self._crossed.carry(posted, self.listing.number_of(name, value), -1)
        self.listing.uncarry(posted, name, value)

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

    def _list_anew(self, before: Posted, after: Posted, carried: Carried | None) -> None:
        crossed = self._crossed
        moves = crossed is not None and crossed.moves(before.terms, after.terms)
        further = tuple(carried(before.item)) if carried and (before.facet != after.facet or moves) else ()
        self.listing.replace(before, after, further)
        if crossed is not None:
            crossed.replace(before, after, further)

    def _each(self, shape: Callable[[int], Statement], numbers: list[int]) -> Iterator[Row]:
        for start in range(0, len(numbers), 256):
            part = numbers[start : start + 256]
            size = 1 << max(0, (len(part) - 1).bit_length())
            values = {f"n{index}": part[min(index, len(part) - 1)] for index in range(size)}
            yield from self._db.rows(shape(size), workspace=self._workspace, **values)

    def _placed(self, row: Stored[R], terms: frozenset[Term]) -> Posted:
        return row.posted(terms)._replace(rank=self.place(row.number, row.value))
