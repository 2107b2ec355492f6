"""What is kept of imported feeds (EPSS, KEV, fingerprints of services): of the whole deployment, for all workspaces to read."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from cyberai.domain.recog import Fingerprint
from cyberai.domain.threat import Epss, Kev, Threat


class FeedName(StrEnum):
    """The feeds that can be imported."""

    EPSS = "epss"
    KEV = "kev"
    RECOG = "recog"


class Feed(Struct, frozen=True, kw_only=True):
    """An imported feed: the day it is of, the version its maker gives it, how many CVEs or fingerprints are in it, and when it was
    imported (UTC microseconds). `generation` tells its rows from those of other imports."""

    name: FeedName
    generation: int
    date: str
    version: str
    entries: int
    imported_at: int


class FeedTx(Protocol):
    """Imports come in many small transactions (SYSTEM only): rows are added under a new generation that nobody sees,
    `publish` shows them all at once, `drop_unseen` removes what does not count."""

    def current(self, name: FeedName) -> Feed | None:
        """The feed that counts, or None when none was imported."""
        ...

    def add(
        self, name: FeedName, generation: int, rows: Iterable[Epss] | Iterable[Kev] | Iterable[Fingerprint]
    ) -> None:
        """Add entries under a generation that is not published yet."""
        ...

    def publish(self, feed: Feed) -> None:
        """From now on this generation counts; raise Conflict when not all of its entries are there, because another
        import went on at the same time."""
        ...

    def drop_unseen(self, name: FeedName, limit: int) -> bool:
        """Remove about `limit` entries of generations other than the current one; False when there are none."""
        ...

    def threat(self, cves: tuple[str, ...]) -> Threat | None:
        """What the current feeds say of these CVEs (any workspace)."""
        ...

    def fingerprints(self) -> list[Fingerprint]:
        """The imported fingerprints of services, in order (any workspace)."""
        ...
