"""One transaction in one workspace: the repositories over one connection."""

from functools import cached_property

from cyberai.domain.ids import WorkspaceId
from cyberai.storage.blobs import Blobs
from cyberai.storage.caller_rows import CallerRows
from cyberai.storage.driver import Driver
from cyberai.storage.events import Events
from cyberai.storage.reports import Reports
from cyberai.storage.scan_work import ScanWork
from cyberai.storage.scope import Scope
from cyberai.storage.vulnerability_rows import VulnerabilityRows
from cyberai.storage.workers import Settings


class Transaction(ScanWork, CallerRows, VulnerabilityRows):
    """`ports.store.Tx`. `finish` is its last step before the commit."""

    def __init__(
        self, db: Driver, workspace: WorkspaceId, number: int | None = None, full: bool = False
    ) -> None:
        """`number` is the workspace's, where the caller knows it already. A `full` store takes nothing new."""
        super().__init__(Scope(db, workspace, number, full))

    @property
    def workspace(self) -> WorkspaceId:
        """The workspace all of it belongs to."""
        return self._scope.workspace

    @property
    def number(self) -> int | None:
        """The number of the workspace, once a statement needed it."""
        return self._scope.number

    @cached_property
    def events(self) -> Events:
        """Events."""
        return Events(self._scope)

    @cached_property
    def reports(self) -> Reports:
        """Reports."""
        return Reports(self._scope)

    @cached_property
    def blobs(self) -> Blobs:
        """Blobs."""
        return Blobs(self._scope)

    def ensure_workspace(self, at: int) -> bool:
        """Create this transaction's workspace when it is new; True when it was."""
        return self._scope.create(at)

    def workspace_exists(self) -> bool:
        """True when this transaction's workspace is known."""
        return self._scope.exists()

    def workspaces(self) -> list[WorkspaceId]:
        """All workspaces (SYSTEM only)."""
        self._scope.require_system("The list of workspaces")
        return self._scope.all()

    def setting(self, name: str) -> str | None:
        """A stored value of the deployment (SYSTEM only)."""
        return Settings(self._scope).get(name)

    def set_setting(self, name: str, value: str) -> None:
        """Store such a value (SYSTEM only)."""
        Settings(self._scope).set(name, value)

    def finish(self) -> None:
        """Write what waited for the end (words, counts, lists), then number and store the events: the last statements."""
        self._finish_lists()
        self.events.flush()
