"""Pages of lists and their cursors: opaque, signed, bound to the list and its filters."""

import base64
import hmac
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cyberai.app.context import App
from cyberai.domain.errors import ErrorCode, InvalidRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.repositories import Count, Order, Page, Ranked
from cyberai.ports.store import Tx

T = TypeVar("T")

MOST_COUNTED = 10_001
"""Rows counted for `include=total`; more are only said to be more."""

_SIGNATURE_LENGTH = 12


class ListPage(Struct, Generic[T], kw_only=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length.
    `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: list[T]
    has_more: bool
    next_cursor: str | None
    total: int | UnsetType = UNSET
    total_is_capped: bool | UnsetType = UNSET


class Sort(Struct, frozen=True):
    """The order of a list."""

    order: Order = Order.CREATED
    ascending: bool = False

    def bound(self, kind: str) -> str:
        """The list and its order, which cursors are bound to; newest first is the list itself."""
        return kind if self == NEWEST_FIRST else f"{kind} {'' if self.ascending else '-'}{self.order}"


NEWEST_FIRST = Sort()


class Asked(Struct, frozen=True, kw_only=True):
    """What a request asks of a list besides filters."""

    limit: int
    cursor: str | None = None
    sort: Sort = NEWEST_FIRST
    total: bool = False


class Found(Struct, Generic[T], frozen=True, kw_only=True):
    """What the store gave for a page: rows (one more than asked when there are more) and the position behind which
    the next page starts, if there is one."""

    data: list[T]
    behind: int | None


def behind(rows: Sequence[Ranked], limit: int) -> int | None:
    """The position behind which the next page starts, when there are more rows than the limit."""
    return rows[limit - 1].rank if len(rows) > limit else None


def _signature(app: App, kind: str, workspace: WorkspaceId, where: Struct, rank: bytes) -> bytes:
    bound = b"\n".join((kind.encode(), workspace.encode(), msgspec.json.encode(where), rank))
    return hmac.digest(app.cursor_key, bound, "sha256")[:_SIGNATURE_LENGTH]


def encode_cursor(app: App, kind: str, workspace: WorkspaceId, where: Struct, rank: int) -> str:
    """The cursor of the page that starts behind the position `rank`."""
    packed = rank.to_bytes(12, "big", signed=True)
    return base64.urlsafe_b64encode(packed + _signature(app, kind, workspace, where, packed)).decode()


def decode_cursor(app: App, kind: str, workspace: WorkspaceId, where: Struct, cursor: str) -> int:
    """The rank in a cursor; raise InvalidRequest `invalid_cursor` when it is not ours for this very list."""
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raw = b""
    packed, signature = raw[:12], raw[12:]
    expected = _signature(app, kind, workspace, where, packed)
    if len(raw) != 12 + _SIGNATURE_LENGTH or not hmac.compare_digest(signature, expected):
        raise InvalidRequest(
            "The cursor is not valid for this list",
            code=ErrorCode.INVALID_CURSOR,
            field="cursor",
            reason="Use next_cursor of the last page unchanged, with the same filters and sort; or start without a cursor",
        )
    return int.from_bytes(packed, "big", signed=True)


async def listed(
    app: App,
    kind: str,
    workspace: WorkspaceId,
    where: Struct,
    asked: Asked,
    page: Callable[[Tx, Page], Found[T]],
    count: Callable[[Tx, int], Count],
) -> ListPage[T]:
    """The page that was asked for, with its cursor. `page` reads one row more than the limit, which tells whether there
    is a next page; `count` counts up to a number. Raise InvalidRequest `invalid_cursor`."""
    bound = asked.sort.bound(kind)
    before = None if asked.cursor is None else decode_cursor(app, bound, workspace, where, asked.cursor)
    wanted = Page(asked.limit + 1, before, asked.sort.order, asked.sort.ascending)

    def read(tx: Tx) -> tuple[Found[T], Count | None]:
        return page(tx, wanted), count(tx, MOST_COUNTED) if asked.total else None

    found, counted = await app.store.read(workspace, read)
    after = None
    if found.behind is not None:
        after = encode_cursor(app, bound, workspace, where, found.behind)
    shown = ListPage(data=found.data[: asked.limit], has_more=after is not None, next_cursor=after)
    if counted is not None:
        shown.total, shown.total_is_capped = counted.n, counted.capped
    return shown
