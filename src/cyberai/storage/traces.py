"""What a vulnerability leaves behind besides its row: taken away with it, or with a scan that saw it."""

from sqlalchemy import and_, delete, select

from cyberai.domain.ids import ScanId
from cyberai.domain.vulnerability import Vulnerability
from cyberai.storage import acceptances
from cyberai.storage.collection import Stored
from cyberai.storage.dialect import arg
from cyberai.storage.places import Places
from cyberai.storage.schema import (
    evidence,
    retest,
    sighting,
    term,
    vulnerability_change,
    vulnerability_place,
)
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement
from cyberai.storage.text_search import TextIndex

_SIGHTINGS = Statement(
    select(sighting.c.scan, term.c.value)
    .join_from(sighting, term, term.c.number == sighting.c.scan)
    .where(sighting.c.workspace == arg("workspace"), sighting.c.vulnerability == arg("key"))
)
_UNSEE = Statement(
    delete(sighting).where(
        sighting.c.workspace == arg("workspace"),
        sighting.c.vulnerability == arg("key"),
        sighting.c.scan == arg("scan"),
    )
)
_ALL = tuple(
    Statement(delete(table).where(table.c.workspace == arg("workspace"), table.c.vulnerability == arg("key")))
    for table in (sighting, vulnerability_place, vulnerability_change, evidence, retest)
)
_NO_EVIDENCE = Statement(
    delete(evidence).where(
        and_(evidence.c.workspace == arg("workspace"), evidence.c.vulnerability == arg("key"))
    )
)


class Traces:
    """Those of one row."""

    def __init__(self, scope: Scope, workspace: int, row: Stored[Vulnerability]) -> None:
        self._scope = scope
        self._db = scope.db
        self._workspace = workspace
        self._row = row
        self._key = {"workspace": workspace, "key": row.number}

    def scans(self) -> dict[ScanId, int]:
        """The scans that saw it, with the numbers of their terms."""
        return {ScanId(value): number for number, value in self._db.rows(_SIGHTINGS, **self._key)}

    def erase(self) -> None:
        """Take all of them away."""
        for statement in _ALL:
            self._db.run(statement, **self._key)
        acceptances.follow(self._db, self._workspace, self._row.number, self._row.value, None)
        TextIndex(self._scope, self._workspace).drop(self._row.number)

    def forget_scan(self, scan: int) -> int:
        """Take one scan off them; how many places only it had seen, which are gone."""
        self._db.run(_UNSEE, **self._key, scan=scan)
        return Places(self._db, self._workspace).forget_scan(self._row.number, scan)

    def drop_evidence(self) -> None:
        """Take the evidence away."""
        self._db.run(_NO_EVIDENCE, **self._key)
