"""Replies before they are sent: a status, headers and the bytes of a body."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.app.listing import ListPage
from cyberai.app.memo import Memo

Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
_ENCODER = msgspec.json.Encoder()


class Reply(Struct):
    """What a handler answers; the edge adds the headers that every reply has. `cacheable` False: no-store."""

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: Headers = []
    cacheable: bool = False


def json_reply(value: Any, status: int = 200, headers: Headers | None = None) -> Reply:
    """The value as JSON; keys keep the order of the Struct, so equal values give equal bytes."""
    return Reply(status, _ENCODER.encode(value), JSON, headers or [])


def created(value: Any, location: str) -> Reply:
    """201 with the place of the new resource."""
    return Reply(201, _ENCODER.encode(value), JSON, [(b"location", location.encode("ascii"))])


_encoded: Memo[Any, bytes] = Memo(_ENCODER.encode)


def shared_reply(value: Any) -> Reply:
    """A resource that is shown again and again as the same object: its bytes are kept."""
    return Reply(200, _encoded(value))


def page_reply(page: ListPage[Any]) -> Reply:
    """A page of such resources: 50 rows cost a join instead of an encoding."""
    rows = b",".join(_encoded.each(page.data))
    more = b"true" if page.has_more else b"false"
    cursor = _ENCODER.encode(page.next_cursor)
    return Reply(200, b'{"data":[%b],"has_more":%b,"next_cursor":%b}' % (rows, more, cursor))
