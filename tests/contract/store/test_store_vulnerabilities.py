"""Vulnerabilities: one row per fingerprint, however many scans and places show it."""

import pytest

from cyberai.domain.errors import NotFound
from cyberai.domain.finding import Tier
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import ScanId, VulnerabilityId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Sighting, Vulnerability, VulnerabilityStatus
from cyberai.ports.repositories import Page, VulnerabilityFilter
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import NOW, OTHER, proof, sighting, vulnerability

ID = VulnerabilityId("vuln_a")
NONE = dict.fromkeys(("critical", "high", "medium", "low", "info"), 0)


def record(stored: Stored, *sightings: Sighting) -> tuple[Vulnerability, bool, bool]:
    result = [stored.write(lambda tx, s=s: tx.vulnerabilities.record(s)) for s in sightings]
    return result[-1]


def seen(stored: Stored, scan: str) -> dict[str, int]:
    return stored.read(lambda tx: tx.vulnerabilities.severities(ScanId(f"scan_{scan}")))


def ids(stored: Stored, where: VulnerabilityFilter) -> list[str]:
    return [r.vulnerability.id for r in stored.read(lambda tx: tx.vulnerabilities.page(where, Page(50)))]


def test_a_first_sighting_is_stored_as_it_is(stored: Stored) -> None:
    value = vulnerability()
    assert record(stored, sighting(value)) == (value, True, False)
    assert stored.read(lambda tx: tx.vulnerabilities.get(ID)) == value
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(ID)) == proof()
    assert seen(stored, "a") == {**NONE, "high": 1}


def test_a_transaction_finds_its_own_words_and_forgets_what_it_erases(stored: Stored) -> None:
    value = vulnerability().replace(title="Reflected canary")
    wanted = VulnerabilityFilter(q="canary")

    def record_and_search(tx: Tx, erase: bool) -> list[str]:
        tx.vulnerabilities.record(sighting(value))
        if erase:
            tx.erase.vulnerabilities(value.scan_id, 9)
        return [row.vulnerability.id for row in tx.vulnerabilities.page(wanted, Page(50))]

    assert stored.write(lambda tx: record_and_search(tx, True)) == []
    assert ids(stored, wanted) == []
    assert stored.write(lambda tx: record_and_search(tx, False)) == [ID]
    assert ids(stored, wanted) == [ID]


def test_unknown_and_foreign_ids_are_nothing(stored: Stored) -> None:
    record(stored, sighting(vulnerability()))
    assert stored.read(lambda tx: tx.vulnerabilities.get(ID), OTHER) is None
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(ID), OTHER) == ()
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(VulnerabilityId("vuln_z"))) == ()
    with pytest.raises(NotFound):
        stored.write(lambda tx: tx.vulnerabilities.update(vulnerability("z"), OPERATOR))


def test_the_same_place_in_the_same_scan_changes_nothing(stored: Stored) -> None:
    value = vulnerability()
    again = record(stored, sighting(value), sighting(value, note="twice"))
    assert again == (value, False, False)
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(ID)) == proof()


def test_occurrences_count_distinct_places(stored: Stored) -> None:
    value = vulnerability()
    places = ["/a", "/b", "/a", "/c", "/b"]
    merged, first, _ = record(stored, *(sighting(value, place) for place in places))
    assert merged.occurrences == 3
    assert not first


def test_places_beyond_those_kept_are_counted_by_the_first_scan_alone(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyberai.storage.places.MAX_PLACES", 5)
    value = vulnerability()
    merged, *_ = record(stored, *(sighting(value, f"/{n}") for n in range(8)))
    assert merged.occurrences == 8
    assert record(stored, sighting(value, "/2"))[0].occurrences == 8
    later = vulnerability(scan="b", at=NOW + 9)
    merged, *_ = record(stored, *(sighting(later, f"/{n}") for n in range(8)))
    assert merged.occurrences == 8


def test_a_later_scan_takes_the_row_over_and_both_keep_their_counts(stored: Stored) -> None:
    record(stored, sighting(vulnerability()))
    later = vulnerability("other-id", scan="b", at=NOW + 9, confidence=50).replace(fingerprint="v1:a")
    merged, first, regressed = record(stored, sighting(later, note="later"))
    assert (merged.id, merged.scan_id, merged.first_scan_id) == (ID, "scan_b", "scan_a")
    assert (merged.first_seen, merged.last_seen) == (NOW, NOW + 9)
    assert merged.detection is Detection.PRESENT
    assert (first, regressed) == (True, False)
    assert seen(stored, "a") == seen(stored, "b") == {**NONE, "high": 1}
    assert ids(stored, VulnerabilityFilter(scan_id=("scan_a",))) == ["vuln_a"]
    assert ids(stored, VulnerabilityFilter(scan_id=("scan_b",))) == ["vuln_a"]
    assert ids(stored, VulnerabilityFilter(scan_id=("scan_a", "scan_b"))) == ["vuln_a"]
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(ID)) == proof("later")


def test_within_a_scan_the_better_proof_stays(stored: Stored) -> None:
    record(stored, sighting(vulnerability(confidence=70), note="weak"))
    merged, *_ = record(stored, sighting(vulnerability(confidence=95, tier=Tier.STRONG), "/b", "good"))
    assert (merged.confidence, merged.tier) == (95, Tier.STRONG)
    merged, *_ = record(stored, sighting(vulnerability(confidence=10), "/c", "worse"))
    assert merged.confidence == 95
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(ID)) == proof("good")


def test_what_was_fixed_and_is_seen_again_has_regressed_once(stored: Stored) -> None:
    value = vulnerability()
    record(stored, sighting(value))
    stored.write(
        lambda tx: tx.vulnerabilities.update(value.replace(status=VulnerabilityStatus.FIXED), OPERATOR)
    )
    assert ids(stored, VulnerabilityFilter(status=("fixed",))) == ["vuln_a"]
    later = vulnerability(scan="b", at=NOW + 9)
    merged, first, regressed = record(stored, sighting(later))
    assert (merged.status, merged.detection) == (VulnerabilityStatus.OPEN, Detection.REGRESSED)
    assert (first, regressed) == (True, True)
    assert record(stored, sighting(later, "/b"))[1:] == (False, False)
    assert ids(stored, VulnerabilityFilter(status=("fixed",))) == []
    assert ids(stored, VulnerabilityFilter(detection=("regressed",), scan_id=("scan_a",))) == ["vuln_a"]


def test_people_s_severity_counts_for_every_scan_that_saw_it(stored: Stored) -> None:
    record(stored, sighting(vulnerability()), sighting(vulnerability(scan="b")))
    current = stored.read(lambda tx: tx.vulnerabilities.get(ID))
    assert current is not None
    changed = current.replace(severity_override=Severity.LOW, notes="not so bad")
    stored.write(lambda tx: tx.vulnerabilities.update(changed, OPERATOR))
    assert stored.read(lambda tx: tx.vulnerabilities.get(ID)) == changed
    assert seen(stored, "a") == seen(stored, "b") == {**NONE, "low": 1}
    assert ids(stored, VulnerabilityFilter(severity=("high",))) == []
    assert ids(stored, VulnerabilityFilter(severity=("low",), scan_id=("scan_b",))) == ["vuln_a"]


def test_a_changed_weakness_moves_the_row_to_its_new_list(stored: Stored) -> None:
    record(stored, sighting(vulnerability(cwe=("CWE-1", "CWE-2"))))
    record(stored, sighting(vulnerability(scan="b", cwe=("CWE-2", "CWE-3"))))
    assert ids(stored, VulnerabilityFilter(cwe=("CWE-1",))) == []
    for wanted in (("CWE-2",), ("CWE-3",), ("CWE-2", "CWE-3")):
        assert ids(stored, VulnerabilityFilter(cwe=wanted)) == ["vuln_a"]


def test_all_of_a_scan_newest_first(stored: Stored) -> None:
    values = [vulnerability(name, at=NOW + n) for n, name in enumerate(("a", "b", "c"))]
    record(stored, *(sighting(value) for value in values), sighting(vulnerability("d", scan="b")))
    assert stored.read(lambda tx: tx.vulnerabilities.of_scan(ScanId("scan_a"))) == values[::-1]
    assert stored.read(lambda tx: tx.vulnerabilities.of_scan(ScanId("scan_z"))) == []


def test_all_of_a_target_newest_first(stored: Stored) -> None:
    values = [vulnerability(name, at=NOW + n).replace(target="t") for n, name in enumerate(("a", "b", "c"))]
    other = vulnerability("d").replace(target="other")
    record(stored, *(sighting(value) for value in (*values, other)))
    assert stored.read(lambda tx: tx.vulnerabilities.of_target("t")) == values[::-1]
    assert stored.read(lambda tx: tx.vulnerabilities.of_target("none")) == []
    assert stored.read(lambda tx: tx.vulnerabilities.of_target("t"), OTHER) == []


def test_more_rows_of_one_scan_than_one_statement_fetches(stored: Stored) -> None:
    values = [vulnerability(f"{n:04}") for n in range(700)]
    stored.write(lambda tx: [tx.vulnerabilities.record(sighting(value)) for value in values])
    assert stored.read(lambda tx: tx.vulnerabilities.of_scan(ScanId("scan_a"))) == values[::-1]
    assert seen(stored, "a")["high"] == 700


def test_a_frozen_clock_still_gives_every_row_its_rank(stored: Stored) -> None:
    def many(tx: object) -> None:
        for n in range(2_100):
            tx.vulnerabilities.record(sighting(vulnerability(str(n))))  # type: ignore[attr-defined]

    stored.write(many)
    found: list[str] = []
    before = None
    while True:
        page = stored.read(lambda tx, b=before: tx.vulnerabilities.page(VulnerabilityFilter(), Page(300, b)))
        if not page:
            break
        found += [row.vulnerability.id for row in page]
        before = page[-1].rank
    assert found == [f"vuln_{n}" for n in reversed(range(2_100))]
