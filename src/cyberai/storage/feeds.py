"""Imported feeds. Entries stand under the generation of their import, so that an import is seen whole or not at all,
although no transaction of it is long."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, func, select

from cyberai.domain.errors import Conflict
from cyberai.domain.recog import Fingerprint
from cyberai.domain.threat import Epss, Kev, Threat, worst
from cyberai.ports.feeds import Feed, FeedName
from cyberai.storage.codec import to_text
from cyberai.storage.dialect import arg, insert_new, upsert
from cyberai.storage.schema import feed, feed_entry
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_e = feed_entry.c
_HERE = (_e.feed == arg("feed"), _e.generation == arg("generation"))
_CURRENT = Statement(select(feed.c.doc).where(feed.c.name == arg("name")))
_PUBLISH = Statement(upsert(feed, "name", "doc", key=("name",)))
_ADD = Statement(insert_new(feed_entry, "feed", "generation", "cve", "doc"))
_COUNT = Statement(select(func.count()).select_from(feed_entry).where(*_HERE))
_ENTRY = Statement(select(_e.doc).where(*_HERE, _e.cve == arg("cve")))
_ALL = Statement(select(_e.doc).where(*_HERE).order_by(_e.cve))
_OLDER = Statement(
    select(func.min(_e.generation)).where(_e.feed == arg("feed"), _e.generation < arg("generation"))
)
_NEWER = Statement(
    select(func.max(_e.generation)).where(_e.feed == arg("feed"), _e.generation > arg("generation"))
)
_END = Statement(select(_e.cve).where(*_HERE).order_by(_e.cve).limit(1).offset(arg("limit")))
_DROP = Statement(delete(feed_entry).where(*_HERE))
_DROP_BEFORE = Statement(delete(feed_entry).where(*_HERE, _e.cve < arg("end")))


class _EpssRow(NamedTuple):
    """As stored: hundreds of thousands of them are kept, so a row says nothing that its key or its feed says."""

    score: float
    percentile: float


class _KevRow(NamedTuple):
    """As stored."""

    added: str
    due: str | None
    ransomware: bool


_epss = msgspec.json.Decoder(_EpssRow)
_kev = msgspec.json.Decoder(_KevRow)
_fingerprint = msgspec.json.Decoder(Fingerprint)
_feed = msgspec.json.Decoder(Feed)


class Feeds:
    """`ports.feeds.FeedTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def current(self, name: FeedName) -> Feed | None:
        """The feed that counts, or None when none was imported."""
        row = self._db.one(_CURRENT, name=name.value)
        return _feed.decode(row[0]) if row else None

    def add(
        self, name: FeedName, generation: int, rows: Iterable[Epss] | Iterable[Kev] | Iterable[Fingerprint]
    ) -> None:
        """Add entries under a generation that is not published yet."""
        self._scope.require_system("A feed")
        self._scope.require_room()
        key = {"feed": name.value, "generation": generation}
        self._db.many(_ADD, [{**key, "cve": _key(row), "doc": to_text(_stored(row))} for row in rows])

    def publish(self, feed: Feed) -> None:
        """From now on this generation counts; raise Conflict when not all of its entries are there."""
        self._scope.require_system("A feed")
        row = self._db.one(_COUNT, feed=feed.name.value, generation=feed.generation)
        if row is None or row[0] != feed.entries:
            raise Conflict(
                "Another import of the same feed went on at the same time",
                reason="Import the file again once the other import has ended",
            )
        self._db.run(_PUBLISH, name=feed.name.value, doc=to_text(feed))

    def drop_unseen(self, name: FeedName, limit: int) -> bool:
        """Remove about `limit` entries of generations other than the current one; False when there are none."""
        self._scope.require_system("A feed")
        current = self.current(name)
        generation = current.generation if current else 0
        for statement in (_OLDER, _NEWER):
            row = self._db.one(statement, feed=name.value, generation=generation)
            if row is not None and row[0] is not None:
                self._drop(name, int(row[0]), limit)
                return True
        return False

    def _drop(self, name: FeedName, generation: int, limit: int) -> None:
        key = {"feed": name.value, "generation": generation}
        end = self._db.one(_END, **key, limit=limit)
        if end is None:
            self._db.run(_DROP, **key)
        else:
            self._db.run(_DROP_BEFORE, **key, end=end[0])

    def threat(self, cves: tuple[str, ...]) -> Threat | None:
        """What the current feeds say of these CVEs."""
        epss, kev = self.current(FeedName.EPSS), self.current(FeedName.KEV)
        return worst(
            [
                Epss(cve=cve, date=epss.date if epss else "", **_epss.decode(doc)._asdict())
                for cve, doc in self._docs(epss, cves)
            ],
            [Kev(cve=cve, **_kev.decode(doc)._asdict()) for cve, doc in self._docs(kev, cves)],
            kev_known=kev is not None,
        )

    def fingerprints(self) -> list[Fingerprint]:
        """The imported fingerprints of services, in order."""
        feed = self.current(FeedName.RECOG)
        if feed is None:
            return []
        rows = self._db.rows(_ALL, feed=feed.name.value, generation=feed.generation)
        return [_fingerprint.decode(doc) for (doc,) in rows]

    def _docs(self, feed: Feed | None, cves: tuple[str, ...]) -> list[tuple[str, str]]:
        if feed is None:
            return []
        key = {"feed": feed.name.value, "generation": feed.generation}
        found = [(cve, self._db.one(_ENTRY, **key, cve=cve)) for cve in cves]
        return [(cve, row[0]) for cve, row in found if row is not None]


def _key(row: Epss | Kev | Fingerprint) -> str:
    """What tells the entries of a feed apart: the column is named after the first feeds."""
    return row.key if isinstance(row, Fingerprint) else row.cve


def _stored(row: Epss | Kev | Fingerprint) -> _EpssRow | _KevRow | Fingerprint:
    if isinstance(row, Fingerprint):
        return row
    if isinstance(row, Epss):
        return _EpssRow(row.score, row.percentile)
    return _KevRow(row.added, row.due, row.ransomware)
