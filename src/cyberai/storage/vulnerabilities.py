"""Vulnerabilities: one row per fingerprint, however many scans and places show it."""

import msgspec
from sqlalchemy import select

from cyberai.domain.finding import Evidence
from cyberai.domain.ids import ScanId, VulnerabilityId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import (
    Sighting,
    Vulnerability,
    merge_sighting,
)
from cyberai.storage.codec import pack, place_number, unpack
from cyberai.storage.collection import Carried, Collection, Stored
from cyberai.storage.dialect import arg, insert_new, upsert
from cyberai.storage.schema import evidence, sighting, vulnerability_place
from cyberai.storage.schema import vulnerability as table
from cyberai.storage.statements import Statement
from cyberai.storage.vulnerability_kind import KIND
from cyberai.storage.vulnerability_lists import VulnerabilityLists, index_words

MAX_PLACES = 1_000
"""Places told apart per vulnerability. Beyond them only its first scan goes on counting: a unit is done once
per scan, so that count stays true, and a later scan of the same places must not count them again."""
MAX_OF_SCAN = 100_000

_c, _p, _s, _e = table.c, vulnerability_place.c, sighting.c, evidence.c
_KNOWN = Statement(
    select(_c.number, _c.rank, _c.facet, _c.doc).where(
        _c.workspace == arg("workspace"), _c.fingerprint == arg("fingerprint")
    )
)
_KNOWN_PLACE = Statement(
    select(_p.place).where(
        _p.workspace == arg("workspace"),
        _p.vulnerability == arg("vulnerability"),
        _p.place == arg("place"),
    )
)
_PLACE = Statement(insert_new(vulnerability_place, "workspace", "vulnerability", "place"))
_SEEN = Statement(insert_new(sighting, "workspace", "vulnerability", "scan"))
_SCANS = Statement(select(_s.scan).where(_s.workspace == arg("workspace"), _s.vulnerability == arg("key")))
_KEEP = Statement(upsert(evidence, "workspace", "vulnerability", "data", key=("workspace", "vulnerability")))
_EVIDENCE = Statement(
    select(_e.data)
    .join_from(table, evidence, (_e.workspace == _c.workspace) & (_e.vulnerability == _c.number))
    .where(_c.workspace == arg("workspace"), _c.id == arg("id"))
)
_evidence = msgspec.msgpack.Decoder(tuple[Evidence, ...])


class Vulnerabilities(VulnerabilityLists):
    """`ports.repositories.VulnerabilityTx`; its lists and counts are inherited."""

    def record(self, sighting: Sighting) -> tuple[Vulnerability, bool, bool]:
        """Insert or merge. Return the stored row, whether this scan sees it first, and whether it regressed."""
        seen = sighting.vulnerability
        workspace = self._scope.writable(seen.workspace)
        rows = Collection(self._scope, workspace, KIND)
        known = self._db.one(_KNOWN, workspace=workspace, fingerprint=seen.fingerprint)
        if known is None:
            row = rows.insert(seen)
            self._count_place(workspace, row, sighting)
            self._keep_evidence(workspace, row.number, sighting)
            self._see(rows, workspace, row, seen.scan_id)
            index_words(self._scope, workspace, row)
            return seen, True, False
        return self._merge(rows, workspace, rows.stored(known), sighting)

    def _merge(
        self,
        rows: Collection[Vulnerability],
        workspace: int,
        row: Stored[Vulnerability],
        sighting: Sighting,
    ) -> tuple[Vulnerability, bool, bool]:
        known, seen = row.value, sighting.vulnerability
        new_place = self._count_place(workspace, row, sighting)
        merged, regressed = merge_sighting(known, seen, new_place=new_place)
        changed = rows.replace(row, merged, self._scans_of(workspace))
        first = self._see(rows, workspace, changed, seen.scan_id)
        index_words(self._scope, workspace, changed, before=known)
        if known.scan_id != seen.scan_id or seen.confidence > known.confidence:
            self._keep_evidence(workspace, row.number, sighting)
        return merged, first, regressed

    def get(self, vulnerability_id: VulnerabilityId) -> Vulnerability | None:
        """One vulnerability, or None."""
        return self._here().get(vulnerability_id)

    def update(self, vulnerability: Vulnerability) -> None:
        """Replace the stored row (not its evidence)."""
        workspace = self._scope.writable(vulnerability.workspace)
        Collection(self._scope, workspace, KIND).update(vulnerability, self._scans_of(workspace))

    def evidence(self, vulnerability_id: VulnerabilityId) -> tuple[Evidence, ...]:
        """The evidence of the best sighting."""
        row = self._db.one(_EVIDENCE, workspace=self._scope.readable(), id=vulnerability_id)
        return unpack(row[0], _evidence) if row else ()

    def severities(self, scan_id: ScanId) -> dict[str, int]:
        """Count per effective severity of the vulnerabilities this scan saw; every band present."""
        counts = {band.value: 0 for band in Severity}
        for facet, n in self._here().listing.counts("scan", scan_id):
            counts[KIND.facets.value("severity", facet)] += n
        return counts

    def of_scan(self, scan_id: ScanId) -> list[Vulnerability]:
        """All vulnerabilities this scan saw (verdict, risk); at most 100,000."""
        rows = self._here()
        numbers = rows.listing.items("scan", scan_id, MAX_OF_SCAN)
        return [value for _, _, value in rows.among(numbers)]

    def of_target(self, target: str) -> list[Vulnerability]:
        """All vulnerabilities of this target; at most 100,000."""
        rows = self._here()
        return [value for _, _, value in rows.among(rows.listing.items("target", target, MAX_OF_SCAN))]

    def _see(
        self,
        rows: Collection[Vulnerability],
        workspace: int,
        row: Stored[Vulnerability],
        scan_id: ScanId,
    ) -> bool:
        scan = rows.listing.number_of("scan", scan_id)
        if self._db.run(_SEEN, workspace=workspace, vulnerability=row.number, scan=scan) == 0:
            return False
        rows.listing.carry(row.posted(frozenset()), "scan", scan_id)
        return True

    def _scans_of(self, workspace: int) -> Carried:
        return lambda number: [s for (s,) in self._db.rows(_SCANS, workspace=workspace, key=number)]

    def _count_place(self, workspace: int, row: Stored[Vulnerability], sighting: Sighting) -> bool:
        key = {"workspace": workspace, "vulnerability": row.number}
        place = place_number(sighting.place)
        if row.value.occurrences < MAX_PLACES:
            return self._db.run(_PLACE, **key, place=place) == 1
        known = self._db.one(_KNOWN_PLACE, **key, place=place)
        return known is None and row.value.first_scan_id == sighting.vulnerability.scan_id

    def _keep_evidence(self, workspace: int, number: int, sighting: Sighting) -> None:
        self._db.run(_KEEP, workspace=workspace, vulnerability=number, data=pack(sighting.evidence))
