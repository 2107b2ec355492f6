"""What speaks on the ports of a scan: one row per host, port and transport, the latest reading."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, or_, select

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.service import ServiceFact
from cyberai.ports.records import ServicePlace
from cyberai.storage.codec import to_text
from cyberai.storage.dialect import arg, upsert
from cyberai.storage.scans import scan_number
from cyberai.storage.schema import scan_service as table
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

_c = table.c
_KEY = ("workspace", "scan", "host", "port", "transport")
_PUT = Statement(upsert(table, *_KEY, "doc", key=_KEY))
_same_port = and_(_c.port == arg("port"), _c.transport > arg("transport"))
_AFTER = Statement(
    select(_c.doc)
    .where(
        _c.workspace == arg("workspace"),
        _c.scan == arg("scan"),
        _c.host >= arg("host"),
        or_(_c.host > arg("host"), _c.port > arg("port"), _same_port),
    )
    .order_by(_c.host, _c.port, _c.transport)
    .limit(arg("limit"))
)
_decode = msgspec.json.Decoder(ServiceFact).decode


class ScanServices:
    """`ports.records.ServiceTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def put(self, scan_id: ScanId, services: Iterable[ServiceFact]) -> None:
        """Keep what was recognised, in place of what stood there before."""
        rows = [
            {"host": fact.host, "port": fact.port, "transport": fact.transport.value, "doc": to_text(fact)}
            for fact in services
        ]
        if not rows:
            return
        self._scope.require_room()
        workspace = self._scope.writable()
        scan = scan_number(self._scope, workspace, scan_id)
        if scan == NOWHERE:
            raise StoreError(f"Scan {scan_id} does not exist; insert it before its services")
        self._db.many(_PUT, [{"workspace": workspace, "scan": scan, **row} for row in rows])

    def of_scan(self, scan_id: ScanId, limit: int, after: ServicePlace = ("", 0, "")) -> list[ServiceFact]:
        """The services of a scan by host, port and transport, those after a place."""
        workspace = self._scope.readable()
        scan = scan_number(self._scope, workspace, scan_id)
        host, port, transport = after
        rows = self._db.rows(
            _AFTER, workspace=workspace, scan=scan, host=host, port=port, transport=transport, limit=limit
        )
        return [_decode(doc) for (doc,) in rows]
