"""Units and the ledger."""

from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import SkipReason
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.ids import ScanId
from cyberai.domain.report import CoverageRow
from cyberai.domain.unit import Stage, Unit, UnitCounts
from cyberai.ports.repositories import LedgerRow
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import OTHER, clean, errored, found, scan, shard, skipped, unit

SCAN = ScanId("scan_a")


def begin(stored: Stored) -> None:
    def work(tx: Tx) -> None:
        tx.scans.insert(scan())
        tx.shards.insert(shard())
        tx.shards.insert(shard("b", of=scan()))

    stored.write(work)


def test_a_unit_is_added_once_per_scan(stored: Stored) -> None:
    begin(stored)
    assert stored.write(lambda tx: tx.units.add(shard(), [unit("x"), unit("y"), unit("x")])) == 2
    assert stored.write(lambda tx: tx.units.add(shard(), [unit("y"), unit("z")])) == 1
    assert stored.write(lambda tx: tx.units.add(shard("b", of=scan()), [unit("z")])) == 0
    assert stored.write(lambda tx: tx.units.add(shard(), [unit("x", Stage.CHECK)])) == 1


def test_pending_units_are_the_lowest_stage_by_depth_then_in_order(stored: Stored) -> None:
    begin(stored)
    units = [
        unit("late", Stage.CHECK),
        unit("deep", depth=2),
        unit("first"),
        unit("middle", depth=1),
        unit("second"),
    ]
    stored.write(lambda tx: tx.units.add(shard(), units))
    stored.write(lambda tx: tx.units.add(shard("b", of=scan()), [unit("elsewhere", Stage.DISCOVER)]))

    def names(limit: int = 10) -> list[str]:
        pending = stored.read(lambda tx: tx.units.pending(shard(), limit))
        return [u.asset.key.removeprefix("host:") for u in pending]

    assert names() == ["first", "second", "middle", "deep"]
    assert names(2) == ["first", "second"]
    for name in ("first", "second", "middle"):
        assert stored.write(lambda tx, name=name: complete(tx, unit(name)))
    assert names() == ["deep"]
    assert stored.write(lambda tx: complete(tx, unit("deep", depth=2)))
    assert names() == ["late"]
    assert stored.read(lambda tx: tx.units.pending(shard(), 9), OTHER) == []


def test_units_of_a_stage_come_done_or_not_in_order_of_insertion(stored: Stored) -> None:
    begin(stored)
    units = [unit("late", Stage.CHECK), unit("first"), unit("deep", depth=2), unit("second")]
    stored.write(lambda tx: tx.units.add(shard(), units))
    stored.write(lambda tx: tx.units.add(shard("b", of=scan()), [unit("elsewhere")]))
    assert stored.write(lambda tx: complete(tx, unit("first")))
    of_stage = units[1].stage

    def names(limit: int = 10) -> list[str]:
        known = stored.read(lambda tx: tx.units.of_stage(shard(), of_stage, limit))
        return [u.asset.key.removeprefix("host:") for u in known]

    assert names() == ["first", "deep", "second"]
    assert names(2) == ["first", "deep"]
    assert stored.read(lambda tx: tx.units.of_stage(shard(), of_stage, 9), OTHER) == []


def complete(tx: Tx, done: Unit, requests: int = 1, urls: int = 1, failure: str = "") -> bool:
    return tx.units.complete(shard(), done.id, requests=requests, urls=urls, failure=failure)


def test_a_result_is_stored_once(stored: Stored) -> None:
    begin(stored)
    stored.write(lambda tx: tx.units.add(shard(), [unit("x"), unit("y"), unit("z", Stage.CHECK)]))
    assert stored.write(lambda tx: complete(tx, unit("x"), 3, 2))
    assert not stored.write(lambda tx: complete(tx, unit("x"), 30, 20))
    assert not stored.write(lambda tx: complete(tx, unit("unknown")))
    assert stored.write(lambda tx: complete(tx, unit("y"), 5, 0, "timeout"))
    assert stored.read(lambda tx: tx.units.totals(SCAN)) == (8, 2)
    assert stored.read(lambda tx: tx.units.failures(SCAN)) == [(Stage.CRAWL, "timeout", 1)]
    assert stored.read(lambda tx: tx.units.counts(SCAN)) == [
        UnitCounts(Stage.CRAWL, 2, 2),
        UnitCounts(Stage.CHECK, 1, 0),
    ]
    assert stored.read(lambda tx: tx.units.totals(SCAN), OTHER) == (0, 0)
    assert stored.read(lambda tx: tx.units.counts(ScanId("scan_zzz"))) == []


def test_a_unit_keeps_every_byte_of_its_request(stored: Stored) -> None:
    begin(stored)
    request = HttpRequest(
        "POST",
        Url("http", "a.example", 80, "/a/..//b?%zz&ä=\x7f"),
        (("X-A", "1"), ("X-A", "2")),
        bytes(range(256)),
    )
    wanted = Unit(Stage.CHECK, RequestAsset(request, "shape", 3, "http://a.example/"), 3)
    stored.write(lambda tx: tx.units.add(shard(), [wanted]))
    assert stored.read(lambda tx: tx.units.pending(shard(), 1)) == [wanted]


def test_the_ledger_counts_per_host_and_check(stored: Stored) -> None:
    begin(stored)
    stored.write(lambda tx: tx.ledger.add(SCAN, [clean(), clean(), found(), clean("tls.old", "b.example")]))
    stored.write(
        lambda tx: tx.ledger.add(
            SCAN,
            [
                clean(),
                skipped(SkipReason.BUDGET),
                skipped(SkipReason.BUDGET),
                skipped(SkipReason.POLICY),
                errored("timeout"),
            ],
        )
    )
    assert stored.read(lambda tx: tx.ledger.rows(SCAN)) == [
        CoverageRow(
            host="a.example",
            check_id="web.xss",
            clean=3,
            found=1,
            skipped={"budget": 2, "policy": 1},
            errored={"timeout": 1},
        ),
        CoverageRow(host="b.example", check_id="tls.old", clean=1),
    ]
    assert stored.read(lambda tx: tx.ledger.rows(SCAN), OTHER) == []


def test_the_ledger_keeps_the_first_hundred_rows_per_reason_and_none_of_clean(stored: Stored) -> None:
    begin(stored)
    for start in (0, 70, 140):
        many = [errored("timeout", f"asset-{n:03}") for n in range(start, start + 70)]
        stored.write(lambda tx, many=many: tx.ledger.add(SCAN, many))
    stored.write(lambda tx: tx.ledger.add(SCAN, [clean(), found(asset="f"), skipped(SkipReason.POLICY, "p")]))
    kept = stored.read(lambda tx: tx.ledger.kept(SCAN))
    assert [row.asset for row in kept if row.reason == "timeout"] == [f"asset-{n:03}" for n in range(100)]
    assert LedgerRow("a.example", "web.xss", "f", "found", "", "saw it") in kept
    assert LedgerRow("a.example", "web.xss", "p", "skipped", "policy", "because") in kept
    assert len(kept) == 102
    assert stored.read(lambda tx: tx.ledger.kept(SCAN, 5)) == kept[:5]
    assert stored.read(lambda tx: tx.ledger.rows(SCAN))[0].errored == {"timeout": 210}
