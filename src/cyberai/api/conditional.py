"""Entity tags and the conditions on them (RFC 9110 sections 8.8.3 and 13).

A tag stands for the state of a resource: 128 bits of a hash over the whole resource as JSON, whatever part of it
`fields` shows. Compressed replies carry the same tag with the coding's name behind it, since their bytes differ.
"""

import hashlib
import re

from cyberai.api.compression import CODINGS
from cyberai.domain.errors import CyberAIError, ErrorCode, InvalidRequest

_TAG = re.compile(rb'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
_ENDS = tuple(b"-" + coding + b'"' for coding in CODINGS)
_MAX_TAGS = 100


def digest(body: bytes) -> bytes:
    """16 bytes that stand for the body."""
    return hashlib.blake2b(body, digest_size=16).digest()


def tag_of(stamp: bytes) -> bytes:
    """The entity tag with that digest."""
    return b'"' + stamp.hex().encode() + b'"'


def tag_in(tag: bytes, coding: bytes) -> bytes:
    """The tag of the compressed reply."""
    return tag[:-1] + b"-" + coding + b'"' if coding else tag


def not_modified(value: bytes | None, tag: bytes) -> bool:
    """`If-None-Match`, compared weakly; what is no list of tags matches nothing."""
    if value is None:
        return False
    return value.strip() == b"*" or any(_plain(known) == tag for _, known in _tags(value) or ())


def require_match(value: bytes, tag: bytes) -> None:
    """`If-Match`, compared strongly; raise PreconditionFailed, or InvalidRequest for what is no list of tags."""
    if value.strip() == b"*":
        return
    if not any(not weak and _plain(known) == tag for weak, known in parse_match(value)):
        raise CyberAIError(
            "The resource has changed",
            code=ErrorCode.PRECONDITION_FAILED,
            field="If-Match",
            reason="Read it again, decide again, and send the ETag of that answer",
        )


def parse_match(value: bytes) -> list[tuple[bool, bytes]]:
    """The tags of `If-Match` (none for `*`); raise InvalidRequest."""
    if value.strip() == b"*":
        return []
    tags = _tags(value)
    if not tags:
        raise InvalidRequest(
            "Invalid header", field="If-Match", reason="Send the ETag as it came, in its quotes, or *"
        )
    return tags


def _tags(value: bytes) -> list[tuple[bool, bytes]] | None:
    """(weak, tag) of a list of entity tags; None when it is none."""
    found: list[tuple[bool, bytes]] = []
    at = 0
    while at < len(value):
        match = _TAG.match(value, at)
        if match is None or len(found) == _MAX_TAGS:
            return None
        found.append((match[1] is not None, match[2]))
        at = match.end()
    return found


def _plain(tag: bytes) -> bytes:
    for end in _ENDS:
        if tag.endswith(end):
            return tag[: -len(end)] + b'"'
    return tag
