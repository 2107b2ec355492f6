"""Replies kept under idempotency keys: a POST that is repeated with its key has its effect once.

A reply is kept in the transaction of the effect, for a day and per workspace. Keys and requests are kept as
digests. A reply that holds a secret is sealed for the API key that asked: encrypted under a key that is derived
from that API key, which is stored nowhere. Whoever has the store cannot open it, and neither can another API key
of the workspace; who repeats the request can.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct, structs

from cyberai.app.context import App
from cyberai.domain.errors import Conflict, ErrorCode
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.ports.repositories import KeptReply
from cyberai.ports.store import Tx

KEPT = 24 * 3600 * 1_000_000
"""Microseconds a reply is kept."""

SWEEP = 200
"""Expired replies removed in one transaction."""

_NONCE = 12
T = TypeVar("T")

Keep = Callable[[Tx, T], None]
"""Called inside the transaction of a use case with the resource it is about to answer."""


def not_kept(_tx: Tx, _resource: Any) -> None:
    """The request has no idempotency key: nothing is kept."""


class Repeatable(Struct, frozen=True, kw_only=True):
    """A request with an idempotency key: what it is known by and what seals its secrets."""

    workspace: WorkspaceId
    key: str
    fingerprint: str
    seal: bytes
    nonce: bytes
    at: int

    def kept(self, tx: Tx, status: int, location: str, body: bytes, *, secret: bool = False) -> None:
        """Keep the reply in this transaction; raise Conflict where another process was first."""
        reply = KeptReply(
            key=self.key,
            fingerprint=self.fingerprint,
            expires_at=self.at + KEPT,
            status=status,
            location=location,
            body=_sealed(self.seal, self.nonce, body) if secret else body,
            sealed=secret,
        )
        if not tx.idempotency.keep(reply, self.at):
            raise in_progress()


def repeatable(
    app: App, workspace: WorkspaceId, idempotency_key: str, api_key: str, request: tuple[bytes, ...]
) -> Repeatable:
    """The request of those parts (method, path, query, body)."""
    fingerprint = hashlib.sha256()
    for part in request:
        fingerprint.update(len(part).to_bytes(8, "big") + part)
    return Repeatable(
        workspace=workspace,
        key=_derived(app, b"key", idempotency_key).hex(),
        fingerprint=fingerprint.hexdigest(),
        seal=_derived(app, b"seal", idempotency_key + "\n" + api_key),
        nonce=app.rng.bits(8 * _NONCE).to_bytes(_NONCE, "big"),
        at=app.clock.now(),
    )


async def replayed(app: App, asked: Repeatable) -> KeptReply | None:
    """The reply kept for this very request, opened; None when it is new. Raise Conflict
    `idempotency_mismatch` when its key belongs to another request."""
    known = await app.store.read(asked.workspace, lambda tx: tx.idempotency.get(asked.key, asked.at))
    if known is None:
        return None
    if known.fingerprint != asked.fingerprint:
        raise _mismatch("Use a new key for a new request; repeat an old one with the same path and body")
    return structs.replace(known, body=_opened(asked.seal, known.body)) if known.sealed else known


async def forget_expired(app: App) -> int:
    """Remove replies that have expired; return how many. Called by idle workers."""
    at = app.clock.now()
    if not await app.store.read(SYSTEM, lambda tx: tx.idempotency.any_expired(at)):
        return 0
    return await app.store.write(SYSTEM, lambda tx: tx.idempotency.forget_expired(at, SWEEP))


def in_progress() -> Conflict:
    """409: the same key is being worked on."""
    return Conflict(
        "A request with this idempotency key is in progress",
        code=ErrorCode.IDEMPOTENCY_IN_PROGRESS,
        field="Idempotency-Key",
        reason="Wait a moment, then repeat the request unchanged",
        headers={"Retry-After": "1"},
    )


def _mismatch(reason: str) -> Conflict:
    return Conflict(
        "This idempotency key was used for another request",
        code=ErrorCode.IDEMPOTENCY_MISMATCH,
        field="Idempotency-Key",
        reason=reason,
    )


def _derived(app: App, purpose: bytes, text: str) -> bytes:
    return hmac.new(app.pepper, b"idempotency " + purpose + b"\n" + text.encode(), hashlib.sha256).digest()


def _sealed(seal: bytes, nonce: bytes, body: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return nonce + ChaCha20Poly1305(seal).encrypt(nonce, body, None)


def _opened(seal: bytes, data: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(seal).decrypt(data[:_NONCE], data[_NONCE:], None)
    except InvalidTag as error:
        raise _mismatch(
            "The answer holds a secret: repeat the request with the API key that sent it first"
        ) from error
