"""What a workspace used: requests per day and key, and how much it stores."""

from typing import Any

from sqlalchemy import select

from cyberai.domain.severity import Severity
from cyberai.storage import scans, vulnerability_kind
from cyberai.storage.dialect import arg, store_size, upsert
from cyberai.storage.kind import Kind
from cyberai.storage.listing import ALL, Listing
from cyberai.storage.schema import usage_count as table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement, shaped

_c = table.c
_ADD = Statement(
    upsert(
        table,
        *("workspace", "day", "key", "n"),
        key=("workspace", "day", "key"),
        changes={"n": _c.n + arg("n")},
    )
)
_REQUESTS = Statement(
    select(_c.day, _c.key, _c.n)
    .where(_c.workspace == arg("workspace"), _c.day >= arg("since"))
    .order_by(_c.day.desc(), _c.key)
)
_size = shaped(lambda: select(store_size()))


class Usage:
    """`ports.records.UsageTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def add(self, day: int, key_id: str, requests: int) -> None:
        """Count requests (or, below zero, give them back)."""
        self._db.run(_ADD, workspace=self._scope.writable(), day=day, key=key_id, n=requests)

    def requests(self, since: int) -> list[tuple[int, str, int]]:
        """(day, key, requests) from that day on, newest day first."""
        rows = self._db.rows(_REQUESTS, workspace=self._scope.readable(), since=since)
        return [(day, key, n) for day, key, n in rows]

    def scans(self) -> dict[str, int]:
        """Scans per status."""
        return self._counts(scans.KIND, "status")

    def vulnerabilities(self) -> dict[str, int]:
        """Vulnerabilities per effective severity; every band present."""
        found = self._counts(vulnerability_kind.KIND, "severity")
        return {band.value: found.get(band.value, 0) for band in Severity}

    def store_bytes(self) -> int:
        """Size of the whole store, all workspaces together."""
        row = self._db.one(_size())
        return int(row[0]) if row else 0

    def _counts(self, kind: Kind[Any], dimension: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for facet, n in Listing(self._scope, self._scope.readable(), kind.name).counts(ALL, ALL):
            name = kind.facets.value(dimension, facet)
            counts[name] = counts.get(name, 0) + n
        return counts
