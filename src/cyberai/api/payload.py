"""Receiving a body: its declared type, its size, its end."""

import asyncio

from cyberai.api.incoming import Receive
from cyberai.api.routes import BodyKind
from cyberai.domain.errors import CyberAIError, ErrorCode, InvalidRequest

MAX_BODY = 1_048_576
BODY_SECONDS = 30.0
"""How long a client may take to send a body."""


def _unsupported(field: str, reason: str) -> CyberAIError:
    return CyberAIError(
        "The body is not in a supported format",
        code=ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        field=field,
        reason=reason,
    )


def too_large() -> CyberAIError:
    """413."""
    return CyberAIError(
        "The body is too large",
        code=ErrorCode.PAYLOAD_TOO_LARGE,
        reason=f"Send at most {MAX_BODY} bytes (1 MiB)",
        headers={"Connection": "close"},
    )


def check_media_type(headers: dict[bytes, bytes], body: BodyKind) -> bool:
    """Raise 415 when the headers declare something else than JSON in UTF-8; False when they declare nothing."""
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise _unsupported("Content-Encoding", "Send the body without compression")
    declared = headers.get(b"content-type")
    if declared is None:
        return False
    media_type, _, parameters = declared.decode("latin-1").partition(";")
    wanted = " or ".join(body.media_types)
    if media_type.strip().lower() not in body.media_types:
        raise _unsupported("Content-Type", f"Send 'Content-Type: {wanted}'")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().lower().partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            raise _unsupported("Content-Type", "Send JSON in UTF-8 and leave charset out")
    return True


async def read_body(headers: dict[bytes, bytes], receive: Receive, body: BodyKind) -> bytes:
    """The whole body; raise 415, 413, or InvalidRequest when it does not arrive in time."""
    declared = check_media_type(headers, body)
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and (len(length) > 7 or int(length) > MAX_BODY):
        raise too_large()
    message = await receive()
    data: bytes = message.get("body", b"")
    if len(data) > MAX_BODY:
        raise too_large()
    if message.get("more_body", False):
        data = await _read_rest(data, receive)
    if data and not declared:
        raise _unsupported("Content-Type", f"Send 'Content-Type: {' or '.join(body.media_types)}'")
    return data


async def _read_rest(first: bytes, receive: Receive) -> bytes:
    chunks = [first]
    size = len(first)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise InvalidRequest("The body ended early", reason="Send the whole body")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY:
                    raise too_large()
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError as error:
        raise InvalidRequest(
            "The body did not arrive in time",
            reason=f"Send the whole body within {BODY_SECONDS:.0f} seconds",
            headers={"Connection": "close"},
        ) from error
