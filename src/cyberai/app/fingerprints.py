"""The imported fingerprints of services, as scans use them."""

from collections.abc import Iterable

from cyberai.app.context import App
from cyberai.checkkit.fingerprints import ImportedFingerprints
from cyberai.checkkit.ruby_patterns import NotTranslatable, compiled
from cyberai.domain.ids import SYSTEM
from cyberai.domain.recog import Fingerprint
from cyberai.engine.context import Lookup
from cyberai.ports.feeds import FeedName

_kept: dict[int, ImportedFingerprints] = {}
"""By the generation of the import: a worker reads and compiles them once, not for each of its scans."""


async def imported_fingerprints(app: App) -> Lookup:
    """What was imported last; nothing when nothing was."""
    feed = await app.store.read(SYSTEM, lambda tx: tx.feeds.current(FeedName.RECOG))
    generation = feed.generation if feed is not None else 0
    if generation not in _kept:
        rows = await app.store.read(SYSTEM, lambda tx: tx.feeds.fingerprints())
        _kept.clear()
        _kept[generation] = ImportedFingerprints(rows)
    return _kept[generation].read


def untranslatable(fingerprints: Iterable[Fingerprint]) -> tuple[str, ...]:
    """Those whose patterns our engine cannot run, with the reason: they are kept and match nothing."""
    found = []
    for fingerprint in fingerprints:
        try:
            compiled(fingerprint.pattern, fingerprint.flags)
        except NotTranslatable as error:
            found.append(f"{fingerprint.key}: {error}")
    return tuple(found)
