"""The coverage ledger of a scan as the API shows it: one row per host and check, paged by both."""

import base64
import hashlib
import hmac

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.listing import ListPage
from cyberai.app.scans import require_scan
from cyberai.domain.check import SkipReason
from cyberai.domain.errors import ErrorCode, InvalidRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.report import CoverageRow
from cyberai.ports.store import Tx

_SIGNATURE_LENGTH = 12
_LEAVING = frozenset(reason.value for reason in SkipReason if reason.leaves_coverage)
_Place = tuple[str, str]


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
    after = ("", "") if cursor is None else _decode(app, workspace, scan_id, cursor)

    def load(tx: Tx) -> list[CoverageRow]:
        return tx.ledger.page(require_scan(tx, scan_id).id, after, limit + 1)

    rows = await app.store.read(workspace, load)
    more = len(rows) > limit
    rows = rows[:limit]
    last = (rows[-1].host, rows[-1].check_id) if more else None
    return ListPage(
        data=[_resource(row) for row in rows],
        has_more=more,
        next_cursor=_encode(app, workspace, scan_id, last) if last else None,
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


def _signature(app: App, workspace: WorkspaceId, scan_id: str, packed: bytes) -> bytes:
    bound = b"\n".join((b"coverage", workspace.encode(), scan_id.encode("utf-8", "surrogatepass"), packed))
    return hmac.new(app.cursor_key, bound, hashlib.sha256).digest()[:_SIGNATURE_LENGTH]


def _encode(app: App, workspace: WorkspaceId, scan_id: str, place: _Place) -> str:
    packed = msgspec.json.encode(place)
    return base64.urlsafe_b64encode(_signature(app, workspace, scan_id, packed) + packed).decode()


def _decode(app: App, workspace: WorkspaceId, scan_id: str, cursor: str) -> _Place:
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raw = b""
    signature, packed = raw[:_SIGNATURE_LENGTH], raw[_SIGNATURE_LENGTH:]
    if not packed or not hmac.compare_digest(signature, _signature(app, workspace, scan_id, packed)):
        raise InvalidRequest(
            "The cursor is not valid for this list",
            code=ErrorCode.INVALID_CURSOR,
            field="cursor",
            reason="Use next_cursor of the last page unchanged; or start without a cursor",
        )
    place: _Place = msgspec.json.decode(packed, type=_Place)
    return place
