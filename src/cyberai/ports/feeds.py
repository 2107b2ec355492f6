"""What is kept of imported feeds (EPSS, KEV, fingerprints of services, known flaws of NVD and OSV): of the whole
deployment, for all workspaces to read."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from cyberai.domain.known.match import Row
from cyberai.domain.recog import Fingerprint
from cyberai.domain.threat import Epss, Kev, Threat


class FeedName(StrEnum):
    """The feeds that can be imported."""

    EPSS = "epss"
    KEV = "kev"
    RECOG = "recog"
    NVD = "nvd"
    OSV = "osv"


UPDATES = "updates"
"""The part of a feed in which single records and changes are kept, whatever part they belong to."""


class KeptRow(Struct, frozen=True):
    """A row of a feed that is stored as it is: its key, and its text (JSON)."""

    key: str
    doc: str


class Feed(Struct, frozen=True, kw_only=True):
    """An imported feed: the day it is of, the version its maker gives it, how many CVEs or fingerprints are in it, and when it was
    imported (UTC microseconds). `generation` tells its rows from those of other imports.

    NVD and OSV come in parts, which count side by side: `part` is a year, an ecosystem, or UPDATES. `rows` is how many
    rows it has where that is not `entries`. `sha256` is the digest of what was read (expanded), `source` where it was
    fetched from, with the `etag` that came along."""

    name: FeedName
    generation: int
    date: str
    version: str
    entries: int
    imported_at: int
    part: str = ""
    rows: int = 0
    sha256: str = ""
    source: str = ""
    etag: str = ""


class FeedTx(Protocol):
    """Imports come in many small transactions (SYSTEM only): rows are added under a new generation that nobody sees,
    `publish` shows them all at once, `drop_unseen` removes what does not count."""

    def current(self, name: FeedName, part: str = "") -> Feed | None:
        """The feed that counts, or None when none was imported: of a feed in parts the one of that part."""
        ...

    def parts(self, name: FeedName) -> tuple[Feed, ...]:
        """All parts that count, by their names."""
        ...

    def add(
        self,
        name: FeedName,
        generation: int,
        rows: Iterable[Epss] | Iterable[Kev] | Iterable[Fingerprint] | Iterable[KeptRow],
    ) -> None:
        """Add entries under a generation that is not published yet."""
        ...

    def publish(self, feed: Feed) -> None:
        """From now on this generation counts; raise Conflict when not all of its entries are there, because another
        import went on at the same time."""
        ...

    def drop_unseen(self, name: FeedName, limit: int) -> bool:
        """Remove about `limit` entries of generations that do not count; False when there are none."""
        ...

    def threat(self, cves: tuple[str, ...]) -> Threat | None:
        """What the current feeds say of these CVEs (any workspace)."""
        ...

    def fingerprints(self) -> list[Fingerprint]:
        """The imported fingerprints of services, in order (any workspace)."""
        ...

    def threats(self, cves: tuple[str, ...]) -> dict[str, Threat]:
        """What the current feeds say of each of these CVEs, where they say anything (any workspace)."""
        ...

    def flaws(self, name: FeedName, starts: tuple[str, ...]) -> list[Row]:
        """What the parts of the feed that count say of every product whose name begins so; of each record what was
        published last (any workspace)."""
        ...

    def kept(self, name: FeedName, generation: int, after: str, limit: int) -> list[KeptRow]:
        """Rows of a generation in the order of their keys, from behind `after`."""
        ...

    def modified(self, name: FeedName, id: str, *, but: int = 0) -> str:
        """When the record was changed last, by the newest part that has it (but that of the generation `but`); empty
        where none has it."""
        ...
