"""API keys."""

from typing import Any

import msgspec
from sqlalchemy import Select, select, update

from cyberai.domain.api_key import ApiKey
from cyberai.domain.ids import KeyId
from cyberai.storage.codec import set_fields, to_text
from cyberai.storage.dialect import arg, constant, insert_row
from cyberai.storage.schema import api_key as table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c = table.c
_here = _c.workspace == arg("workspace")


def _select(*where: Any) -> Select[Any]:
    return select(_c.doc, _c.revoked_at, _c.last_used_at).where(*where)


_ADD = Statement(insert_row(table, "workspace", "id", "digest", "revoked_at", "last_used_at", "doc"))
_BY_DIGEST = Statement(_select(_c.digest == arg("digest")))
_GET = Statement(_select(_here, _c.id == arg("id")))
_ALL = Statement(_select(_here).order_by(_c.number.desc()))
_REVOKE = Statement(
    update(table).where(_here, _c.id == arg("id"), _c.revoked_at == constant(0)).values(revoked_at=arg("at"))
)
_UPDATE = Statement(update(table).where(_here, _c.id == arg("id")).values(doc=arg("doc")))
_TOUCH = Statement(update(table).where(_here, _c.id == arg("id")).values(last_used_at=arg("at")))
_decode = msgspec.json.Decoder(ApiKey).decode


class Keys:
    """`ports.repositories.KeyTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def insert(self, key: ApiKey) -> None:
        """Store a new key; its workspace must exist."""
        self._db.run(
            _ADD,
            workspace=self._scope.writable(key.workspace),
            id=key.id,
            digest=key.digest,
            revoked_at=key.revoked_at or 0,
            last_used_at=key.last_used_at or 0,
            doc=to_text(key),
        )

    def by_digest(self, digest: str) -> ApiKey | None:
        """The key with this digest, in any workspace, revoked ones included."""
        with self._scope.across_workspaces():
            row = self._db.one(_BY_DIGEST, digest=digest)
        return _key(*row) if row else None

    def get(self, key_id: KeyId) -> ApiKey | None:
        """A key of this workspace."""
        row = self._db.one(_GET, workspace=self._scope.readable(), id=key_id)
        return _key(*row) if row else None

    def all(self) -> list[ApiKey]:
        """All keys of this workspace, newest first."""
        return [_key(*row) for row in self._db.rows(_ALL, workspace=self._scope.readable())]

    def update(self, key: ApiKey) -> None:
        """Replace the stored key; when it was revoked and last used stays as it is."""
        self._db.run(_UPDATE, workspace=self._scope.writable(key.workspace), id=key.id, doc=to_text(key))

    def revoke(self, key_id: KeyId, at: int) -> bool:
        """True when it was live until now."""
        return self._db.run(_REVOKE, workspace=self._scope.readable(), id=key_id, at=at) == 1

    def touch(self, key_id: KeyId, at: int) -> None:
        """Remember the last use."""
        self._db.run(_TOUCH, workspace=self._scope.readable(), id=key_id, at=at)


def _key(doc: str, revoked_at: int, last_used_at: int) -> ApiKey:
    key = _decode(doc)
    if (revoked_at or None, last_used_at or None) == (key.revoked_at, key.last_used_at):
        return key
    changed: ApiKey = set_fields(key, revoked_at=revoked_at or None, last_used_at=last_used_at or None)
    return changed
