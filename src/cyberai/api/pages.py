"""Resources and pages of them as replies: the members asked for, cursor, total, `Link` and entity tag."""

from typing import Any
from urllib.parse import quote, urlencode

from msgspec import UNSET, Struct

from cyberai.api.call import Call
from cyberai.api.conditional import digest, tag_of
from cyberai.api.reply import Headers, Reply, encode, encoded, shared_reply, tagged_reply
from cyberai.api.selection import part
from cyberai.app.listing import ListPage


def one_reply(call: Call, value: Struct, *, shared: bool = False) -> Reply:
    """One resource, or the members of it that were asked for. The tag stands for the whole either way. `shared`:
    the same object is shown again and again."""
    reply = shared_reply(value) if shared else tagged_reply(value)
    if call.fields:
        reply.body = encode(part(value, call.fields))
    return reply


def page_reply(call: Call, page: ListPage[Any]) -> Reply:
    """A page of resources: 50 rows that were shown before cost a join instead of an encoding."""
    rows = encoded.each(page.data)
    names = call.fields
    bodies = [encode(part(value, names)) for value in page.data] if names else [body for body, _ in rows]
    more = b"true" if page.has_more else b"false"
    tail = b'"has_more":%b,"next_cursor":%b' % (more, encode(page.next_cursor))
    if page.total is not UNSET:
        tail += b',"total":%d,"total_is_capped":%b' % (page.total, encode(page.total_is_capped))
    body = b'{"data":[%b],%b}' % (b",".join(bodies), tail)
    stamp = digest(b"".join([stamp for _, stamp in rows]) + tail)
    return Reply(200, body, headers=links(call, page.next_cursor), etag=tag_of(stamp))


def links(call: Call, cursor: str | None) -> Headers:
    """`Link` (RFC 8288): the first page of this very list, and the next one if there is one."""
    values = {name: value for name, value in call.query.values.items() if name != "cursor"}
    path = quote(call.path)
    query = urlencode(values) if values else ""
    target = f'<{path}{"?" if query else ""}{query}>; rel="first"'
    if cursor is not None:
        # A cursor is made of characters that need no escape.
        target += f', <{path}?{query}{"&" if query else ""}cursor={cursor}>; rel="next"'
    return [(b"link", target.encode("ascii"))]
