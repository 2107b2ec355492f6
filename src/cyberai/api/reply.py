"""Replies before they are sent: a status, headers and the bytes of a body."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from cyberai.api.conditional import digest, tag_of
from cyberai.app.memo import Memo

Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
_ENCODER = msgspec.json.Encoder()


Follow = Callable[[Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]
"""Sends the rest of a reply that does not end: called with ASGI's receive and send, after the headers went out."""


class Reply(Struct):
    """What a handler answers; the edge adds the headers that every reply has. `cacheable` False: no-store.

    `etag` stands for the state of the resource; the edge answers If-None-Match with it. `secret`: the body holds
    one, so that it is never compressed. `whole`: a file, sent byte for byte. With `follow` the body is only the
    beginning; it sends the rest, the last message included.
    """

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: Headers = []
    cacheable: bool = False
    etag: bytes = b""
    secret: bool = False
    whole: bool = False
    follow: Follow | None = None


class Encoded(NamedTuple):
    """A value as JSON, and the digest of that."""

    body: bytes
    stamp: bytes


def encode(value: Any) -> bytes:
    """The value as JSON; keys keep the order of the Struct, so equal values give equal bytes."""
    return _ENCODER.encode(value)


def json_reply(value: Any, status: int = 200, headers: Headers | None = None) -> Reply:
    """The value as JSON."""
    return Reply(status, _ENCODER.encode(value), JSON, headers or [])


def created(value: Any, location: str) -> Reply:
    """201 with the place of the new resource."""
    return Reply(201, _ENCODER.encode(value), JSON, [(b"location", location.encode("ascii"))])


def created_below(path: str) -> Callable[[Any], Reply]:
    """201 of resources whose places are that path with their id."""
    return lambda value: created(value, path + value.id)


def state_tag(value: Any) -> bytes:
    """The entity tag of a resource in this state."""
    return tag_of(digest(_ENCODER.encode(value)))


def _encode(value: Any) -> Encoded:
    body = _ENCODER.encode(value)
    return Encoded(body, digest(body))


encoded: Memo[Any, Encoded] = Memo(_encode)
"""A resource that is shown again and again as the same object: its bytes are kept."""


def shared_reply(value: Any) -> Reply:
    """Such a resource, by itself."""
    known = encoded(value)
    return Reply(200, known.body, etag=tag_of(known.stamp))


def tagged_reply(value: Any) -> Reply:
    """A resource with its entity tag."""
    body = _ENCODER.encode(value)
    return Reply(200, body, etag=tag_of(digest(body)))
