"""Which scans saw a vulnerability, and the evidence of the best sighting."""

import msgspec
from sqlalchemy import select

from cyberai.domain.finding import Evidence
from cyberai.domain.ids import VulnerabilityId
from cyberai.storage.codec import pack, unpack
from cyberai.storage.dialect import arg, insert_new, upsert
from cyberai.storage.driver import Driver
from cyberai.storage.schema import evidence, sighting
from cyberai.storage.schema import vulnerability as table
from cyberai.storage.statements import Statement

_c, _s, _e = table.c, sighting.c, evidence.c
_SEEN = Statement(insert_new(sighting, "workspace", "vulnerability", "scan"))
_SCANS = Statement(select(_s.scan).where(_s.workspace == arg("workspace"), _s.vulnerability == arg("key")))
_KEEP = Statement(upsert(evidence, "workspace", "vulnerability", "data", key=("workspace", "vulnerability")))
_EVIDENCE = Statement(
    select(_e.data)
    .join_from(table, evidence, (_e.workspace == _c.workspace) & (_e.vulnerability == _c.number))
    .where(_c.workspace == arg("workspace"), _c.id == arg("id"))
)
_decoder = msgspec.msgpack.Decoder(tuple[Evidence, ...])


class Sightings:
    """The sightings of one workspace; scans by the numbers of their terms."""

    def __init__(self, db: Driver, workspace: int) -> None:
        self._db = db
        self._workspace = workspace

    def add(self, number: int, scan: int) -> bool:
        """Note that the scan saw the row with that number; False when that was known."""
        return self._db.run(_SEEN, workspace=self._workspace, vulnerability=number, scan=scan) == 1

    def scans(self, number: int) -> list[int]:
        """Every scan that saw it."""
        return [scan for (scan,) in self._db.rows(_SCANS, workspace=self._workspace, key=number)]

    def keep_evidence(self, number: int, pieces: tuple[Evidence, ...]) -> None:
        """Keep this evidence instead of what there was."""
        self._db.run(_KEEP, workspace=self._workspace, vulnerability=number, data=pack(pieces))

    def evidence(self, vulnerability_id: VulnerabilityId) -> tuple[Evidence, ...]:
        """What is kept."""
        row = self._db.one(_EVIDENCE, workspace=self._workspace, id=vulnerability_id)
        return unpack(row[0], _decoder) if row else ()
