"""The inventory: assets by identity, filters, sightings and their end, changes in order of time."""

import contextlib
from pathlib import Path

import apsw
import psycopg
import pytest
from msgspec import structs

from cyberai.domain.ids import AssetChangeId, AssetId, ScanId, WorkspaceId
from cyberai.domain.inventory import (
    AssetChange,
    AssetKind,
    AssetState,
    CertificateFacts,
    ChangeKind,
    InventoryAsset,
    ServiceFacts,
    certificate_key,
    host_key,
    service_key,
)
from cyberai.domain.transport import Transport
from cyberai.ports.inventory import AssetFilter, ChangeFilter
from cyberai.ports.repositories import Page
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, scan
from support.take_back import TO_0011

FIRST, SECOND_SCAN = scan("a").id, scan("b").id


def host(name: str, at: int = NOW, workspace: WorkspaceId = HERE) -> InventoryAsset:
    return InventoryAsset(
        id=AssetId(f"ast_{workspace}{name}"),
        workspace=workspace,
        kind=AssetKind.HOST,
        key=host_key(name),
        created_at=at,
        last_seen=at,
        first_scan_id=FIRST,
        scan_id=FIRST,
        host=name,
    )


def service(name: str, port: int, protocol: str) -> InventoryAsset:
    return structs.replace(
        host(name),
        id=AssetId(f"ast_{name}{port}"),
        kind=AssetKind.SERVICE,
        key=service_key(name, port, Transport.TCP),
        port=port,
        transport=Transport.TCP,
        parent_id=AssetId(f"ast_{HERE}{name}"),
        service=ServiceFacts(protocol=protocol, product=protocol.title()),
    )


def put(stored: Stored, asset: InventoryAsset, by: ScanId = FIRST) -> None:
    stored.write(lambda tx: tx.inventory.put(asset, by), asset.workspace)


def keys(stored: Stored, workspace: WorkspaceId = HERE, **where: object) -> list[str]:
    rows = stored.read(
        lambda tx: tx.inventory.page(AssetFilter(**where), Page(100)),  # type: ignore[arg-type]
        workspace,
    )
    assert stored.read(lambda tx: tx.inventory.count(AssetFilter(**where), 100), workspace).n == len(rows)  # type: ignore[arg-type]
    return [row.asset.key for row in rows]


def test_assets_are_found_by_what_they_are(stored: Stored) -> None:
    web, shell = service("h1", 80, "http"), service("h1", 22, "ssh")
    for asset in (host("h1"), web, shell, host("h2"), host("h1", workspace=OTHER)):
        put(stored, asset)
    assert stored.read(lambda tx: tx.inventory.by_key(web.key)) == web
    assert stored.read(lambda tx: tx.inventory.get(shell.id)) == shell
    assert stored.read(lambda tx: tx.inventory.get(shell.id), OTHER) is None
    assert keys(stored, kind=("service",)) == [shell.key, web.key]
    assert keys(stored, protocol=("ssh", "redis")) == [shell.key]
    assert keys(stored, host=("h1",), port=("80",)) == [web.key]
    assert keys(stored, product=("Http",), state=("gone",)) == []
    assert keys(stored, OTHER) == ["host:h1"]
    assert {a.key for a in stored.read(lambda tx: tx.inventory.of_host("h1", 10))} == {
        "host:h1",
        web.key,
        shell.key,
    }


def test_a_sighting_moves_an_asset_through_its_filters(stored: Stored) -> None:
    web = service("h1", 80, "http")
    put(stored, web)
    gone = structs.replace(
        web, state=AssetState.GONE, scan_id=SECOND_SCAN, service=ServiceFacts(protocol="ssh")
    )
    put(stored, gone, SECOND_SCAN)
    assert keys(stored, state=("gone",), scan_id=(FIRST,)) == [web.key]
    assert keys(stored, state=("present",), scan_id=(FIRST,)) == []
    assert keys(stored, scan_id=(SECOND_SCAN,), protocol=("ssh",)) == [web.key]
    assert keys(stored, protocol=("http",)) == []


def test_a_scan_is_forgotten(stored: Stored) -> None:
    web, shell = service("h1", 80, "http"), service("h1", 22, "ssh")
    put(stored, web)
    put(stored, shell)
    put(stored, structs.replace(web, scan_id=SECOND_SCAN, last_seen=NOW + SECOND), SECOND_SCAN)
    for scan_id in (FIRST, SECOND_SCAN):
        stored.write(lambda tx, scan_id=scan_id: tx.inventory.note(change(f"chg_{scan_id}", by=scan_id)))
    while stored.write(lambda tx: tx.inventory.forget_scan(FIRST, 1)):
        pass
    assert keys(stored) == [web.key]
    left = stored.read(lambda tx: tx.inventory.get(web.id))
    assert left is not None
    assert (left.first_scan_id, left.scan_id) == (SECOND_SCAN, SECOND_SCAN)
    assert keys(stored, scan_id=(FIRST,)) == []
    assert [row.change.scan_id for row in changes(stored)] == [SECOND_SCAN]


def certificate(name: str, not_after: int) -> InventoryAsset:
    facts = CertificateFacts(
        sha256=name,
        key_sha256=f"key of {name}",
        subject=name,
        issuer="CA",
        serial="1",
        names=(),
        not_before=NOW,
        not_after=not_after,
        key="",
        signature="",
        self_signed=False,
        trusted=True,
    )
    key = certificate_key(name)
    return structs.replace(
        host(name), id=AssetId(f"ast_{name}"), kind=AssetKind.CERTIFICATE, key=key, host="", certificate=facts
    )


def ends(stored: Stored, page: Page, after: int = 0, before: int | None = None) -> list[tuple[int, str]]:
    rows = stored.read(lambda tx: tx.inventory.ending(after, before, page))
    return [(row.rank, row.asset.certificate.subject) for row in rows if row.asset.certificate]


def test_certificates_in_order_of_their_end(stored: Stored) -> None:
    lasting = {
        "late": NOW + 9 * SECOND,
        "soon": NOW + 2 * SECOND,
        "past": NOW - SECOND,
        "unused": NOW,
        "same": NOW + 2 * SECOND,
    }
    lasting["ancient"], lasting["absurd"] = -(10**15), 253_402_300_799_000_000
    for name, until in lasting.items():
        put(stored, certificate(name, until))
    for port, name in enumerate(name for name in lasting if name != "unused"):
        put(stored, structs.replace(service("h1", port, "https"), certificate_ids=(AssetId(f"ast_{name}"),)))
    whole = [name for _, name in ends(stored, Page(10, ascending=True))]
    assert whole == ["ancient", "past", "soon", "same", "late", "absurd"]
    first = ends(stored, Page(2, ascending=True), NOW)
    assert [name for _, name in first] == ["soon", "same"]
    half = ends(stored, Page(1, ascending=True), NOW)
    behind = ends(stored, Page(9, half[-1][0], ascending=True), NOW)
    assert [name for _, name in behind] == ["same", "late", "absurd"]
    assert [name for _, name in ends(stored, Page(9, ascending=True), NOW, NOW + 9 * SECOND)] == [
        "soon",
        "same",
    ]
    assert stored.read(lambda tx: tx.inventory.ending(0, None, Page(9)), OTHER) == []
    # A service that has got another one presents the old one no more; a scan that is forgotten takes all with it.
    put(stored, structs.replace(service("h1", 1, "https"), certificate_ids=(AssetId("ast_late"),)))
    assert "soon" not in [name for _, name in ends(stored, Page(9))]
    while stored.write(lambda tx: tx.inventory.forget_scan(FIRST, 5)):
        pass
    assert ends(stored, Page(9)) == []


@pytest.mark.parametrize("back_end", ["postgres", "sqlite"])
def test_the_ends_of_version_0011_are_noted_by_the_upgrade(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        place = str(tmp_path)
        if back_end == "postgres":
            place = stack.enter_context(request.getfixturevalue("pg_databases").fresh())
        with stored_at(place) as stored:
            for workspace in (HERE, OTHER):
                web = structs.replace(
                    service("h1", 443, "https"), workspace=workspace, certificate_ids=(AssetId("ast_c"),)
                )
                put(stored, structs.replace(certificate("c", NOW), workspace=workspace))
                put(stored, web)
        if back_end == "postgres":
            with psycopg.connect(place, autocommit=True) as connection:
                for statement in TO_0011:
                    connection.execute(statement.encode())
        else:
            store = apsw.Connection(str(tmp_path / "cyberai.db"))
            for statement in TO_0011:
                store.execute(statement)
            store.close()
        with stored_at(place) as stored:
            for workspace in (HERE, OTHER):
                rows = stored.read(lambda tx: tx.inventory.ending(0, None, Page(9)), workspace)
                assert [row.asset.key for row in rows] == ["certificate:c"]


def change(name: str, at: int = NOW, by: ScanId = FIRST) -> AssetChange:
    return AssetChange(
        id=AssetChangeId(name),
        workspace=HERE,
        created_at=at,
        asset_id=AssetId("ast_h1"),
        asset_kind=AssetKind.HOST,
        asset_key=host_key("h1"),
        scan_id=by,
        change=ChangeKind.APPEARED if at == NOW else ChangeKind.GONE,
    )


NEWEST = Page(10)


def changes(stored: Stored, page: Page = NEWEST, **where: object):  # type: ignore[no-untyped-def]
    return stored.read(lambda tx: tx.inventory.changes(ChangeFilter(**where), page))  # type: ignore[arg-type]


def test_changes_in_order_of_time(stored: Stored) -> None:
    for number in range(5):
        noted = change(f"chg_{number}", NOW + number * SECOND)
        stored.write(lambda tx, noted=noted: tx.inventory.note(noted))
    assert [row.change.id for row in changes(stored)] == [f"chg_{n}" for n in (4, 3, 2, 1, 0)]
    page = Page(2, ascending=True)
    rows = changes(stored, page, since=NOW + SECOND)
    assert [row.change.id for row in rows] == ["chg_2", "chg_3"]
    behind = Page(2, rows[-1].rank, ascending=True)
    assert [row.change.id for row in changes(stored, behind, since=NOW + SECOND)] == ["chg_4"]
    assert [row.change.id for row in changes(stored, change=("appeared",))] == ["chg_0"]
    assert changes(stored, kind=("service",)) == []
