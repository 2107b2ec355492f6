"""A scan's log, its erasing, tickets, usage, the events of one scan, pages of the ledger."""

import msgspec
import pytest

from cyberai.domain.check import CheckOutcome, Clean, Errored, Found, Skipped, SkipReason
from cyberai.domain.errors import StoreError
from cyberai.domain.event import EventType, NewEvent
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import SYSTEM, EventId, KeyId, ScanId
from cyberai.domain.scan import ScanStatus
from cyberai.domain.scan_log import LogKind
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.records import Ticket
from cyberai.ports.repositories import Page, ScanFilter, VulnerabilityFilter
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, key, scan, shard, sighting, unit, vulnerability

A, B = ScanId("scan_a"), ScanId("scan_b")


@pytest.fixture
def two(stored: Stored) -> Stored:
    """The scans a and b, and one of the same name elsewhere."""

    def insert(tx: Tx) -> None:
        for name in ("a", "b"):
            tx.scans.insert(scan(name, tags=(f"tag-{name}",)))
            tx.shards.insert(shard(name))
            tx.units.add(shard(name), [unit(f"{name}{n}") for n in range(5)])

    stored.write(insert)
    stored.write(lambda tx: tx.scans.insert(scan("a", workspace=OTHER)), OTHER)
    return stored


# ---- the log ----


def test_the_log_keeps_order_and_counts_what_comes_again(two: Stored) -> None:
    def write(tx: Tx) -> None:
        tx.log.add(A, LogKind.STATE, "created", NOW)
        tx.log.add(A, LogKind.ERROR, "timeout", NOW + 1, "first", merge=True)
        tx.log.add(A, LogKind.STATE, "created", NOW + 2)
        tx.log.add(A, LogKind.ERROR, "timeout", NOW + 3, "second", merge=True)
        tx.log.add(B, LogKind.ERROR, "timeout", NOW + 4, merge=True)

    two.write(write)
    entries = two.read(lambda tx: tx.log.after(A, 0, 10))
    assert [(e.ordinal, e.text, e.times, e.at, e.last_at, e.detail) for e in entries] == [
        (1, "created", 1, NOW, NOW, ""),
        (2, "timeout", 2, NOW + 1, NOW + 3, "second"),
        (3, "created", 1, NOW + 2, NOW + 2, ""),
    ]
    assert [e.ordinal for e in two.read(lambda tx: tx.log.after(A, 1, 1))] == [2]
    assert two.read(lambda tx: tx.log.after(A, 0, 10), OTHER) == []


def test_the_log_is_bounded_and_the_newest_stay(two: Stored) -> None:
    def write(tx: Tx) -> None:
        for n in range(1_010):
            tx.log.add(A, LogKind.STATE, str(n), NOW + n)

    two.write(write)
    entries = two.read(lambda tx: tx.log.after(A, 0, 5_000))
    assert [e.text for e in entries] == [str(n) for n in range(10, 1_010)]


def test_a_log_needs_its_scan(stored: Stored) -> None:
    with pytest.raises(StoreError, match="scan_a does not exist"):
        stored.write(lambda tx: tx.log.add(A, LogKind.STATE, "created", NOW))


# ---- erasing ----


def erase(stored: Stored, scan_id: ScanId) -> tuple[int, int, int, int]:
    """Everything, two rows at a time: events, erased and kept vulnerabilities, units."""
    seq = events = erased = kept = units = 0
    while True:
        seq, count = stored.write(lambda tx, seq=seq: tx.erase.events(scan_id, seq, 2))
        events += count
        if not count:
            break
    while True:
        step = stored.write(lambda tx: tx.erase.vulnerabilities(scan_id, 2))
        erased, kept = erased + step.erased, kept + step.kept
        if not step.erased + step.kept:
            break
    while done := stored.write(lambda tx: tx.erase.work(scan_id, 2)):
        units += done
    stored.write(lambda tx: tx.erase.scan(scan_id))
    return events, erased, kept, units


def test_erasing_takes_one_scan_and_nothing_else(two: Stored) -> None:
    def fill(tx: Tx) -> None:
        for n in range(5):
            tx.vulnerabilities.record(sighting(vulnerability(f"only{n}", scan="a")))
        tx.vulnerabilities.record(sighting(vulnerability("both", scan="a")))
        tx.vulnerabilities.record(sighting(vulnerability("both", scan="b")))
        tx.vulnerabilities.record(sighting(vulnerability("theirs", scan="b")))
        for n, of in enumerate((A, B, A, A)):
            data = msgspec.Raw(b'{"secret":%d}' % n)
            tx.events.append(NewEvent(EventId(f"evt_{n}"), EventType.SCAN_PROGRESS, NOW, data, of))
        tx.ledger.add(A, [CheckOutcome("web.x", "a", "h", Clean())])
        tx.log.add(A, LogKind.STATE, "created", NOW)

    two.write(fill)
    assert erase(two, A) == (3, 5, 1, 5)
    assert two.read(lambda tx: tx.scans.get(A)) is None
    assert two.read(lambda tx: tx.scans.get(A), OTHER) is not None
    assert two.read(lambda tx: tx.scans.get(B)) is not None
    left = two.read(lambda tx: tx.vulnerabilities.page(VulnerabilityFilter(), Page(limit=9)))
    assert {row.vulnerability.scan_id for row in left} == {B}
    assert len(left) == 2
    assert two.read(lambda tx: tx.vulnerabilities.severities(A)) == dict.fromkeys(
        ("critical", "high", "medium", "low", "info"), 0
    )
    for where in (ScanFilter(tags=("tag-a",)), ScanFilter(target=("http://gone/",))):
        assert two.read(lambda tx, where=where: tx.scans.page(where, Page(limit=9))) == []
    assert [row.scan.id for row in two.read(lambda tx: tx.scans.page(ScanFilter(), Page(limit=9)))] == [B]
    events = two.read(lambda tx: tx.events.after(0, 9))
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [b"secret" in bytes(event.data) for event in events] == [False, True, False, False]
    # A later scan that gets the old row's number inherits nothing.
    two.write(lambda tx: tx.scans.insert(scan("c", at=NOW + SECOND)))
    for look in (
        lambda tx: tx.log.after(ScanId("scan_c"), 0, 9),
        lambda tx: tx.ledger.rows(ScanId("scan_c")),
        lambda tx: tx.units.counts(ScanId("scan_c")),
    ):
        assert two.read(look) == []
    assert two.read(lambda tx: tx.shards.open_count(ScanId("scan_c"))) == 0
    assert two.read(lambda tx: tx.shards.open_count(B)) == 1


def test_what_another_scan_saw_keeps_what_people_decided(two: Stored) -> None:
    def fill(tx: Tx) -> None:
        row, _, _ = tx.vulnerabilities.record(sighting(vulnerability("both", scan="b")))
        tx.vulnerabilities.record(sighting(vulnerability("both", scan="a")))
        tx.vulnerabilities.update(
            tx.vulnerabilities.get(row.id).replace(status=VulnerabilityStatus.FALSE_POSITIVE), OPERATOR
        )

    two.write(fill)
    two.write(lambda tx: tx.erase.vulnerabilities(A, 9))
    (row,) = two.read(lambda tx: tx.vulnerabilities.page(VulnerabilityFilter(), Page(limit=9)))
    assert (row.vulnerability.scan_id, row.vulnerability.first_scan_id) == (B, B)
    assert row.vulnerability.status is VulnerabilityStatus.FALSE_POSITIVE
    assert two.read(lambda tx: tx.vulnerabilities.evidence(row.vulnerability.id)) == ()
    # Seen again, it is one vulnerability still.
    stored, first, _ = two.write(
        lambda tx: tx.vulnerabilities.record(sighting(vulnerability("both", scan="a")))
    )
    assert (stored.id, first) == (row.vulnerability.id, True)


# ---- tickets ----


def test_a_ticket_is_found_until_it_is_taken_or_runs_out(stored: Stored) -> None:
    ticket = Ticket(HERE, KeyId("key_a"), NOW + 60 * SECOND)
    stored.system(lambda tx: tx.tickets.add("digest", ticket, NOW))
    assert stored.read(lambda tx: tx.tickets.find("digest", NOW), SYSTEM) == ticket
    assert stored.read(lambda tx: tx.tickets.find("other", NOW), SYSTEM) is None
    assert stored.read(lambda tx: tx.tickets.find("digest", ticket.until), SYSTEM) is None
    assert stored.system(lambda tx: tx.tickets.take("digest")) is True
    assert stored.system(lambda tx: tx.tickets.take("digest")) is False
    stored.system(lambda tx: tx.tickets.add("old", ticket, NOW))
    stored.system(lambda tx: tx.tickets.add("new", ticket, ticket.until))
    assert stored.system(lambda tx: tx.tickets.take("old")) is False
    with pytest.raises(StoreError):
        stored.read(lambda tx: tx.tickets.find("digest", NOW))


# ---- usage, keys, counts ----


def test_usage_adds_up_per_day_and_key(stored: Stored) -> None:
    for day, name, n in (
        (1, "key_a", 3),
        (1, "key_a", 2),
        (1, "key_b", 1),
        (2, "key_a", 7),
        (2, "key_a", -1),
    ):
        stored.write(lambda tx, day=day, name=name, n=n: tx.usage.add(day, name, n))
    assert stored.read(lambda tx: tx.usage.requests(1)) == [(2, "key_a", 6), (1, "key_a", 5), (1, "key_b", 1)]
    assert stored.read(lambda tx: tx.usage.requests(2)) == [(2, "key_a", 6)]
    assert stored.read(lambda tx: tx.usage.requests(1), OTHER) == []
    assert stored.read(lambda tx: tx.usage.store_bytes()) > 4096


def test_counts_of_scans_and_vulnerabilities(two: Stored) -> None:
    two.write(lambda tx: tx.scans.update(scan("a", status=ScanStatus.COMPLETED, tags=("tag-a",))))
    two.write(lambda tx: tx.vulnerabilities.record(sighting(vulnerability("x", scan="b"))))
    assert two.read(lambda tx: tx.usage.scans()) == {"completed": 1, "running": 1}
    found = two.read(lambda tx: tx.usage.vulnerabilities())
    assert sum(found.values()) == 1
    assert set(found) == {"critical", "high", "medium", "low", "info"}
    assert two.read(lambda tx: tx.scans.open_counts(), SYSTEM) == {ScanStatus.RUNNING: 2}
    assert two.read(lambda tx: tx.scans.queued_since(), SYSTEM) is None
    two.write(lambda tx: tx.scans.insert(scan("q", status=ScanStatus.QUEUED, at=NOW + SECOND)))
    two.write(lambda tx: tx.scans.insert(scan("p", workspace=OTHER, status=ScanStatus.QUEUED)), OTHER)
    assert two.read(lambda tx: tx.scans.queued_since(), SYSTEM) == NOW


def test_a_changed_key_keeps_its_revocation(stored: Stored) -> None:
    value = key("a")
    stored.write(lambda tx: tx.keys.insert(value))
    stored.write(lambda tx: tx.keys.revoke(value.id, NOW))
    stored.write(lambda tx: tx.keys.update(msgspec.structs.replace(value, expires_at=NOW + 5)))
    found = stored.read(lambda tx: tx.keys.get(value.id))
    assert (found.expires_at, found.revoked_at) == (NOW + 5, NOW)


def test_the_events_of_a_scan(two: Stored) -> None:
    def fill(tx: Tx) -> None:
        for n, of in enumerate((A, B, A, None, A)):
            tx.events.append(
                NewEvent(EventId(f"evt_{n}"), EventType.SCAN_PROGRESS, NOW, msgspec.Raw(b"{}"), of)
            )

    two.write(fill)
    assert [e.seq for e in two.read(lambda tx: tx.events.of_scan(A, 0, 9))] == [1, 3, 5]
    assert [e.seq for e in two.read(lambda tx: tx.events.of_scan(A, 1, 1))] == [3]
    assert two.read(lambda tx: tx.events.of_scan(A, 0, 9), OTHER) == []


def test_pages_of_the_ledger_are_the_whole_ledger(two: Stored) -> None:
    outcomes = [
        CheckOutcome(check, f"{n}", host, outcome)
        for host in ("a", "b", "c")
        for check in ("web.a", "web.b")
        for n, outcome in enumerate((Clean(), Found(()), Skipped(SkipReason.BUDGET), Errored("timeout")))
    ]
    two.write(lambda tx: tx.ledger.add(A, outcomes))
    whole = two.read(lambda tx: tx.ledger.rows(A))
    seen, after = [], ("", "")
    while rows := two.read(lambda tx, after=after: tx.ledger.page(A, after, 2)):
        seen += rows
        after = (rows[-1].host, rows[-1].check_id)
    assert seen == whole
    assert len(whole) == 6


def test_paused_scans_are_left_alone_and_pausing_ones_are_found(two: Stored) -> None:
    two.write(lambda tx: tx.scans.update(scan("a", status=ScanStatus.PAUSING)))
    two.write(lambda tx: tx.scans.update(scan("b", status=ScanStatus.PAUSED)))
    assert [s.id for s in two.read(lambda tx: tx.scans.unclaimable(), SYSTEM)] == [A]
    assert two.system(lambda tx: tx.shards.claim("w", NOW, NOW + SECOND)) is None
