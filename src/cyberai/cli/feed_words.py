"""Feeds in words: what was imported, and how old it is."""

from collections.abc import Iterable, Iterator

from cyberai.app.feeds import Imported
from cyberai.app.times import rfc3339
from cyberai.cli.console import plain
from cyberai.domain.known.age import STALE, STALE_SCORES, age_in_words, days_old
from cyberai.ports.feeds import UPDATES, Feed, FeedName

_UNITS = {FeedName.RECOG: "fingerprint", FeedName.OSV: "record"}
_OF_FLAWS = (FeedName.NVD, FeedName.OSV)


def feed_in_words(feed: Feed, now: int | None = None) -> str:
    """One line; with `now` (UTC microseconds) also how old it is."""
    version = f" ({plain(feed.version, 100)})" if feed.version else ""
    what = _UNITS.get(feed.name, "CVE") + ("" if feed.entries == 1 else "s")
    name = f"{feed.name.value.upper():<5}" + (f" {plain(feed.part, 60):<7}" if feed.part else "")
    age = f", {age_in_words(days_old(feed.date, rfc3339(now)))}" if now is not None else ""
    return f"{name}  of {feed.date}{age}, {feed.entries:,} {what}{version}"


def old_in_words(feeds: Iterable[Feed], now: int) -> Iterator[str]:
    """A warning for each kind of feed that is old. A past year of NVD changes too: what counts is the newest part."""
    newest: dict[FeedName, str] = {}
    for feed in feeds:
        newest[feed.name] = max(newest.get(feed.name, ""), feed.date)
    for name, day in newest.items():
        limit = STALE if name in _OF_FLAWS else STALE_SCORES
        days = days_old(day, rfc3339(now))
        if name is not FeedName.RECOG and days > limit:
            yield f"{name.value.upper()} is {days:,} days old: what became known since is missing; see cyberai feeds update --help"


def imported_in_words(done: Imported) -> Iterator[str]:
    """What an import did."""
    feed, before = done.feed, done.replaced
    if before is None or feed.part == UPDATES:
        words = ""
    elif before.date > feed.date:
        words = f"; it replaces a newer one, of {before.date}"
    else:
        words = f"; it replaces the one of {before.date}"
    yield f"{feed_in_words(feed)}{words}"
    if feed.name in _OF_FLAWS:
        yield "Scans that begin from now on look versions up in it"
    elif feed.name is FeedName.RECOG:
        yield from _left_out(done.left_out)
    else:
        flaws = "vulnerability has" if done.scored == 1 else "vulnerabilities have"
        yield f"{done.scored:,} {flaws} a CVE; the risk of {done.changed:,} changed"


def _left_out(names: tuple[str, ...]) -> Iterator[str]:
    if not names:
        yield "All of their patterns can be run"
        return
    yield f"{len(names):,} of their patterns cannot be run and match nothing:"
    for name in names[:20]:
        yield f"  {name}"
