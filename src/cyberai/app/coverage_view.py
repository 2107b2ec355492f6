"""The coverage ledger of a scan as the API shows it: one row per host and check, paged by both."""

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.listing import ListPage
from cyberai.app.place_cursor import decode_place, encode_place
from cyberai.app.scans import require_scan
from cyberai.domain.check import SkipReason
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.report import CoverageRow
from cyberai.ports.store import Tx

_LEAVING = frozenset(reason.value for reason in SkipReason if reason.leaves_coverage)
_place = msgspec.json.Decoder(tuple[str, str])


class CoverageResource(Struct, kw_only=True):
    """What one check did on one host. `tested` of `applicable` pairs ran to their end; `skipped` and `errored` are
    counted by reason, and those in `not_counted` leave the denominator of the coverage."""

    host: str
    check_id: str
    clean: int
    found: int
    skipped: dict[str, int]
    errored: dict[str, int]
    tested: int
    applicable: int
    not_counted: int


async def scan_coverage(
    app: App, workspace: WorkspaceId, scan_id: str, *, limit: int, cursor: str | None
) -> ListPage[CoverageResource]:
    """A page of the ledger, by host and check; raise NotFound, InvalidRequest `invalid_cursor`."""
    bound = f"coverage\n{scan_id}"
    after = ("", "") if cursor is None else decode_place(app, workspace, bound, cursor, _place)

    def load(tx: Tx) -> list[CoverageRow]:
        return tx.ledger.page(require_scan(tx, scan_id).id, after, limit + 1)

    rows = await app.store.read(workspace, load)
    more = len(rows) > limit
    rows = rows[:limit]
    last = (rows[-1].host, rows[-1].check_id) if more else None
    return ListPage(
        data=[_resource(row) for row in rows],
        has_more=more,
        next_cursor=encode_place(app, workspace, bound, last) if last else None,
    )


def _resource(row: CoverageRow) -> CoverageResource:
    tested = row.clean + row.found
    skipped = sum(row.skipped.values())
    left_out = sum(count for reason, count in row.skipped.items() if reason in _LEAVING)
    return CoverageResource(
        host=row.host,
        check_id=row.check_id,
        clean=row.clean,
        found=row.found,
        skipped=row.skipped,
        errored=row.errored,
        tested=tested,
        applicable=tested + skipped - left_out + sum(row.errored.values()),
        not_counted=left_out,
    )
