"""The places of vulnerabilities: what is counted, and where it was seen first and last."""

import msgspec
from sqlalchemy import and_, delete, select, update

from cyberai.domain.history import Place
from cyberai.domain.ids import ScanId
from cyberai.domain.vulnerability import Location, Sighting
from cyberai.storage.codec import place_number, to_text
from cyberai.storage.dialect import arg, constant, insert_new
from cyberai.storage.driver import Driver
from cyberai.storage.schema import term
from cyberai.storage.schema import vulnerability_place as table
from cyberai.storage.statements import Statement

MAX_PLACES = 1_000
"""Places told apart per vulnerability. Beyond them only its first scan goes on counting: a unit is done once
per scan, so that count stays true, and a later scan of the same places must not count them again."""

UNTOLD = 0
"""The scan of a place that was counted before places were told: it is no term's number."""

_c = table.c
_of_row = and_(_c.workspace == arg("workspace"), _c.vulnerability == arg("key"))
_this = and_(_of_row, _c.place == arg("place"))
_NAMES = ("workspace", "vulnerability", "place", "first_seen", "last_seen", "first_scan", "scan", "doc")
_ADD = Statement(insert_new(table, *_NAMES))
_AGAIN = Statement(
    update(table)
    .where(_this, _c.first_scan != constant(UNTOLD))
    .values({name: arg(name) for name in ("last_seen", "scan", "doc")})
)
_FIRST_TOLD = Statement(
    update(table)
    .where(_this, _c.first_scan == constant(UNTOLD))
    .values({name: arg(name) for name in _NAMES[3:]})
)
_first, _last = term.alias("first_term"), term.alias("last_term")
_ALL = Statement(
    select(_c.place, _c.first_seen, _c.last_seen, _first.c.value, _last.c.value, _c.doc)
    .join_from(table, _first, _first.c.number == _c.first_scan)
    .join(_last, _last.c.number == _c.scan)
    .where(_of_row)
    .order_by(_c.first_seen.desc(), _c.place.desc())
)
_gone = arg("scan")
_EARLIER = Statement(update(table).where(_of_row, _c.scan == _gone).values(scan=_c.first_scan))
_LATER = Statement(update(table).where(_of_row, _c.first_scan == _gone).values(first_scan=_c.scan))
_ONLY = Statement(delete(table).where(_of_row, _c.scan == _gone, _c.first_scan == _gone))
_decode = msgspec.json.Decoder(Location).decode


class Places:
    """The places of one workspace."""

    def __init__(self, db: Driver, workspace: int) -> None:
        self._db = db
        self._workspace = workspace

    def note(self, number: int, sighting: Sighting, scan: int, counted: int, *, first_scan: bool) -> bool:
        """Note where the row with that number was seen; True when the place is to be counted. `scan` is the number of
        the scan's term, `counted` the places so far."""
        seen = sighting.vulnerability
        key = {"workspace": self._workspace, "place": place_number(sighting.place)}
        values = {"last_seen": seen.last_seen, "scan": scan, "doc": to_text(seen.location)}
        first = {"first_seen": seen.first_seen, "first_scan": scan}
        if counted and self._db.run(_AGAIN, **key, key=number, **values):
            return False
        if counted < MAX_PLACES and self._db.run(_ADD, **key, vulnerability=number, **first, **values):
            return True
        told_now = self._db.run(_FIRST_TOLD, **key, key=number, **first, **values)
        return not told_now and first_scan

    def all(self, number: int) -> list[Place]:
        """Those of the row with that number that were told, the newest first."""
        return [
            Place(
                number=place,
                location=_decode(doc),
                first_seen=first_seen,
                last_seen=last_seen,
                first_scan_id=ScanId(first),
                scan_id=ScanId(last),
            )
            for place, first_seen, last_seen, first, last, doc in self._db.rows(
                _ALL, workspace=self._workspace, key=number
            )
        ]

    def forget_scan(self, number: int, scan: int) -> int:
        """Take a scan off the places of a row; how many only it had seen, which are gone."""
        key = {"workspace": self._workspace, "key": number, "scan": scan}
        gone = self._db.run(_ONLY, **key)
        self._db.run(_EARLIER, **key)
        self._db.run(_LATER, **key)
        return gone
