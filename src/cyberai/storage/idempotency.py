"""Replies kept under idempotency keys."""

from sqlalchemy import delete, select

from cyberai.ports.repositories import KeptReply
from cyberai.storage.dialect import arg, constant, upsert
from cyberai.storage.schema import idempotency as table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c = table.c
_NAMES = ("key", "fingerprint", "expires_at", "status", "location", "sealed", "body")
_GET = Statement(
    select(*(_c[name] for name in _NAMES)).where(
        _c.workspace == arg("workspace"), _c.key == arg("key"), _c.expires_at > arg("now")
    )
)
_KEEP = Statement(
    upsert(table, "workspace", *_NAMES, key=("workspace", "key"), only_if=_c.expires_at <= arg("now"))
)
_expired = select(_c.workspace, _c.key).where(_c.expires_at <= arg("now")).order_by(_c.expires_at)
_EXPIRED = Statement(_expired.limit(arg("limit")))
_FORGET = Statement(
    delete(table).where(_c.workspace == arg("workspace"), _c.key == arg("key"), _c.expires_at <= arg("now"))
)
_ANY = Statement(select(_c.expires_at).where(_c.expires_at <= arg("now")).limit(constant(1)))


class Idempotency:
    """`ports.repositories.IdempotencyTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def get(self, key: str, now: int) -> KeptReply | None:
        """The reply kept under this key, unless it has expired."""
        row = self._db.one(_GET, workspace=self._scope.readable(), key=key, now=now)
        if row is None:
            return None
        known, fingerprint, expires_at, status, location, sealed, body = row
        return KeptReply(
            key=known,
            fingerprint=fingerprint,
            expires_at=expires_at,
            status=status,
            location=location,
            sealed=bool(sealed),
            body=body,
        )

    def keep(self, reply: KeptReply, now: int) -> bool:
        """Keep a reply; False when an unexpired one is there."""
        written = self._db.run(
            _KEEP,
            workspace=self._scope.writable(),
            key=reply.key,
            fingerprint=reply.fingerprint,
            expires_at=reply.expires_at,
            status=reply.status,
            location=reply.location,
            sealed=int(reply.sealed),
            body=reply.body,
            now=now,
        )
        return written == 1

    def any_expired(self, now: int) -> bool:
        """True when there is something to remove."""
        return self._db.one(_ANY, now=now) is not None

    def forget_expired(self, now: int, limit: int) -> int:
        """Remove expired replies of any workspace, at most `limit`; return how many were removed."""
        rows = self._db.rows(_EXPIRED, now=now, limit=limit)
        self._db.many(_FORGET, [{"workspace": w, "key": k, "now": now} for w, k in rows])
        return len(rows)
