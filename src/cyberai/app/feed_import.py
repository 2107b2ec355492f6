"""Importing a file that somebody has: whatever feed it is, its content says."""

from cyberai.app.context import App
from cyberai.app.feed_files import FeedFile, kind_of, raw_digest
from cyberai.app.feeds import Imported, import_feed
from cyberai.app.flaw_feeds import Origin, import_flaws
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.feeds import MAX_BYTES, FeedError

PUBLISHED = "Give the file as FIRST, CISA, NVD, OSV or recog publish it"


async def import_file(app: App, file: FeedFile, origin: Origin | None = None) -> Imported:
    """Take the feed in the file; raise InvalidRequest and change nothing when it is none, or not the one that `origin`
    tells of; Conflict when another import got in between."""
    origin = origin or Origin()
    try:
        if kind_of(file) is not None:
            feed, before = await import_flaws(app, file, origin)
            return Imported(feed=feed, replaced=before, scored=0, changed=0)
        _require(file, origin)
    except FeedError as error:
        raise InvalidRequest(str(error), reason=PUBLISHED) from error
    file.opened.seek(0)
    data = file.opened.read(MAX_BYTES + 1)
    return await import_feed(app, data, source=origin.source, etag=origin.etag)


def _require(file: FeedFile, origin: Origin) -> None:
    if origin.sha256 and raw_digest(file) != origin.sha256.lower():
        raise FeedError(f"The file is not the one that its maker tells of: its SHA-256 is {raw_digest(file)}")
