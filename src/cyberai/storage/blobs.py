"""Files in the store: written in the transaction that speaks of them, in compressed chunks."""

from sqlalchemy import and_, delete, select

from cyberai.storage.codec import compress, decompress
from cyberai.storage.dialect import arg, insert_row
from cyberai.storage.schema import blob, blob_chunk
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

CHUNK = 1 << 20
"""Bytes per chunk before compression."""

_b, _c = blob.c, blob_chunk.c
_named = and_(_b.workspace == arg("workspace"), _b.name == arg("name"))
_GET = Statement(select(_b.number, _b.media_type, _b.filename).where(_named))
_ADD = Statement(insert_row(blob, "workspace", "name", "media_type", "filename", "size").returning(_b.number))
_DROP = Statement(delete(blob).where(_named))
_of_blob = and_(_c.workspace == arg("workspace"), _c.blob == arg("number"))
_CHUNKS = Statement(select(_c.data).where(_of_blob).order_by(_c.ordinal))
_ADD_CHUNK = Statement(insert_row(blob_chunk, "workspace", "blob", "ordinal", "data"))
_DROP_CHUNKS = Statement(delete(blob_chunk).where(_of_blob))


class Blobs:
    """`ports.repositories.BlobTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def drop(self, name: str) -> None:
        """Erase a blob, if there is one."""
        workspace = self._scope.writable()
        old = self._db.one(_GET, workspace=workspace, name=name)
        if old is not None:
            self._db.run(_DROP_CHUNKS, workspace=workspace, number=old[0])
            self._db.run(_DROP, workspace=workspace, name=name)

    def put(self, name: str, content: bytes, media_type: str, filename: str) -> None:
        """Store or replace a blob; raise StorageFull when the store has no room for new things."""
        self._scope.require_room()
        workspace = self._scope.writable()
        self.drop(name)
        made = self._db.one(
            _ADD,
            workspace=workspace,
            name=name,
            media_type=media_type,
            filename=filename,
            size=len(content),
        )
        assert made is not None
        for ordinal, start in enumerate(range(0, len(content), CHUNK)):
            data = compress(content[start : start + CHUNK])
            self._db.run(_ADD_CHUNK, workspace=workspace, blob=made[0], ordinal=ordinal, data=data)

    def get(self, name: str) -> tuple[bytes, str, str] | None:
        """(content, media type, file name), or None."""
        workspace = self._scope.readable()
        row = self._db.one(_GET, workspace=workspace, name=name)
        if row is None:
            return None
        number, media_type, filename = row
        chunks = self._db.rows(_CHUNKS, workspace=workspace, number=number)
        return b"".join(decompress(data) for (data,) in chunks), media_type, filename
