"""Reading what is kept of the life of vulnerabilities."""

from cyberai.domain.history import Entry, Place
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.vulnerability import Vulnerability
from cyberai.storage import acceptances, histories
from cyberai.storage.collection import Collection
from cyberai.storage.places import Places
from cyberai.storage.scope import Scope
from cyberai.storage.vulnerability_kind import KIND


class Life:
    """`ports.life.LifeTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def history(
        self, vulnerability_id: VulnerabilityId, before: int | None, limit: int, *, comments: bool = False
    ) -> list[Entry]:
        """Changes with a smaller ordinal (None: all), newest first; with `comments` only those."""
        workspace = self._scope.readable()
        row = Collection(self._scope, workspace, KIND).find(vulnerability_id)
        if row is None:
            return []
        return histories.read(self._db, workspace, row.number, before, limit, comments=comments)

    def places(self, vulnerability_id: VulnerabilityId) -> list[Place]:
        """The places of a vulnerability that are kept, the newest first."""
        workspace = self._scope.readable()
        row = Collection(self._scope, workspace, KIND).find(vulnerability_id)
        return [] if row is None else Places(self._db, workspace).all(row.number)

    def due(self, at: int, limit: int) -> list[Vulnerability]:
        """Vulnerabilities whose review is due by then, the most urgent first."""
        workspace = self._scope.readable()
        numbers = acceptances.due(self._db, workspace, at, limit)
        rows = Collection(self._scope, workspace, KIND).among(numbers)
        known = {number: value for number, _, value in rows}
        return [known[number] for number in numbers if number in known]
