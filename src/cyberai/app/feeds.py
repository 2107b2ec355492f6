"""Importing feeds (EPSS, KEV, fingerprints of services) and scoring anew what they are about, in steps that hold nobody up."""

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.fingerprints import untranslatable
from cyberai.app.recog_archive import RecogFeed, is_recog, read_recog_feed
from cyberai.app.times import rfc3339
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.event import EventType
from cyberai.domain.feeds import EpssFile, FeedError, KevFile, read_feed
from cyberai.domain.history import BY_ITSELF
from cyberai.domain.ids import SYSTEM
from cyberai.domain.recog import Fingerprint
from cyberai.domain.risk import terms_of
from cyberai.domain.threat import Epss, Kev
from cyberai.ports.feeds import Feed, FeedName
from cyberai.ports.store import Tx

STEP = 2_000
"""Entries written or removed per transaction."""
SCORED = 100
"""Vulnerabilities looked at per transaction."""


_NAMES = {EpssFile: FeedName.EPSS, KevFile: FeedName.KEV, RecogFeed: FeedName.RECOG}
Part = tuple[Epss, ...] | tuple[Kev, ...] | tuple[Fingerprint, ...]


class Imported(Struct, frozen=True, kw_only=True):
    """What an import did: the feed that counts now, the one it replaced, how many vulnerabilities with a CVE were looked
    at in all workspaces, and the risk of how many changed. `left_out` names the fingerprints whose patterns our engine
    cannot run."""

    feed: Feed
    replaced: Feed | None
    scored: int
    changed: int
    left_out: tuple[str, ...] = ()


async def import_feed(
    app: App, data: bytes, told: Callable[[int, int], None] | None = None, *, source: str = "", etag: str = ""
) -> Imported:
    """Take the feed in these bytes; raise InvalidRequest and change nothing when it is none, Conflict when another import
    got in between. `told` hears how many of how many entries are stored; `source` and `etag` are kept with the feed. Stopped half-way, the feed before still
    counts, and the next import clears up."""
    try:
        file = read_recog_feed(data) if is_recog(data) else read_feed(data)
    except FeedError as error:
        raise InvalidRequest(str(error), reason="Give the file as FIRST, CISA or recog publish it") from error
    name = _NAMES[type(file)]
    before = await app.store.read(SYSTEM, lambda tx: tx.feeds.current(name))
    await _clear(app, name)
    at = app.clock.now()
    feed = Feed(
        name=name,
        # Never that of the feed that counts, also where the clock was set back.
        generation=max(at, before.generation + 1 if before else 0),
        date=file.date or rfc3339(at)[:10],
        version=file.version,
        entries=len(file.entries),
        imported_at=at,
        source=source,
        etag=etag,
    )
    await _fill(app, feed, file, told)
    await app.store.write(SYSTEM, lambda tx: tx.feeds.publish(feed))
    left_out = untranslatable(file.entries) if isinstance(file, RecogFeed) else ()
    scored, changed = (0, 0) if isinstance(file, RecogFeed) else await score_anew(app)
    await _clear(app, name)
    return Imported(feed=feed, replaced=before, scored=scored, changed=changed, left_out=left_out)


async def current_feeds(app: App) -> tuple[Feed, ...]:
    """The feeds that count."""
    found = await app.store.read(SYSTEM, lambda tx: [tx.feeds.parts(name) for name in FeedName])
    return tuple(feed for parts in found for feed in parts)


async def score_anew(app: App) -> tuple[int, int]:
    """Give every vulnerability with a CVE what the feeds say now; how many were looked at, and the risk of how many
    changed. What a scan finds meanwhile asks the feeds itself."""
    scored = changed = 0
    for workspace in await app.store.read(SYSTEM, lambda tx: tx.workspaces()):
        reached: int | None = None
        while True:
            looked, moved, reached = await app.store.write(workspace, partial(_score, app, before=reached))
            scored, changed = scored + looked, changed + moved
            if reached is None:
                break
    return scored, changed


def _score(app: App, tx: Tx, *, before: int | None) -> tuple[int, int, int | None]:
    rows = tx.vulnerabilities.with_cve(before, SCORED)
    at, moved = app.clock.now(), 0
    for row in [ranked.vulnerability for ranked in rows]:
        threat = tx.feeds.threat(row.cve)
        if threat == row.threat:
            continue
        after = row.replace(threat=threat, updated_at=at)
        tx.vulnerabilities.update(after, BY_ITSELF)
        if terms_of(after).score != terms_of(row).score:
            tx.events.append(vulnerability_event(app, EventType.VULNERABILITY_UPDATED, after, at))
            moved += 1
    return len(rows), moved, rows[-1].rank if len(rows) == SCORED else None


async def _fill(
    app: App, feed: Feed, file: EpssFile | KevFile | RecogFeed, told: Callable[[int, int], None] | None
) -> None:
    for start in range(0, len(file.entries), STEP):
        part: Part = file.entries[start : start + STEP]
        await app.store.write(SYSTEM, partial(_add, feed=feed, part=part))
        if told:
            told(start + len(part), feed.entries)


def _add(tx: Tx, *, feed: Feed, part: Part) -> None:
    tx.feeds.add(feed.name, feed.generation, part)


async def _clear(app: App, name: FeedName) -> None:
    while await app.store.write(SYSTEM, lambda tx: tx.feeds.drop_unseen(name, STEP)):
        pass
