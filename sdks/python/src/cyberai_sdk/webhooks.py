"""Messages that your server sent you: proof that it did (Standard Webhooks, HMAC-SHA256)."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from cyberai_sdk.errors import WebhookError

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_MOST_SIGNATURES = 20


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Any:
    """The decoded message; raise WebhookError unless `secret` signed exactly these bytes within `tolerance` seconds.

    `body` is the request's body as it came, before anything decoded it. `secret` is written `whsec_...`.
    """
    known = {name.lower(): value for name, value in headers.items()}
    message_id = known.get("webhook-id", "")
    stamp = known.get("webhook-timestamp", "")
    if not message_id or not stamp or not known.get("webhook-signature"):
        raise WebhookError(
            "The headers webhook-id, webhook-timestamp and webhook-signature are not all there"
        )
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        raise WebhookError("webhook-timestamp is no time")
    if abs((time.time() if now is None else now) - int(stamp)) > tolerance:
        raise WebhookError("The message is too old, or the clocks differ")
    wanted = sign(body, message_id, int(stamp), secret).encode()
    given = known["webhook-signature"].split(" ")[:_MOST_SIGNATURES]
    matches = [hmac.compare_digest(wanted, each.encode("utf-8", "replace")) for each in given]
    if not any(matches):
        raise WebhookError("No signature fits: another secret, or the body was changed on the way")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WebhookError("The message is signed and is no JSON") from error


def sign(body: bytes, message_id: str, timestamp: int, secret: str) -> str:
    """The signature that `verify` accepts, such as `v1,K5oZ...=`; for your own tests."""
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    encoded = secret.strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise WebhookError(f"The secret is not usable; it is written {_PREFIX} and base64")
    return key
