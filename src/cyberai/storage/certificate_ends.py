"""When the certificates of the inventory end, in order of time."""

from sqlalchemy import delete, exists, or_, select

from cyberai.domain.inventory import InventoryAsset
from cyberai.ports.inventory import RankedAsset
from cyberai.ports.repositories import Page
from cyberai.storage.collection import Collection
from cyberai.storage.dialect import arg, insert_new
from cyberai.storage.driver import Driver
from cyberai.storage.schema import asset, posting_count, term
from cyberai.storage.schema import certificate_end as table
from cyberai.storage.statements import Statement

LATEST = 2**38 - 1
"""Seconds since 1970; the last day that a certificate can name is before it (year 9999)."""
_ASSET_BITS = 48

_c = table.c
_PUT = Statement(insert_new(table, "workspace", "until", "asset"))
_DROP = Statement(
    delete(table).where(_c.workspace == arg("workspace"), _c.until == arg("until"), _c.asset == arg("asset"))
)
_presented = exists().where(
    term.c.workspace == _c.workspace,
    term.c.kind == "asset.certificate",
    term.c.value == asset.c.id,
    posting_count.c.workspace == _c.workspace,
    posting_count.c.term == term.c.number,
    posting_count.c.n > 0,
)
_PAGE = Statement(
    select(_c.until, _c.asset)
    .join_from(table, asset, asset.c.number == _c.asset)
    .where(
        _c.workspace == arg("workspace"),
        _c.until >= arg("since"),
        _c.until < arg("before"),
        or_(_c.until > arg("since"), _c.asset > arg("reached")),
        _presented,
    )
    .order_by(_c.until, _c.asset)
    .limit(arg("limit"))
)


def note_end(db: Driver, workspace: int, number: int, value: InventoryAsset) -> None:
    """Keep when a certificate ends that is stored under this number; of other assets nothing."""
    if value.certificate is not None:
        db.run(_PUT, workspace=workspace, until=_until(value), asset=number)


def drop_end(db: Driver, workspace: int, number: int, value: InventoryAsset) -> None:
    """Forget it."""
    if value.certificate is not None:
        db.run(_DROP, workspace=workspace, until=_until(value), asset=number)


def ending(
    db: Driver, workspace: int, rows: Collection[InventoryAsset], after: int, before: int | None, page: Page
) -> list[RankedAsset]:
    """The certificates that services present and that end from `after` on and before `before` (UTC microseconds), the first
    to end first."""
    since, reached = max(after // 1_000_000, 0), -1
    if page.before is not None:
        since, reached = page.before >> _ASSET_BITS, page.before & ((1 << _ASSET_BITS) - 1)
    until = LATEST + 1 if before is None else min(max(before // 1_000_000, 0), LATEST + 1)
    found = db.rows(_PAGE, workspace=workspace, since=since, reached=reached, before=until, limit=page.limit)
    values = {number: value for number, _, value in rows.among([number for _, number in found])}
    return [RankedAsset(ends << _ASSET_BITS | number, values[number]) for ends, number in found]


def _until(value: InventoryAsset) -> int:
    assert value.certificate is not None
    return min(max(value.certificate.not_after // 1_000_000, 0), LATEST)
