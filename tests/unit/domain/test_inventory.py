"""What one more sighting makes of an asset."""

import pytest
from msgspec import structs

from cyberai.domain.ids import AssetId, ScanId, WorkspaceId
from cyberai.domain.inventory import (
    AssetKind,
    AssetState,
    ChangeKind,
    InventoryAsset,
    SeenAsset,
    ServiceFacts,
    not_seen,
    seen_again,
)
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
