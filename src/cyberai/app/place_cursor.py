"""Cursors of lists whose order is no number: the place of the last row, signed and bound to the list."""

import base64
import hashlib
import hmac
from typing import TypeVar

import msgspec

from cyberai.app.context import App
from cyberai.domain.errors import ErrorCode, InvalidRequest
from cyberai.domain.ids import WorkspaceId

P = TypeVar("P")

_SIGNATURE_LENGTH = 12


def encode_place(app: App, workspace: WorkspaceId, bound: str, place: tuple[object, ...]) -> str:
    """The cursor of the page that starts behind this place; `bound` names the list with its filters."""
    packed = msgspec.json.encode(place)
    return base64.urlsafe_b64encode(_signature(app, workspace, bound, packed) + packed).decode()


def decode_place(
    app: App, workspace: WorkspaceId, bound: str, cursor: str, kind: msgspec.json.Decoder[P]
) -> P:
    """The place in a cursor; raise InvalidRequest `invalid_cursor` when it is not ours for this very list."""
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raw = b""
    signature, packed = raw[:_SIGNATURE_LENGTH], raw[_SIGNATURE_LENGTH:]
    if not packed or not hmac.compare_digest(signature, _signature(app, workspace, bound, packed)):
        raise InvalidRequest(
            "The cursor is not valid for this list",
            code=ErrorCode.INVALID_CURSOR,
            field="cursor",
            reason="Use next_cursor of the last page unchanged, with the same filters; or start without a cursor",
        )
    return kind.decode(packed)


def _signature(app: App, workspace: WorkspaceId, bound: str, packed: bytes) -> bytes:
    text = b"\n".join((bound.encode("utf-8", "surrogatepass"), workspace.encode(), packed))
    return hmac.new(app.cursor_key, text, hashlib.sha256).digest()[:_SIGNATURE_LENGTH]
