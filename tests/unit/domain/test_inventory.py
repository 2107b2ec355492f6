"""What one more sighting makes of an asset."""

import pytest
from msgspec import structs

from cyberai.domain.ids import AssetId, ScanId, WorkspaceId
from cyberai.domain.inventory import (
    AssetKind,
    AssetState,
    CertificateFacts,
    ChangeKind,
    InventoryAsset,
    SeenAsset,
    ServiceFacts,
    expires_soon_from,
    not_seen,
    passed,
    seen_again,
)
from cyberai.domain.tls.assessment import TlsAssessment
from cyberai.domain.tls.grade import Letter
from cyberai.domain.transport import Transport

SSH = ServiceFacts(
    protocol="ssh", product="OpenSSH", version="9.2p1", confidence=100, banner="SSH-2.0-OpenSSH_9.2p1"
)
KNOWN = InventoryAsset(
    id=AssetId("ast_1"),
    workspace=WorkspaceId("default"),
    kind=AssetKind.SERVICE,
    key="service:h:22/tcp",
    created_at=5,
    last_seen=5,
    first_scan_id=ScanId("scan_1"),
    scan_id=ScanId("scan_1"),
    host="h",
    port=22,
    transport=Transport.TCP,
    service=SSH,
    certificate_ids=(AssetId("ast_c"),),
)


def seen(facts: ServiceFacts) -> SeenAsset:
    return SeenAsset(kind=AssetKind.SERVICE, key=KNOWN.key, host="h", port=22, service=facts)


@pytest.mark.parametrize(
    ("facts", "certificates", "change", "fields"),
    [
        (SSH, None, None, {}),
        (SSH, (AssetId("ast_c"),), None, {}),
        (SSH, (AssetId("ast_d"),), ChangeKind.CHANGED, {"certificates": ("ast_c", "ast_d")}),
        (structs.replace(SSH, version="9.8p1"), None, ChangeKind.CHANGED, {"version": ("9.2p1", "9.8p1")}),
        # A probe that ran out of time is no change.
        (structs.replace(SSH, version="", product=""), None, None, {}),
        (ServiceFacts(), None, None, {}),
        # Another program on the port takes nothing over.
        (
            ServiceFacts(protocol="http"),
            None,
            ChangeKind.CHANGED,
            {"protocol": ("ssh", "http"), "product": ("OpenSSH", ""), "version": ("9.2p1", "")},
        ),
    ],
)
def test_seen_again(
    facts: ServiceFacts,
    certificates: tuple[AssetId, ...] | None,
    change: ChangeKind | None,
    fields: dict[str, tuple[str, str]],
) -> None:
    after, what, differs = seen_again(KNOWN, seen(facts), certificates, ScanId("scan_2"), 9)
    assert (what, {item.field: (item.before, item.after) for item in differs}) == (change, fields)
    assert (after.created_at, after.last_seen, after.first_scan_id, after.scan_id) == (
        5,
        9,
        "scan_1",
        "scan_2",
    )
    if change is None:
        assert after.service == SSH


def test_what_was_gone_returns() -> None:
    gone = not_seen(KNOWN, ScanId("scan_2"))
    assert (gone.state, gone.last_seen) == (AssetState.GONE, 5)
    after, what, differs = seen_again(gone, seen(SSH), None, ScanId("scan_3"), 9)
    assert (after.state, what, differs) == (AssetState.PRESENT, ChangeKind.RETURNED, ())


def test_what_is_learnt_for_the_first_time_is_no_change() -> None:
    bare = structs.replace(KNOWN, service=ServiceFacts(tls=True))
    after, what, _ = seen_again(bare, seen(structs.replace(SSH, tls=True)), None, ScanId("scan_2"), 9)
    assert (after.service, what) == (structs.replace(SSH, tls=True), None)


DAY = 86_400_000_000


def lasting(days: int) -> CertificateFacts:
    """A certificate from the day 0 on."""
    return CertificateFacts(
        sha256="", key_sha256="", subject="", issuer="", serial="", names=(), not_before=0, not_after=days * DAY,
        key="", signature="", self_signed=False, trusted=True,
    )  # fmt: skip


def test_the_end_of_a_certificate_is_noticed_once() -> None:
    assert [expires_soon_from(0, days * DAY) // DAY for days in (90, 400, 56, 8, 0)] == [76, 386, 42, 6, 0]
    soon, over = ChangeKind.EXPIRING, ChangeKind.EXPIRED
    for before, at, expected in (
        (None, 10, None),
        (None, 80, soon),
        (None, 95, over),
        (10, 70, None),
        (70, 80, soon),
        (80, 85, None),
        (85, 95, over),
        (10, 95, over),
        (95, 99, None),
    ):
        seen_before = None if before is None else before * DAY
        assert passed(lasting(90), seen_before, at * DAY) is expected, (before, at)


def test_a_grade_that_differs_is_a_change() -> None:
    better, worse = TlsAssessment(letter=Letter.A), TlsAssessment(letter=Letter.F)
    first = SeenAsset(kind=AssetKind.SERVICE, key=KNOWN.key, service=SSH, tls=better)
    known, change, _ = seen_again(KNOWN, first, None, ScanId("scan_2"), 6)
    assert (known.tls, change) == (better, None), "learnt for the first time"
    unmeasured = structs.replace(first, tls=None)
    assert seen_again(known, unmeasured, None, ScanId("scan_3"), 7)[0].tls == better
    after, change, fields = seen_again(known, structs.replace(first, tls=worse), None, ScanId("scan_3"), 7)
    assert (after.tls, change) == (worse, ChangeKind.CHANGED)
    assert [(f.field, f.before, f.after) for f in fields] == [("grade", "A", "F")]
