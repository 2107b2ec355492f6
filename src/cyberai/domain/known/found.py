"""The flaws that are published of one product, as a check is told of them."""

from msgspec import Struct

from cyberai.domain.known.age import STALE, age_in_words
from cyberai.domain.known.match import Match
from cyberai.domain.threat import Threat


class FeedAge(Struct, frozen=True):
    """A feed that was looked into: its name (`NVD`), the day of its newest part, and how many days ago that was."""

    name: str
    day: str
    days: int

    @property
    def words(self) -> str:
        """For people."""
        old = "; it is old" if self.days > STALE else ""
        return f"{self.name} of {self.day} ({age_in_words(self.days)}{old})"


class KnownFlaw(Struct, frozen=True):
    """A match, and what is known of its use in the world."""

    match: Match
    threat: Threat | None = None

    @property
    def weight(self) -> tuple[bool, bool, float, float]:
        """Greater is worse: nothing speaks against it, known to be exploited, the chance of that, the CVSS score."""
        threat = self.threat or Threat()
        epss = threat.epss.score if threat.epss else 0.0
        return self.match.doubt is None, threat.kev is not None, epss, self.match.score


class KnownFlaws(Struct, frozen=True):
    """All of them, the worst first, and what was looked into."""

    flaws: tuple[KnownFlaw, ...]
    feeds: tuple[FeedAge, ...]


def worst_first(flaws: list[KnownFlaw]) -> tuple[KnownFlaw, ...]:
    """By weight; the newest number first among equals."""
    return tuple(sorted(flaws, key=lambda flaw: (flaw.weight, flaw.match.id), reverse=True))
