"""Whose rows a transaction may touch: workspaces by name outside, by number inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import select

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.storage.dialect import arg, insert_new
from cyberai.storage.driver import EVERYWHERE, Driver, Numbers
from cyberai.storage.failures import storage_full
from cyberai.storage.schema import workspace as table
from cyberai.storage.statements import Statement

NOWHERE = -1
"""The number of no workspace: reads of an unknown one find nothing."""

_NUMBER = Statement(select(table.c.number).where(table.c.id == arg("id")))
_NAME = Statement(select(table.c.id).where(table.c.number == arg("number")))
_ALL = Statement(select(table.c.id).order_by(table.c.number))
_ADD = Statement(insert_new(table, "id", "created_at"))


class Pair(NamedTuple):
    """A count of rows that carry two terms: see `cross_counts`."""

    workspace: int
    term: int
    dimension: int
    other: int


class Scope:
    """The workspace of a transaction. In the deployment's own (`SYSTEM`) a row belongs where it says."""

    __slots__ = (
        "_full",
        "_numbers",
        "counts",
        "db",
        "pairs",
        "postings",
        "scans",
        "shards",
        "terms",
        "words",
        "workspace",
    )

    def __init__(
        self, db: Driver, workspace: WorkspaceId, number: int | None = None, full: bool = False
    ) -> None:
        """`full`: the store has no more room than cancelling and ending what runs takes."""
        self.db = db
        self._full = full
        self.workspace = workspace
        self.terms: dict[tuple[int, str, str], int] = {}
        """Numbers of terms this transaction has met; it ends with the transaction, which may roll back."""
        self.scans: dict[tuple[int, str], int] = {}
        """Numbers of scans this transaction has met, until it erases one."""
        self.shards: dict[tuple[int, str], tuple[int, int]] = {}
        """(number, scan's number) of shards it has met."""
        self.words: dict[int, dict[str, int | str]] = {}
        """What is to be indexed before it ends, by the number of the row: see `text_search`."""
        self.postings: dict[tuple[int, int, int], tuple[int, int] | None] = {}
        self.counts: dict[tuple[int, int, int], int] = {}
        """How lists and their counts change before it ends: see `posting_changes`."""
        self.pairs: dict[Pair, int] = {}
        """By how much counts change before it ends: see `cross_counts`."""
        self._numbers: Numbers = {} if number is None else {workspace: number}

    @property
    def system(self) -> bool:
        """True when the transaction belongs to no tenant."""
        return self.workspace == SYSTEM

    def readable(self, owner: WorkspaceId | None = None) -> int:
        """The number to look under; NOWHERE when there is no such workspace or it is not this one."""
        name = self.workspace if owner is None or not self.system else owner
        if owner is not None and owner != name:
            return NOWHERE
        known = self._numbers.get(name)
        if known is None:
            row = self.db.one(_NUMBER, id=name)
            if row is None:
                return NOWHERE
            known = self._numbers[name] = int(row[0])
            if not self.system:
                self.db.enter(known)
        return known

    @property
    def number(self) -> int | None:
        """The number of this workspace, once it was looked up."""
        return self._numbers.get(self.workspace)

    @contextmanager
    def across_workspaces(self) -> Iterator[None]:
        """Statements in here count or choose among the rows of every workspace."""
        own = self.readable() if not self.system else EVERYWHERE
        self.db.enter(EVERYWHERE)
        yield
        # Not after an error: the transaction is rolled back then, and what was entered with it.
        self.db.enter(own)

    def writable(self, owner: WorkspaceId | None = None) -> int:
        """The number to write under; raise StoreError when a row of `owner` has no place here."""
        if owner is not None and owner != self.workspace and not self.system:
            raise StoreError(
                f"A row of workspace {owner} cannot be written in a transaction of {self.workspace}"
            )
        number = self.readable(owner)
        if number == NOWHERE:
            name = owner or self.workspace
            raise StoreError(f"Workspace {name} does not exist; create it with `cyberai keys create` first")
        return number

    def require_room(self) -> None:
        """Raise StorageFull where a new thing would take the room that is left for ending the old ones."""
        if self._full:
            raise storage_full()

    def require_system(self, what: str) -> None:
        """Raise StoreError in a tenant's transaction."""
        if not self.system:
            raise StoreError(f"{what} belongs to the deployment, not to workspace {self.workspace}")

    def name_of(self, number: int) -> WorkspaceId:
        """The name of a workspace by its number."""
        row = self.db.one(_NAME, number=number)
        assert row is not None
        return WorkspaceId(row[0])

    def exists(self) -> bool:
        """True when this workspace is known."""
        return self.readable() != NOWHERE

    def create(self, at: int) -> bool:
        """Create this workspace; False when it is there."""
        if self.system:
            raise StoreError("The deployment itself is no workspace")
        return self.db.run(_ADD, id=self.workspace, created_at=at) == 1

    def all(self) -> list[WorkspaceId]:
        """Every workspace, oldest first."""
        return [WorkspaceId(row[0]) for row in self.db.rows(_ALL)]
