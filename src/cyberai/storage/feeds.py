"""Imported feeds. Entries stand under the generation of their import, so that an import is seen whole or not at all,
although no transaction of it is long.

Known flaws have two kinds of rows: `=ID` says when a record was changed last, `PRODUCT ID` what it says of a product."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, func, select

from cyberai.domain.errors import Conflict
from cyberai.domain.known.flaw import Flaw
from cyberai.domain.known.match import Row
from cyberai.domain.recog import Fingerprint
from cyberai.domain.threat import Epss, Kev, Threat, worst
from cyberai.ports.feeds import UPDATES, Feed, FeedName, KeptRow
from cyberai.storage.codec import to_text
from cyberai.storage.dialect import arg, insert_new, upsert
from cyberai.storage.schema import feed, feed_entry
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_e = feed_entry.c
_HERE = (_e.feed == arg("feed"), _e.generation == arg("generation"))
_CURRENT = Statement(select(feed.c.doc).where(feed.c.name == arg("name")))
_PARTS = Statement(
    select(feed.c.doc).where(feed.c.name >= arg("start"), feed.c.name < arg("end")).order_by(feed.c.name)
)
_PUBLISH = Statement(upsert(feed, "name", "doc", key=("name",)))
_ADD = Statement(insert_new(feed_entry, "feed", "generation", "cve", "doc"))
_COUNT = Statement(select(func.count()).select_from(feed_entry).where(*_HERE))
_ENTRY = Statement(select(_e.doc).where(*_HERE, _e.cve == arg("cve")))
_ALL = Statement(select(_e.doc).where(*_HERE).order_by(_e.cve))
_STARTING = Statement(
    select(_e.cve, _e.doc).where(*_HERE, _e.cve >= arg("start"), _e.cve < arg("end")).order_by(_e.cve)
)
_BEHIND = Statement(
    select(_e.cve, _e.doc).where(*_HERE, _e.cve > arg("after")).order_by(_e.cve).limit(arg("limit"))
)
_NEXT = Statement(
    select(func.min(_e.generation)).where(_e.feed == arg("feed"), _e.generation > arg("generation"))
)
_END = Statement(select(_e.cve).where(*_HERE).order_by(_e.cve).limit(1).offset(arg("limit")))
_DROP = Statement(delete(feed_entry).where(*_HERE))
_DROP_BEFORE = Statement(delete(feed_entry).where(*_HERE, _e.cve < arg("end")))
_PARTED = frozenset({FeedName.NVD, FeedName.OSV})


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
_flaw = msgspec.json.Decoder(Flaw)


class Feeds:
    """`ports.feeds.FeedTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def current(self, name: FeedName, part: str = "") -> Feed | None:
        """The feed that counts, or None when none was imported: of a feed in parts the one of that part."""
        row = self._db.one(_CURRENT, name=_label(name, part))
        return _feed.decode(row[0]) if row else None

    def parts(self, name: FeedName) -> tuple[Feed, ...]:
        """All parts that count, by their names."""
        if name not in _PARTED:
            feed = self.current(name)
            return (feed,) if feed else ()
        rows = self._db.rows(_PARTS, start=f"{name.value}/", end=f"{name.value}0")
        return tuple(_feed.decode(doc) for (doc,) in rows)

    def add(
        self,
        name: FeedName,
        generation: int,
        rows: Iterable[Epss] | Iterable[Kev] | Iterable[Fingerprint] | Iterable[KeptRow],
    ) -> None:
        """Add entries under a generation that is not published yet."""
        self._scope.require_system("A feed")
        self._scope.require_room()
        key = {"feed": name.value, "generation": generation}
        self._db.many(_ADD, [{**key, "cve": _key(row), "doc": _text(row)} for row in rows])

    def publish(self, feed: Feed) -> None:
        """From now on this generation counts; raise Conflict when not all of its entries are there."""
        self._scope.require_system("A feed")
        row = self._db.one(_COUNT, feed=feed.name.value, generation=feed.generation)
        if row is None or row[0] != (feed.rows or feed.entries):
            raise Conflict(
                "Another import of the same feed went on at the same time",
                reason="Import the file again once the other import has ended",
            )
        self._db.run(_PUBLISH, name=_label(feed.name, feed.part), doc=to_text(feed))

    def drop_unseen(self, name: FeedName, limit: int) -> bool:
        """Remove about `limit` entries of generations that do not count; False when there are none."""
        self._scope.require_system("A feed")
        counting = {feed.generation for feed in self.parts(name)}
        generation = -1
        while True:
            row = self._db.one(_NEXT, feed=name.value, generation=generation)
            if row is None or row[0] is None:
                return False
            generation = int(row[0])
            if generation not in counting:
                self._drop(name, generation, limit)
                return True

    def _drop(self, name: FeedName, generation: int, limit: int) -> None:
        key = {"feed": name.value, "generation": generation}
        end = self._db.one(_END, **key, limit=limit)
        if end is None:
            self._db.run(_DROP, **key)
        else:
            self._db.run(_DROP_BEFORE, **key, end=end[0])

    def threat(self, cves: tuple[str, ...]) -> Threat | None:
        """What the current feeds say of these CVEs."""
        return self._said(self.current(FeedName.EPSS), self.current(FeedName.KEV), cves)

    def _said(self, epss: Feed | None, kev: Feed | None, cves: tuple[str, ...]) -> Threat | None:
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

    def threats(self, cves: tuple[str, ...]) -> dict[str, Threat]:
        """What the current feeds say of each of these CVEs, where they say anything."""
        epss, kev = self.current(FeedName.EPSS), self.current(FeedName.KEV)
        if epss is None and kev is None:
            return {}
        found = ((cve, self._said(epss, kev, (cve,))) for cve in cves)
        return {cve: threat for cve, threat in found if threat is not None}

    def flaws(self, name: FeedName, starts: tuple[str, ...]) -> list[Row]:
        """What the parts of the feed that count say of every product whose name begins so; of each record what was
        published last."""
        parts = self.parts(name)
        found: list[Row] = []
        for start in dict.fromkeys(starts):
            for part in parts:
                for row in self._starting(part, start):
                    product, _, id = row.key.rpartition(" ")
                    found.append((product, id, _flaw.decode(row.doc)))
        return _newest(found, self._changed(name, {id for _, id, _ in found}))

    def _changed(self, name: FeedName, ids: set[str]) -> dict[str, str]:
        """When the records were changed last, as the part of updates says: it may say nothing more of a product."""
        updates = self.current(name, UPDATES)
        if updates is None:
            return {}
        key = {"feed": name.value, "generation": updates.generation}
        rows = ((id, self._db.one(_ENTRY, **key, cve=f"={id}")) for id in sorted(ids))
        return {id: row[0] for id, row in rows if row is not None}

    def _starting(self, part: Feed, start: str) -> list[KeptRow]:
        key = {"feed": part.name.value, "generation": part.generation}
        rows = self._db.rows(_STARTING, **key, start=start, end=start[:-1] + chr(ord(start[-1]) + 1))
        return [KeptRow(cve, doc) for cve, doc in rows]

    def kept(self, name: FeedName, generation: int, after: str, limit: int) -> list[KeptRow]:
        """Rows of a generation in the order of their keys, from behind `after`."""
        rows = self._db.rows(_BEHIND, feed=name.value, generation=generation, after=after, limit=limit)
        return [KeptRow(cve, doc) for cve, doc in rows]

    def modified(self, name: FeedName, id: str, *, but: int = 0) -> str:
        """When the record was changed last, by the newest part that has it (but that of the generation `but`)."""
        newest = ""
        for part in self.parts(name):
            key = {"feed": name.value, "generation": part.generation}
            row = self._db.one(_ENTRY, **key, cve=f"={id}") if part.generation != but else None
            newest = max(newest, row[0] if row else "")
        return newest

    def _docs(self, feed: Feed | None, cves: tuple[str, ...]) -> list[tuple[str, str]]:
        if feed is None:
            return []
        key = {"feed": feed.name.value, "generation": feed.generation}
        found = [(cve, self._db.one(_ENTRY, **key, cve=cve)) for cve in cves]
        return [(cve, row[0]) for cve, row in found if row is not None]


def _label(name: FeedName, part: str) -> str:
    return f"{name.value}/{part}" if part else name.value


def _newest(rows: list[Row], changed: dict[str, str]) -> list[Row]:
    """Of each record and product the row that was published last, unless the record was changed later than that."""
    best: dict[tuple[str, str], Row] = {}
    latest: dict[str, str] = {}
    for row in rows:
        product, id, flaw = row
        known = best.get((product, id))
        if known is None or known[2].modified < flaw.modified:
            best[(product, id)] = row
        latest[id] = max(latest.get(id, ""), flaw.modified, changed.get(id, ""))
    return [row for row in best.values() if row[2].modified == latest[row[1]]]


def _key(row: Epss | Kev | Fingerprint | KeptRow) -> str:
    """What tells the entries of a feed apart: the column is named after the first feeds."""
    return row.key if isinstance(row, Fingerprint | KeptRow) else row.cve


def _text(row: Epss | Kev | Fingerprint | KeptRow) -> str:
    if isinstance(row, KeptRow):
        return row.doc
    if isinstance(row, Fingerprint):
        return to_text(row)
    if isinstance(row, Epss):
        return to_text(_EpssRow(row.score, row.percentile))
    return to_text(_KevRow(row.added, row.due, row.ransomware))
