"""The access log: one JSON line per request, the path without its query, never a key."""

import logging

import msgspec
from msgspec import Struct

from cyberai.api.call import Call
from cyberai.domain.api_key import PREFIX

_ENCODER = msgspec.json.Encoder()
_LOG = logging.getLogger("cyberai.access")


class AccessLine(Struct, omit_defaults=True):
    """One request. `ms` is the time until the reply was handed over, `key` the id of the key."""

    request_id: str
    method: str
    path: str
    status: int
    ms: float
    bytes: int
    client: str
    key: str = ""


def log_request(call: Call, status: int, size: int, seconds: float) -> None:
    """Write the line."""
    if not _LOG.isEnabledFor(logging.INFO):
        return
    line = AccessLine(
        call.request_id,
        call.method,
        safe_path(call.path),
        status,
        round(seconds * 1000, 3),
        size,
        call.client,
        call.principal.key_id if call.principal is not None else "",
    )
    _LOG.info("%s", _ENCODER.encode(line).decode())


def safe_path(path: str) -> str:
    """The path; a key that was pasted into it is cut (JSON escapes control characters and lone surrogates)."""
    at = path.find(PREFIX)
    if at >= 0:
        path = path[:at] + PREFIX + "***"
    return path[:1000].encode("utf-8", "replace").decode()
