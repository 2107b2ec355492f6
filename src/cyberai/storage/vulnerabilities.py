"""Vulnerabilities: one row per fingerprint, however many scans and places show it."""

from cyberai.domain.finding import Evidence
from cyberai.domain.history import Actor, changes_between, scan_actor
from cyberai.domain.ids import ScanId, VulnerabilityId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Sighting, Vulnerability
from cyberai.domain.vulnerability_moves import merge_sighting
from cyberai.ports.repositories import Page, RankedVulnerability
from cyberai.storage import acceptances, histories
from cyberai.storage.collection import Collection, Stored
from cyberai.storage.orders import Wanted
from cyberai.storage.places import Places
from cyberai.storage.sightings import Sightings
from cyberai.storage.vulnerability_kind import KIND, KNOWN_FLAW, known_by
from cyberai.storage.vulnerability_lists import VulnerabilityLists, index_words

MAX_OF_SCAN = 100_000


class Vulnerabilities(VulnerabilityLists):
    """`ports.repositories.VulnerabilityTx`; its lists and counts are inherited."""

    def record(self, sighting: Sighting) -> tuple[Vulnerability, bool, bool]:
        """Insert or merge. Return the stored row, whether this scan sees it first, and whether it regressed."""
        seen = sighting.vulnerability
        workspace = self._scope.writable(seen.workspace)
        rows = Collection(self._scope, workspace, KIND)
        known = known_by(self._db, workspace, (seen.fingerprint, *sighting.former))
        if known is not None:
            return self._merge(rows, workspace, rows.stored(known), sighting)
        row = rows.insert(seen)
        scan = rows.listing.number_of("scan", seen.scan_id)
        Places(self._db, workspace).note(row.number, sighting, scan, 0, first_scan=True)
        seen_by = Sightings(self._db, workspace)
        seen_by.keep_evidence(row.number, sighting.evidence)
        seen_by.add(row.number, scan)
        rows.carry(row, "scan", seen.scan_id)
        index_words(self._scope, workspace, row)
        return seen, True, False

    def _merge(
        self,
        rows: Collection[Vulnerability],
        workspace: int,
        row: Stored[Vulnerability],
        sighting: Sighting,
    ) -> tuple[Vulnerability, bool, bool]:
        known, seen = row.value, sighting.vulnerability
        scan = rows.listing.number_of("scan", seen.scan_id)
        first_scan = known.first_scan_id == seen.scan_id
        new_place = Places(self._db, workspace).note(
            row.number, sighting, scan, known.occurrences, first_scan=first_scan
        )
        merged, regressed = merge_sighting(known, seen, new_place=new_place)
        seen_by = Sightings(self._db, workspace)
        changed = rows.replace(row, merged, seen_by.scans)
        self._follow(workspace, row, merged, scan_actor(seen.scan_id))
        first = seen_by.add(row.number, scan)
        if first:
            rows.carry(changed, "scan", seen.scan_id)
        index_words(self._scope, workspace, changed, before=known)
        if known.scan_id != seen.scan_id or seen.confidence > known.confidence:
            seen_by.keep_evidence(row.number, sighting.evidence)
        return merged, first, regressed

    def get(self, vulnerability_id: VulnerabilityId) -> Vulnerability | None:
        """One vulnerability, or None."""
        return self._here().get(vulnerability_id)

    def update(self, vulnerability: Vulnerability, by: Actor) -> None:
        """Replace the stored row (not its evidence), and note in its history what changed by whom."""
        workspace = self._scope.writable(vulnerability.workspace)
        rows = Collection(self._scope, workspace, KIND)
        row = rows.require(vulnerability.id)
        rows.replace(row, vulnerability, Sightings(self._db, workspace).scans)
        self._follow(workspace, row, vulnerability, by)

    def evidence(self, vulnerability_id: VulnerabilityId) -> tuple[Evidence, ...]:
        """The evidence of the best sighting."""
        return Sightings(self._db, self._scope.readable()).evidence(vulnerability_id)

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

    def with_cve(self, before: int | None, limit: int) -> list[RankedVulnerability]:
        """Vulnerabilities with a CVE, the newest first."""
        kind, value = KNOWN_FLAW
        found = self._here().page(Wanted(terms={kind: (value,)}), Page(limit, before))
        return [RankedVulnerability(at, row) for at, row in found]

    def of_target(self, target: str) -> list[Vulnerability]:
        """All vulnerabilities of this target; at most 100,000."""
        rows = self._here()
        return [value for _, _, value in rows.among(rows.listing.items("target", target, MAX_OF_SCAN))]

    def _follow(self, workspace: int, row: Stored[Vulnerability], after: Vulnerability, by: Actor) -> None:
        """Write the history of a change, and when the row is to be reviewed from now on."""
        histories.write(self._db, workspace, row.number, changes_between(row.value, after, by))
        acceptances.follow(self._db, workspace, row.number, row.value, after)
