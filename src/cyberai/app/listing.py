"""Pages of lists and their cursors: opaque, signed, bound to the list and its filters."""

import base64
import hashlib
import hmac
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.domain.errors import ErrorCode, InvalidRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.repositories import Page

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_SIGNATURE_LENGTH = 12


class ListPage(Struct, Generic[T], kw_only=True):
    """A page of a list, newest first."""

    data: list[T]
    has_more: bool
    next_cursor: str | None


def _signature(app: App, kind: str, workspace: WorkspaceId, where: Struct, rank: bytes) -> bytes:
    bound = b"\n".join((kind.encode(), workspace.encode(), msgspec.json.encode(where), rank))
    return hmac.new(app.cursor_key, bound, hashlib.sha256).digest()[:_SIGNATURE_LENGTH]


def encode_cursor(app: App, kind: str, workspace: WorkspaceId, where: Struct, rank: int) -> str:
    """The cursor of the page that starts below `rank`."""
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
            reason="Use next_cursor of the last page unchanged, with the same filters; or start without a cursor",
        )
    return int.from_bytes(packed, "big", signed=True)


def page_of(
    app: App, kind: str, workspace: WorkspaceId, where: Struct, limit: int, cursor: str | None
) -> Page:
    """The page a request asks for, with one row more than asked, which tells whether there is a next."""
    before = decode_cursor(app, kind, workspace, where, cursor) if cursor is not None else None
    return Page(limit=limit + 1, before=before)
