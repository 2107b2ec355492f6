"""The store port: one transaction at a time, everything named by workspace.

`fn(tx)` runs synchronously inside one transaction; it takes no await, clock or network, and may be repeated.
A write is acknowledged only once it is durable. Writes of several callers may share one commit, each rolls back
alone. Repositories raise nothing but `LeaseLost` and domain errors; `StorageFull` when the disk is full.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec import Struct

from cyberai.domain.ids import WorkspaceId
from cyberai.ports.feeds import FeedTx
from cyberai.ports.inventory import InventoryTx
from cyberai.ports.life import LifeTx
from cyberai.ports.records import EraseTx, LogTx, ServiceTx, TicketTx, UsageTx
from cyberai.ports.repositories import (
    BlobTx,
    EventTx,
    IdempotencyTx,
    KeyTx,
    LedgerTx,
    ReportTx,
    ScanTx,
    ShardTx,
    UnitTx,
    VulnerabilityTx,
    WorkerTx,
)
from cyberai.ports.retention import RetentionTx
from cyberai.ports.retests import RetestTx

T = TypeVar("T")


class Tx(Protocol):
    """One transaction in one workspace: a repository per kind of row."""

    @property
    def workspace(self) -> WorkspaceId:
        """The workspace all of it belongs to."""
        ...

    @property
    def keys(self) -> KeyTx:
        """Keys."""
        ...

    @property
    def scans(self) -> ScanTx:
        """Scans."""
        ...

    @property
    def shards(self) -> ShardTx:
        """Shards."""
        ...

    @property
    def units(self) -> UnitTx:
        """Units."""
        ...

    @property
    def ledger(self) -> LedgerTx:
        """Ledger."""
        ...

    @property
    def log(self) -> LogTx:
        """The logs of scans."""
        ...

    @property
    def services(self) -> ServiceTx:
        """What speaks on the ports of scans."""
        ...

    @property
    def vulnerabilities(self) -> VulnerabilityTx:
        """Vulnerabilities."""
        ...

    @property
    def retests(self) -> RetestTx:
        """Retests of vulnerabilities."""
        ...

    @property
    def life(self) -> LifeTx:
        """Histories and places of vulnerabilities."""
        ...

    @property
    def feeds(self) -> FeedTx:
        """Imported feeds (of the deployment)."""
        ...

    @property
    def inventory(self) -> InventoryTx:
        """Assets and their changes."""
        ...

    @property
    def events(self) -> EventTx:
        """Events."""
        ...

    @property
    def reports(self) -> ReportTx:
        """Reports."""
        ...

    @property
    def blobs(self) -> BlobTx:
        """Blobs."""
        ...

    @property
    def erase(self) -> EraseTx:
        """Erasing of scans."""
        ...

    @property
    def tickets(self) -> TicketTx:
        """WebSocket tickets."""
        ...

    @property
    def usage(self) -> UsageTx:
        """What the workspace used."""
        ...

    @property
    def idempotency(self) -> IdempotencyTx:
        """Replies kept under idempotency keys."""
        ...

    @property
    def workers(self) -> WorkerTx:
        """Workers."""
        ...

    @property
    def retention(self) -> RetentionTx:
        """What is old and may be removed."""
        ...

    def ensure_workspace(self, at: int) -> bool:
        """Create this transaction's workspace when it is new; True when it was."""
        ...

    def workspace_exists(self) -> bool:
        """True when this transaction's workspace is known."""
        ...

    def workspaces(self) -> list[WorkspaceId]:
        """All workspaces (SYSTEM only)."""
        ...

    def setting(self, name: str) -> str | None:
        """A stored value of the deployment: pepper, cursor key, attestation (SYSTEM only)."""
        ...

    def set_setting(self, name: str, value: str) -> None:
        """Store such a value (SYSTEM only)."""
        ...


class Store(Protocol):
    """The durable state of a deployment."""

    async def write(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result once the commit is durable."""
        ...

    async def read(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a consistent snapshot; nothing it writes is kept. Only bounded, indexed reads."""
        ...

    async def require_writable(self) -> None:
        """Raise what a write that adds something would raise now: Unavailable, StorageFull. Stores nothing and waits
        for no disk, so that anybody may ask as often as they like."""
        ...

    async def changed(self, timeout: float) -> bool:
        """Wait until another commit may have happened (any process), at most `timeout` seconds."""
        ...

    @property
    def commits(self) -> int:
        """Commits of this process since it opened the store."""
        ...

    async def aclose(self) -> None:
        """Finish queued writes and close."""
        ...


class RateDecision(Struct, frozen=True):
    """`reset` is the unix second at which the window ends."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class RateLimiter(Protocol):
    """Fixed windows that start at unix times divisible by 60; exact across processes and restarts, and across
    servers that share a database."""

    async def hit(self, subject: str, limit: int, now: int) -> RateDecision:
        """Count one request of this subject at UTC microseconds `now`; raise Unavailable."""
        ...

    async def refund(self, subject: str, now: int) -> None:
        """Take one request back (304 and OPTIONS cost nothing); raise Unavailable."""
        ...
