"""Importing NVD and OSV: read piece by piece into rows that nobody sees, and shown at once when all of it was good.

A year of NVD and an ecosystem of OSV are parts that replace themselves. Single records and NVD's file of changes go into
the part UPDATES, which keeps what it had of others: of each record what was published last counts, in whichever part.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.feed_files import FeedFile, Pieces, documents, kind_of, raw_digest
from cyberai.app.times import rfc3339
from cyberai.domain.feeds import FeedError
from cyberai.domain.ids import SYSTEM
from cyberai.domain.known import nvd, osv
from cyberai.domain.known.flaw import Record
from cyberai.ports.feeds import UPDATES, Feed, FeedName, KeptRow
from cyberai.ports.store import Tx

STEP = 2_000
"""Rows written per transaction."""
FIRST_YEAR = 2002
"""NVD's file of that year holds all before it as well."""


class Origin(Struct, frozen=True):
    """Where a file came from: the digest that its maker tells (SHA-256 in hex, of the file or of what it expands to), and
    for what was fetched the address and its ETag."""

    sha256: str = ""
    source: str = ""
    etag: str = ""


class _Reading:
    """One file on its way into the store."""

    def __init__(self, file: FeedFile, name: FeedName) -> None:
        self.name = name
        self.ids: set[str] = set()
        self.rows = 0
        self.day = ""
        self.ecosystems: Counter[str] = Counter()
        self._file = file
        self._pieces = Pieces(file)
        self._years: set[int] = set()

    def steps(self) -> Iterator[list[KeptRow]]:
        """Rows in the order of the file, some thousands at a time."""
        waiting: list[KeptRow] = []
        for record in self._nvd() if self.name is FeedName.NVD else self._osv():
            if record.id in self.ids:
                raise FeedError(f"{record.id} is there more than once")
            self.ids.add(record.id)
            waiting.append(KeptRow(f"={record.id}", record.modified))
            waiting += (
                KeptRow(f"{product} {record.id}", msgspec.json.encode(flaw).decode())
                for product, flaw in record.products.items()
            )
            if len(waiting) >= STEP:
                self.rows += len(waiting)
                yield waiting
                waiting = []
        if not self.ids:
            raise FeedError("There is no entry in the file")
        self.rows += len(waiting)
        yield waiting

    def _nvd(self) -> Iterator[Record]:
        for record, day in nvd.records(self._pieces):
            self._years.add(max(FIRST_YEAR, int(record.id[4:8])))
            self.day = max(self.day, day or record.modified[:10])
            if day:
                self.day = day
            yield record

    def _osv(self) -> Iterator[Record]:
        for document in documents(self._file):
            record, ecosystems = osv.record(document)
            self.ecosystems.update(ecosystems)
            self.day = max(self.day, record.modified[:10])
            yield record

    def digests(self) -> set[str]:
        """Of the file, and of what it expands to."""
        return {raw_digest(self._file), self._pieces.sha256}

    @property
    def sha256(self) -> str:
        """What tells whether a file is the same as one read before."""
        return self._pieces.sha256 if self.name is FeedName.NVD else raw_digest(self._file)

    @property
    def part(self) -> str:
        """The year whose file it is, by its name and all of its entries; the ecosystem that all entries of a zip are
        about; else UPDATES."""
        if self.name is FeedName.NVD:
            year = self._file.name.removeprefix("nvdcve-2.0-")[:4]
            named = self._file.name.startswith("nvdcve-2.0-") and year.isascii() and year.isdigit()
            return year if named and self._years == {int(year)} else UPDATES
        common = [name for name, count in self.ecosystems.items() if count == len(self.ids)]
        whole = kind_of_zip(self._file)
        return min(common) if whole and common else UPDATES


def kind_of_zip(file: FeedFile) -> bool:
    """Whether the file is an archive."""
    file.opened.seek(0)
    return file.opened.read(2) == b"PK"


async def import_flaws(app: App, file: FeedFile, origin: Origin) -> tuple[Feed, Feed | None]:
    """The part that counts now, and the one that it replaced; raise FeedError and change nothing when the file is not
    good, Conflict when another import got in between."""
    name = kind_of(file)
    if name is None:
        raise FeedError("The file is neither of NVD nor of OSV")
    raw_digest(file)
    reading = _Reading(file, name)
    parts = await app.store.read(SYSTEM, lambda tx: tx.feeds.parts(name))
    at = app.clock.now()
    generation = max(at, 1 + max((feed.generation for feed in parts), default=0))
    await _clear(app, name)
    try:
        for rows in reading.steps():
            await app.store.write(SYSTEM, partial(_add, name=name, generation=generation, rows=rows))
        if origin.sha256 and origin.sha256.lower() not in reading.digests():
            raise FeedError(
                f"The file is not the one that its maker tells of: its SHA-256 is {reading.sha256}"
            )
        before = next((feed for feed in parts if feed.part == reading.part), None)
        carried, rows_carried = (
            await _carry(app, reading, before, generation) if reading.part == UPDATES else (0, 0)
        )
        feed = Feed(
            name=name,
            part=reading.part,
            generation=generation,
            date=reading.day or rfc3339(at)[:10],
            version="",
            entries=len(reading.ids) + carried,
            rows=reading.rows + rows_carried,
            imported_at=at,
            sha256=reading.sha256,
            source=origin.source,
            etag=origin.etag,
        )
        await app.store.write(SYSTEM, lambda tx: tx.feeds.publish(feed))
    finally:
        await _clear(app, name)
    return feed, before


async def _carry(app: App, reading: _Reading, before: Feed | None, generation: int) -> tuple[int, int]:
    """Copy what the part had of other records, where no part has anything newer: (records, rows)."""
    if before is None:
        return 0, 0
    kept: set[str] = set()
    rows, after = 0, ""
    while True:
        old = await app.store.read(
            SYSTEM, partial(_kept, name=reading.name, generation=before.generation, after=after)
        )
        if not old:
            return len(kept), rows
        after = old[-1].key
        copied = await app.store.write(
            SYSTEM,
            partial(
                _copy,
                reading=reading,
                old=old,
                before=before.generation,
                generation=generation,
                kept=kept,
            ),
        )
        kept.update(row.key[1:] for row in copied if row.key.startswith("="))
        rows += len(copied)


def _kept(tx: Tx, *, name: FeedName, generation: int, after: str) -> list[KeptRow]:
    return tx.feeds.kept(name, generation, after, STEP)


def _copy(
    tx: Tx, *, reading: _Reading, old: list[KeptRow], before: int, generation: int, kept: set[str]
) -> list[KeptRow]:
    # The rows that say when a record was changed sort before all others.
    mine = set(kept)
    copied = []
    for row in old:
        id = row.key[1:] if row.key.startswith("=") else row.key.rpartition(" ")[2]
        if (
            row.key.startswith("=")
            and id not in reading.ids
            and tx.feeds.modified(reading.name, id, but=before) < row.doc
        ):
            mine.add(id)
        if id in mine:
            copied.append(row)
    tx.feeds.add(reading.name, generation, copied)
    return copied


def _add(tx: Tx, *, name: FeedName, generation: int, rows: list[KeptRow]) -> None:
    tx.feeds.add(name, generation, rows)


async def _clear(app: App, name: FeedName) -> None:
    while await app.store.write(SYSTEM, lambda tx: tx.feeds.drop_unseen(name, STEP)):
        pass


def digest_in(meta: str) -> str:
    """The SHA-256 that NVD's .meta file tells, of the expanded feed; raise FeedError."""
    for line in meta.splitlines():
        name, _, value = line.strip().partition(":")
        if name == "sha256" and is_digest(value.strip()):
            return value.strip().lower()
    raise FeedError("There is no SHA-256 in the .meta file")


def is_digest(text: str) -> bool:
    """Whether it is a SHA-256 in hex."""
    return len(text) == 64 and not text.lower().strip("0123456789abcdef")
