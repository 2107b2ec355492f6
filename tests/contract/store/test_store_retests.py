"""Retests: the latest of each vulnerability, claimed once, in order, across workspaces."""

from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import SYSTEM
from cyberai.domain.retest import Retest, RetestResult, RetestStatus
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, scan, sighting, vulnerability


def ordered(name: str, at: int = NOW, *, workspace: str = HERE) -> Retest:
    value = vulnerability(name, workspace=workspace)  # type: ignore[arg-type]
    return Retest(
        vulnerability_id=value.id,
        workspace=value.workspace,
        status=RetestStatus.RUNNING,
        created_at=at,
        by=OPERATOR,
    )


def put(stored: Stored, retest: Retest) -> None:
    stored.write(lambda tx: tx.retests.put(retest), retest.workspace)


def claim(stored: Stored, now: int) -> Retest | None:
    return stored.write(lambda tx: tx.retests.claim("w", now, now + SECOND), SYSTEM)


def test_claims(stored: Stored) -> None:
    for workspace, names in ((HERE, ("a", "b")), (OTHER, ("c",))):
        for name in names:
            row = vulnerability(name, workspace=workspace)
            stored.write(lambda tx, row=row: tx.vulnerabilities.record(sighting(row)), workspace)
    assert claim(stored, NOW) is None
    late, first, foreign = ordered("a", NOW + 2), ordered("b", NOW), ordered("c", NOW + 1, workspace=OTHER)
    for retest in (late, first, foreign):
        put(stored, retest)
    assert [claim(stored, NOW + 5) for _ in range(4)] == [first, foreign, late, None]
    assert claim(stored, NOW + 5 + SECOND) == first, "its worker was lost"
    done = first.replace(status=RetestStatus.COMPLETED, result=RetestResult.PRESENT, completed_at=NOW + 9)
    put(stored, done)
    assert stored.read(lambda tx: tx.retests.get(done.vulnerability_id)) == done
    assert stored.read(lambda tx: tx.retests.get(foreign.vulnerability_id)) is None
    assert stored.read(lambda tx: tx.retests.get(foreign.vulnerability_id), OTHER) == foreign
    again = claim(stored, NOW + 9 + 2 * SECOND)
    assert again == foreign
    put(stored, first)
    assert stored.read(lambda tx: tx.retests.get(first.vulnerability_id)) == first


def test_a_retest_goes_with_its_vulnerability(stored: Stored) -> None:
    stored.write(lambda tx: tx.scans.insert(scan("a")))
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(vulnerability("a"))))
    put(stored, ordered("a"))
    stored.write(lambda tx: tx.erase.vulnerabilities(scan("a").id, 10))
    assert stored.read(lambda tx: tx.retests.get(vulnerability("a").id)) is None
    assert claim(stored, NOW + 5) is None
