"""Retests: one row per vulnerability, and the claim of the next one to do."""

import msgspec
from sqlalchemy import select, update

from cyberai.domain.errors import NotFound
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.retest import Retest, RetestStatus
from cyberai.storage.codec import pack, unpack
from cyberai.storage.dialect import arg, claimable, constant, upsert
from cyberai.storage.schema import retest as table
from cyberai.storage.schema import vulnerability
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c, _v = table.c, vulnerability.c
_NUMBER = Statement(select(_v.number).where(_v.workspace == arg("workspace"), _v.id == arg("id")))
_PUT = Statement(
    upsert(
        table,
        "workspace",
        "vulnerability",
        "open",
        "ordered_at",
        "lease_until",
        "data",
        key=("workspace", "vulnerability"),
    )
)
_GET = Statement(
    select(_c.data)
    .join_from(vulnerability, table, (_c.workspace == _v.workspace) & (_c.vulnerability == _v.number))
    .where(_v.workspace == arg("workspace"), _v.id == arg("id"))
)
_NEXT = Statement(
    claimable(
        select(_c.workspace, _c.vulnerability, _c.data)
        .where(_c.open == constant(1), _c.lease_until <= arg("now"))
        .order_by(_c.ordered_at)
        .limit(constant(1)),
        table,
    )
)
_TAKE = Statement(
    update(table)
    .where(_c.workspace == arg("workspace"), _c.vulnerability == arg("key"))
    .values(worker=arg("worker"), lease_until=arg("until"))
)
_retest = msgspec.msgpack.Decoder(Retest)


class Retests:
    """`ports.retests.RetestTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def put(self, retest: Retest) -> None:
        """Store the latest retest of its vulnerability; one that runs may be claimed."""
        if retest.status is RetestStatus.RUNNING:
            self._scope.require_room()
        workspace = self._scope.writable(retest.workspace)
        row = self._db.one(_NUMBER, workspace=workspace, id=retest.vulnerability_id)
        if row is None:
            raise NotFound("No such vulnerability", field="id", reason="It was erased meanwhile")
        self._db.run(
            _PUT,
            workspace=workspace,
            vulnerability=row[0],
            open=int(retest.status is RetestStatus.RUNNING),
            ordered_at=retest.created_at,
            lease_until=0,
            data=pack(retest),
        )

    def get(self, vulnerability_id: VulnerabilityId) -> Retest | None:
        """The latest retest, or None."""
        row = self._db.one(_GET, workspace=self._scope.readable(), id=vulnerability_id)
        return unpack(row[0], _retest) if row else None

    def claim(self, worker: str, now: int, until: int) -> Retest | None:
        """Take the longest waiting retest of any workspace, or one whose lease has expired."""
        row = self._db.one(_NEXT, now=now)
        if row is None:
            return None
        workspace, number, data = row
        self._db.run(_TAKE, workspace=workspace, key=number, worker=worker, until=until)
        return unpack(data, _retest)
