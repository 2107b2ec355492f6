"""What scans ask of imported feeds."""

from functools import partial
from typing import TypedDict

from cyberai.app.context import App
from cyberai.app.fingerprints import imported_fingerprints
from cyberai.app.known_flaws import known_flaws
from cyberai.domain.scan import Scan
from cyberai.engine.context import Flaws, Imported


class AskedFeeds(TypedDict):
    """Arguments of an engine session."""

    imported: Imported
    flaws: Flaws


def asked_feeds(app: App, scan: Scan) -> AskedFeeds:
    """For the scan; each answers by what is imported when it is asked."""
    return {"imported": partial(imported_fingerprints, app), "flaws": partial(known_flaws, app, scan)}
