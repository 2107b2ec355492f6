"""Shards, leases, fences, host leases."""

import pytest

from cyberai.domain.errors import LeaseLost
from cyberai.domain.ids import SYSTEM, ScanId, WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.unit import SIFTED, Lease
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, scan, shard, unit

UNTIL = NOW + 30 * SECOND


def begin(stored: Stored, value: Scan, *names: str, not_before: int = 0) -> None:
    def work(tx: Tx) -> None:
        tx.scans.insert(value)
        for name in names:
            tx.shards.insert(shard(name, of=value, not_before=not_before), value.owner)

    stored.write(work, value.workspace)


def claim(
    stored: Stored, worker: str = "w", now: int = NOW, until: int = UNTIL, owner: str = ""
) -> Lease | None:
    return stored.system(lambda tx: tx.shards.claim(worker, now, until, owner))


def claimed(stored: Stored, worker: str = "w", now: int = NOW, until: int = UNTIL) -> Lease:
    lease = claim(stored, worker, now, until)
    assert lease is not None
    return lease


def test_a_claim_names_the_shard_its_holder_and_a_fence(stored: Stored) -> None:
    begin(stored, scan(), "a")
    lease = claimed(stored, "w1")
    assert lease.shard == shard("a")
    assert (lease.owner, lease.resumed) == ("w1", False)
    assert lease.fence > 0
    assert claim(stored, "w2") is None


def test_nothing_to_claim_is_none(stored: Stored) -> None:
    assert claim(stored) is None


def test_an_expired_lease_is_taken_over_with_a_larger_fence(stored: Stored) -> None:
    begin(stored, scan(), "a")
    first = claimed(stored, "w1")
    assert claim(stored, "w2", now=UNTIL - 1) is None
    second = claimed(stored, "w2", now=UNTIL, until=UNTIL + SECOND)
    assert second.fence > first.fence
    assert second.resumed
    assert second.shard == first.shard
    with pytest.raises(LeaseLost):
        stored.write(lambda tx: tx.shards.hold(first, UNTIL + 9 * SECOND))
    stored.write(lambda tx: tx.shards.hold(second, UNTIL + 9 * SECOND))


def test_a_lost_lease_rolls_back_everything_of_that_write(stored: Stored) -> None:
    begin(stored, scan(), "a")
    first = claimed(stored, "w1")
    claimed(stored, "w2", now=UNTIL, until=UNTIL + SECOND)

    def late(tx: Tx) -> None:
        tx.units.add(first.shard, [unit("x")])
        tx.shards.hold(first, UNTIL + SECOND)

    with pytest.raises(LeaseLost):
        stored.write(late)
    assert stored.read(lambda tx: tx.units.pending(first.shard, 9)) == []


def test_a_lease_belongs_to_its_holder_and_workspace(stored: Stored) -> None:
    begin(stored, scan(), "a")
    lease = claimed(stored, "w1")
    stranger = Lease(lease.shard, "w2", lease.fence)
    with pytest.raises(LeaseLost):
        stored.write(lambda tx: tx.shards.hold(stranger, UNTIL))
    with pytest.raises(LeaseLost):
        stored.write(lambda tx: tx.shards.hold(lease, UNTIL), OTHER)


def test_holding_prolongs_the_lease(stored: Stored) -> None:
    begin(stored, scan(), "a")
    lease = claimed(stored)
    stored.write(lambda tx: tx.shards.hold(lease, UNTIL + 60 * SECOND))
    assert claim(stored, "w2", now=UNTIL + 59 * SECOND) is None
    assert claim(stored, "w2", now=UNTIL + 60 * SECOND) is not None


def test_a_finished_shard_is_never_claimed_again(stored: Stored) -> None:
    begin(stored, scan(), "a", "b")
    lease = claimed(stored)
    assert stored.read(lambda tx: tx.shards.open_count(ScanId("scan_a"))) == 2
    stored.write(lambda tx: tx.shards.finish(lease))
    assert stored.read(lambda tx: tx.shards.open_count(ScanId("scan_a"))) == 1
    assert stored.read(lambda tx: tx.shards.open_count(ScanId("scan_a")), OTHER) == 0
    other = claimed(stored, now=UNTIL + SECOND)
    assert other.shard.id != lease.shard.id
    for late in (
        lambda tx: tx.shards.hold(lease, UNTIL),
        lambda tx: tx.shards.finish(lease),
        lambda tx: tx.shards.release(lease, NOW),
    ):
        with pytest.raises(LeaseLost):
            stored.write(late)


def test_a_released_shard_waits_and_is_not_resumed(stored: Stored) -> None:
    begin(stored, scan(), "a")
    lease = claimed(stored, "w1")
    stored.write(lambda tx: tx.shards.release(lease, NOW + 5 * SECOND))
    assert claim(stored, "w2", now=NOW + 4 * SECOND) is None
    again = claimed(stored, "w2", now=NOW + 5 * SECOND)
    assert not again.resumed
    assert again.fence > lease.fence


def test_a_new_shard_waits_for_its_time(stored: Stored) -> None:
    begin(stored, scan(), "a", not_before=NOW + SECOND)
    assert claim(stored) is None
    assert claim(stored, now=NOW + SECOND) is not None


@pytest.mark.parametrize("status", [s for s in ScanStatus if s is not ScanStatus.RUNNING])
def test_only_running_scans_are_worked_on(stored: Stored, status: ScanStatus) -> None:
    begin(stored, scan(status=status), "a")
    assert claim(stored) is None


def test_a_scan_to_be_cancelled_is_not_claimed(stored: Stored) -> None:
    begin(stored, scan().replace(cancel_requested=True), "a")
    assert claim(stored) is None


def test_only_the_owner_claims_an_owned_scan_and_takes_it_over_by_the_scan(stored: Stored) -> None:
    owned = scan("a", owner="cli-1")
    begin(stored, owned, "a")
    begin(stored, scan("b"), "b")
    mine = claim(stored, owner="cli-1")
    assert mine is not None
    assert mine.shard.id == "shard_a"
    assert claimed(stored).shard.id == "shard_b"
    stored.write(lambda tx: tx.shards.release(mine, NOW))
    stored.write(lambda tx: tx.scans.update(owned.replace(owner="cli-2")))
    assert claim(stored, owner="cli-1") is None
    assert claim(stored, owner="cli-2") is not None


def test_claims_are_fair_to_workspaces_then_oldest_first(stored: Stored) -> None:
    begin(stored, scan("greedy"), "g1", "g2", "g3", "g4")
    begin(stored, scan("late", workspace=OTHER), "l1", "l2")
    order = [claimed(stored).shard.id for _ in range(6)]
    assert order == ["shard_g1", "shard_l1", "shard_g2", "shard_l2", "shard_g3", "shard_g4"]


def test_expired_leases_do_not_count_against_a_workspace(stored: Stored) -> None:
    begin(stored, scan("first"), "f1", "f2")
    begin(stored, scan("second", workspace=OTHER), "s1", "s2")
    claimed(stored, until=NOW + SECOND)
    held = claimed(stored)
    assert held.shard.id == "shard_s1"
    assert claimed(stored, now=NOW + 2 * SECOND).shard.id == "shard_f1"


def test_an_ended_scan_has_no_open_shards_and_its_workers_stop(stored: Stored) -> None:
    begin(stored, scan(), "a", "b")
    lease = claimed(stored)
    scan_id = ScanId("scan_a")
    assert stored.read(lambda tx: tx.shards.leased_count(scan_id, NOW)) == 1
    assert stored.read(lambda tx: tx.shards.leased_count(scan_id, UNTIL)) == 0
    stored.write(lambda tx: tx.shards.close_scan(scan_id), OTHER)
    assert stored.read(lambda tx: tx.shards.open_count(scan_id)) == 2
    stored.write(lambda tx: tx.shards.close_scan(scan_id))
    assert stored.read(lambda tx: tx.shards.open_count(scan_id)) == 0
    assert stored.read(lambda tx: tx.shards.leased_count(scan_id, NOW)) == 0
    assert claim(stored, now=UNTIL) is None
    with pytest.raises(LeaseLost):
        stored.write(lambda tx: tx.shards.hold(lease, UNTIL))


def test_one_shard_at_a_time_talks_to_an_address(stored: Stored) -> None:
    begin(stored, scan("a"), "a")
    begin(stored, scan("b", workspace=OTHER), "b")
    first, second = claimed(stored), claimed(stored)
    assert {first.shard.workspace, second.shard.workspace} == {HERE, OTHER}

    def lease(holder: Lease, now: int, until: int, address: str = "192.0.2.1") -> bool:
        workspace: WorkspaceId = holder.shard.workspace
        return stored.write(lambda tx: tx.shards.lease_address(holder, address, now, until), workspace)

    assert lease(first, NOW, NOW + 10)
    assert not lease(second, NOW, NOW + 10)
    assert lease(second, NOW, NOW + 10, "192.0.2.2")
    assert lease(first, NOW + 5, NOW + 20)
    assert not lease(second, NOW + 19, NOW + 30)
    assert lease(second, NOW + 20, NOW + 30)
    assert not lease(first, NOW + 21, NOW + 31)
    stored.write(lambda tx: tx.shards.release_addresses(second.shard.id), OTHER)
    assert lease(first, NOW + 22, NOW + 31)
    assert lease(first, NOW + 22, NOW + 31, "192.0.2.2")


def test_claims_across_workspaces_are_safe_when_many_ask_at_once(stored: Stored) -> None:
    begin(stored, scan(), *(f"s{n}" for n in range(40)))
    asked = [lambda tx, n=n: tx.shards.claim(f"w{n}", NOW, UNTIL) for n in range(60)]
    leases = [lease for lease in stored.together(*asked, workspace=SYSTEM) if lease is not None]
    assert len(leases) == 40
    assert len({lease.shard.id for lease in leases}) == 40


def test_a_reserved_shard_is_nobodys_until_it_is_freed_or_its_time_is_up(stored: Stored) -> None:
    begin(stored, scan(), "a", "b", "c", "d", "e")
    lease = claimed(stored)
    first, second = stored.write(lambda tx: tx.shards.reserve(lease, 2, NOW, UNTIL))
    assert [each.shard.id for each in (first, second)] == [shard("b").id, shard("c").id]
    third, fourth = stored.write(lambda tx: tx.shards.reserve(lease, 9, NOW, UNTIL))
    assert claim(stored, "other") is None
    assert stored.write(lambda tx: tx.shards.finish_reserved(first))
    assert not stored.write(lambda tx: tx.shards.finish_reserved(first))
    stored.write(lambda tx: tx.shards.free_reserved([first, second], SIFTED))
    freed = claimed(stored, "other")
    assert (freed.shard.id, freed.shard.not_before, freed.resumed) == (second.shard.id, SIFTED, False)
    stored.write(lambda tx: tx.shards.keep_reserved([third], UNTIL + 30 * SECOND))
    expired = claimed(stored, "late", now=UNTIL + SECOND, until=UNTIL + 9 * SECOND)
    while expired.shard.id in (lease.shard.id, second.shard.id):
        expired = claimed(stored, "late", now=UNTIL + SECOND, until=UNTIL + 9 * SECOND)
    assert (expired.shard.id, expired.resumed) == (fourth.shard.id, False), (
        "nothing is taken over from a reservation"
    )
    assert not stored.write(lambda tx: tx.shards.finish_reserved(fourth))
    assert claim(stored, "none", now=UNTIL + SECOND) is None
