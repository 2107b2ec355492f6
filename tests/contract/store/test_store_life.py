"""What is kept of a vulnerability's life: who changed what, where it is, when its acceptance ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import psycopg
import pytest
from msgspec.structs import replace

from cyberai.domain.history import BY_ITSELF, OPERATOR, ActorKind, Change, key_actor, scan_actor
from cyberai.domain.ids import KeyId, ScanId, VulnerabilityId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Location, Vulnerability, VulnerabilityStatus
from cyberai.domain.vulnerability_moves import ANNOUNCED_BEFORE, REOPENED, move, reviewed
from cyberai.ports.store import Tx
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import NOW, OTHER, SECOND, sighting, vulnerability
from support.take_back import TO_0003

ID = VulnerabilityId("vuln_a")
ANN = key_actor(KeyId("key_ann"))


def change(stored: Stored, by: object = ANN, **changes: object) -> None:
    def write(tx: Tx) -> None:
        known = tx.vulnerabilities.get(ID)
        assert known is not None
        tx.vulnerabilities.update(known.replace(**changes), by)  # type: ignore[arg-type]

    stored.write(write)


def history(stored: Stored, before: int | None = None, limit: int = 50, **kind: bool) -> list[Change]:
    return [e.change for e in stored.read(lambda tx: tx.life.history(ID, before, limit, **kind))]


def told(stored: Stored) -> list[tuple[str, object, object]]:
    return [(c.field, c.before, c.after) for c in reversed(history(stored))]


@pytest.fixture
def known(stored: Stored) -> Vulnerability:
    value = vulnerability()
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(value)))
    return value


def test_every_change_stands_in_the_history(stored: Stored, known: Vulnerability) -> None:
    assert history(stored) == []
    later = NOW + SECOND
    change(stored, assignee="ann", tags=("web", "urgent"), updated_at=later)
    change(stored, severity_override=Severity.LOW, due_at=NOW + 9, updated_at=later)
    change(stored, status=VulnerabilityStatus.IN_PROGRESS, status_reason="on it", updated_at=later)
    change(stored, status_reason="really on it", assignee=None, updated_at=later)
    change(stored, updated_at=later + 1)
    assert told(stored) == [
        ("assignee", None, "ann"),
        ("tags", (), ("web", "urgent")),
        ("severity_override", None, "low"),
        ("due_at", None, NOW + 9),
        ("status", "open", "in_progress"),
        ("reason", "on it", "really on it"),
        ("assignee", "ann", None),
    ]
    newest = history(stored)[0]
    assert (newest.by, newest.at) == (ANN, later)
    assert [c.reason for c in history(stored) if c.field == "status"] == ["on it"]
    assert stored.read(lambda tx: tx.life.history(ID, None, 9), OTHER) == []
    assert stored.read(lambda tx: tx.life.history(VulnerabilityId("vuln_z"), None, 9)) == []


def test_comments_are_kept_also_when_they_are_alike(stored: Stored, known: Vulnerability) -> None:
    for count, text in enumerate(("first", "again", "again"), start=1):
        change(stored, notes=text, comments=count)
    change(stored, notes=None)
    assert told(stored) == [
        ("comment", None, "first"),
        ("comment", None, "again"),
        ("comment", None, "again"),
        ("notes", "again", None),
    ]
    assert [c.after for c in history(stored, comments=True)] == ["again", "again", "first"]
    assert [c.after for c in history(stored, 3, 1, comments=True)] == ["again"]
    assert [c.after for c in history(stored, 2, comments=True)] == ["first"]


def test_a_scan_that_reopens_says_so(stored: Stored, known: Vulnerability) -> None:
    change(stored, status=VulnerabilityStatus.FIXED, status_reason="patched")
    later = vulnerability(scan="b", at=NOW + SECOND)
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(later)))
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(later, "/b")))
    reopened, regressed = history(stored)[1], history(stored)[0]
    assert (reopened.field, reopened.before, reopened.after) == ("status", "fixed", "open")
    assert (reopened.reason, reopened.at) == (REOPENED, NOW + SECOND)
    assert (regressed.field, regressed.after) == ("detection", "regressed")
    assert reopened.by == regressed.by == scan_actor(ScanId("scan_b"))
    assert len(history(stored)) == 3


def test_a_change_that_is_rolled_back_leaves_no_history(stored: Stored, known: Vulnerability) -> None:
    def fail(tx: Tx) -> None:
        tx.vulnerabilities.update(known.replace(assignee="bob"), OPERATOR)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        stored.write(fail)
    assert history(stored) == []


def test_572_pages_are_572_places_of_one_vulnerability(stored: Stored) -> None:
    def fill(tx: Tx) -> None:
        for n in range(572):
            seen = vulnerability(at=NOW + n).replace(location=Location(url=f"http://a/{n}", method="GET"))
            tx.vulnerabilities.record(sighting(seen, f"GET http://a/{n}"))

    stored.write(fill)
    row = stored.read(lambda tx: tx.vulnerabilities.get(ID))
    assert row is not None
    assert row.occurrences == 572
    places = stored.read(lambda tx: tx.life.places(ID))
    assert [p.location.url for p in places] == [f"http://a/{n}" for n in reversed(range(572))]
    assert len({p.number for p in places}) == 572
    assert stored.read(lambda tx: tx.life.places(ID), OTHER) == []

    again = vulnerability(scan="b", at=NOW + SECOND).replace(location=Location(url="http://a/7?x=2"))
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(again, "GET http://a/7")))
    (seven,) = [p for p in stored.read(lambda tx: tx.life.places(ID)) if p.scan_id == "scan_b"]
    assert (seven.first_scan_id, seven.location.url) == ("scan_a", "http://a/7?x=2")
    assert (seven.first_seen, seven.last_seen) == (NOW + 7, NOW + SECOND)


def test_purging_a_scan_takes_the_places_only_it_saw(stored: Stored) -> None:
    def fill(tx: Tx) -> None:
        for scan, place in ("a", "/a"), ("a", "/both"), ("b", "/both"), ("b", "/b"):
            tx.vulnerabilities.record(sighting(vulnerability(scan=scan), place))
        row = tx.vulnerabilities.get(ID)
        assert row is not None
        tx.vulnerabilities.update(row.replace(assignee="ann"), ANN)

    stored.write(fill)
    stored.write(lambda tx: tx.erase.vulnerabilities(ScanId("scan_a"), 9))
    places = stored.read(lambda tx: tx.life.places(ID))
    assert [(p.first_scan_id, p.scan_id) for p in places] == [("scan_b", "scan_b")] * 2
    row = stored.read(lambda tx: tx.vulnerabilities.get(ID))
    assert row is not None
    assert row.occurrences == 2
    stored.write(lambda tx: tx.erase.vulnerabilities(ScanId("scan_b"), 9))
    assert stored.read(lambda tx: tx.vulnerabilities.get(ID)) is None
    # A new one that takes its number inherits nothing.
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(vulnerability(scan="c"), "/c")))
    assert history(stored) == []
    assert len(stored.read(lambda tx: tx.life.places(ID))) == 1


def accept(stored: Stored, until: int) -> None:
    def write(tx: Tx) -> None:
        known = tx.vulnerabilities.get(ID)
        assert known is not None
        accepted = move(
            known, VulnerabilityStatus.ACCEPTED_RISK, at=NOW + 1, reason="old box", accept_until=until
        )
        tx.vulnerabilities.update(accepted, ANN)

    stored.write(write)


def due(stored: Stored, at: int) -> list[str]:
    return [row.id for row in stored.read(lambda tx: tx.life.due(at, 9))]


def review(stored: Stored, at: int) -> None:
    def write(tx: Tx) -> None:
        for row in tx.life.due(at, 9):
            tx.vulnerabilities.update(reviewed(row, at), BY_ITSELF)

    stored.write(write)


def test_an_acceptance_is_due_a_week_before_its_end_and_at_it(stored: Stored, known: Vulnerability) -> None:
    end = NOW + 3 * ANNOUNCED_BEFORE
    accept(stored, end)
    warning = end - ANNOUNCED_BEFORE
    assert (due(stored, warning - 1), due(stored, warning)) == ([], [ID])
    assert stored.read(lambda tx: tx.life.due(end, 9), OTHER) == []
    review(stored, warning)
    assert (due(stored, end - 1), due(stored, end)) == ([], [ID])
    review(stored, end)
    assert due(stored, 10**18) == []
    assert told(stored) == [
        ("status", "open", "accepted_risk"),
        ("accept_until", None, end),
        ("acceptance_announced", None, end),
        ("status", "accepted_risk", "open"),
        ("accept_until", end, None),
    ]
    assert history(stored)[0].by.kind is ActorKind.SYSTEM


@pytest.mark.parametrize("how", ["prolonged", "taken back", "erased"])
def test_what_is_no_longer_accepted_is_not_due(stored: Stored, known: Vulnerability, how: str) -> None:
    end = NOW + 3 * ANNOUNCED_BEFORE
    accept(stored, end)
    if how == "prolonged":
        accept(stored, 2 * end)
    elif how == "taken back":
        change(stored, status=VulnerabilityStatus.OPEN, accept_until=None)
    else:
        stored.write(lambda tx: tx.erase.vulnerabilities(ScanId("scan_a"), 9))
    assert due(stored, end) == []


def test_a_row_under_an_old_fingerprint_goes_on_under_the_new_one(
    stored: Stored, known: Vulnerability
) -> None:
    change(stored, status=VulnerabilityStatus.FALSE_POSITIVE, assignee="ann")
    seen = vulnerability("other-id", scan="b", at=NOW + SECOND).replace(fingerprint="v2:new")

    def newer(tx: Tx) -> Vulnerability:
        as_seen = sighting(seen)
        return tx.vulnerabilities.record(replace(as_seen, former=("v1:never", known.fingerprint)))[0]

    row = stored.write(newer)
    assert (row.id, row.fingerprint, row.assignee) == (ID, "v2:new", "ann")
    assert (row.status, row.detection) == (VulnerabilityStatus.FALSE_POSITIVE, Detection.PRESENT)
    # From now on it is found by the new one, and the old one belongs to nobody.
    assert stored.write(newer).id == ID
    _, first, _ = stored.write(lambda tx: tx.vulnerabilities.record(sighting(vulnerability("late"))))
    assert first
    stored.write(
        lambda tx: tx.vulnerabilities.record(
            sighting(vulnerability("z").replace(fingerprint=known.fingerprint))
        )
    )
    assert stored.read(lambda tx: tx.vulnerabilities.get(VulnerabilityId("vuln_z"))) is not None


@contextmanager
def taken_back(place: str) -> Iterator[None]:
    yield
    if place.startswith("postgresql://"):
        with psycopg.connect(place, autocommit=True) as connection:
            for statement in TO_0003:
                connection.execute(statement.encode())
        return
    store = apsw.Connection(str(Path(place) / "cyberai.db"))
    for statement in TO_0003:
        store.execute(statement)
    store.close()


@pytest.fixture(params=("postgres", "sqlite"))
def own_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of this test's alone, whose schema it may change."""
    if request.param == "sqlite":
        yield str(tmp_path)
        return
    with request.getfixturevalue("pg_databases").fresh() as url:
        yield url


def test_a_store_of_the_version_before_is_brought_up_to_date(own_place: str) -> None:
    end = NOW + 3 * ANNOUNCED_BEFORE
    location = Location(url="http://a.example/x?q=1", method="GET", parameter="query:q", port=80)
    with taken_back(own_place), stored_at(own_place) as stored:
        value = vulnerability().replace(location=location)
        stored.write(lambda tx: tx.vulnerabilities.record(sighting(value, "GET http://a.example/x query:q")))
        stored.write(lambda tx: tx.vulnerabilities.record(sighting(value, "GET http://a.example/y query:q")))
        accept(stored, end)
    with stored_at(own_place) as stored:
        assert due(stored, end - ANNOUNCED_BEFORE) == [ID]
        assert due(stored, end - ANNOUNCED_BEFORE - 1) == []
        (place,) = stored.read(lambda tx: tx.life.places(ID))
        assert (place.location, place.first_seen, place.scan_id) == (location, NOW, "scan_a")
        # The other is counted, and told when it is seen again.
        again = vulnerability(scan="b", at=NOW + SECOND)
        stored.write(lambda tx: tx.vulnerabilities.record(sighting(again, "GET http://a.example/y query:q")))
        places = stored.read(lambda tx: tx.life.places(ID))
        assert [p.scan_id for p in places] == ["scan_b", "scan_a"]
        row = stored.read(lambda tx: tx.vulnerabilities.get(ID))
        assert row is not None
        assert row.occurrences == 2
        change(stored, assignee="ann")
        assert told(stored)[-1] == ("assignee", None, "ann")
