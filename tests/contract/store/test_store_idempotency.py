"""Replies kept under idempotency keys."""

from cyberai.ports.repositories import KeptReply
from support.store import Stored
from support.store_samples import NOW, OTHER, SECOND


def reply(key: str = "k", *, fingerprint: str = "f", expires_at: int = NOW + SECOND) -> KeptReply:
    return KeptReply(
        key=key,
        fingerprint=fingerprint,
        expires_at=expires_at,
        status=201,
        location="/v1/scans/scan_a",
        body=b"\x00\xff{}",
        sealed=True,
    )


def test_a_reply_is_kept_as_it_was_until_it_expires(stored: Stored) -> None:
    assert stored.write(lambda tx: tx.idempotency.keep(reply(), NOW)) is True
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW)) == reply()
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW + SECOND - 1)) == reply()
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW + SECOND)) is None
    assert stored.read(lambda tx: tx.idempotency.get("other", NOW)) is None


def test_the_first_reply_stands_until_it_expires(stored: Stored) -> None:
    stored.write(lambda tx: tx.idempotency.keep(reply(), NOW))
    second = reply(fingerprint="g", expires_at=NOW + 9 * SECOND)
    assert stored.write(lambda tx: tx.idempotency.keep(second, NOW + SECOND - 1)) is False
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW)) == reply()
    assert stored.write(lambda tx: tx.idempotency.keep(second, NOW + SECOND)) is True
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW + SECOND)) == second


def test_keys_belong_to_a_workspace(stored: Stored) -> None:
    stored.write(lambda tx: tx.idempotency.keep(reply(), NOW))
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW), OTHER) is None
    foreign = reply(fingerprint="g")
    assert stored.write(lambda tx: tx.idempotency.keep(foreign, NOW), OTHER) is True
    assert stored.read(lambda tx: tx.idempotency.get("k", NOW)) == reply()


def test_of_many_at_once_one_is_kept(stored: Stored) -> None:
    kept = stored.together(
        *(lambda tx, n=n: tx.idempotency.keep(reply(fingerprint=str(n)), NOW) for n in range(20))
    )
    assert kept.count(True) == 1


def test_the_expired_are_removed_in_every_workspace_and_the_others_stay(stored: Stored) -> None:
    for n in range(5):
        stored.write(lambda tx, n=n: tx.idempotency.keep(reply(f"k{n}", expires_at=NOW + n), NOW - 1))
    stored.write(lambda tx: tx.idempotency.keep(reply("theirs", expires_at=NOW), NOW - 1), OTHER)
    assert stored.system(lambda tx: tx.idempotency.any_expired(NOW - 1)) is False
    assert stored.system(lambda tx: tx.idempotency.any_expired(NOW)) is True
    assert stored.system(lambda tx: tx.idempotency.forget_expired(NOW + 2, 3)) == 3
    assert stored.system(lambda tx: tx.idempotency.forget_expired(NOW + 2, 3)) == 1
    assert stored.system(lambda tx: tx.idempotency.forget_expired(NOW + 2, 3)) == 0
    left = stored.read(lambda tx: [n for n in range(5) if tx.idempotency.get(f"k{n}", NOW - 1)])
    assert left == [3, 4]
