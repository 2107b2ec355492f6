"""What the page of one vulnerability tells of its life: what happened to it, and where it is."""

from typing import Any

from msgspec import Struct

from cyberai.app.resources import VulnerabilityResource
from cyberai.app.vulnerability_life import ChangeResource, list_occurrences, vulnerability_history
from cyberai.domain.history import COMMENT, TIMES
from cyberai.web.visit import Visit
from cyberai.web.words import human, when

SHOWN = 20
"""Entries and places shown; the API has all."""

_NAMES = {
    "severity_override": "Severity",
    "due_at": "Due",
    "accept_until": "Accepted until",
    "acceptance_announced": "Announced: the acceptance ends",
    COMMENT: "Comment",
    "notes": "Comment shown",
}
_WHO = {"key": "API key", "scan": "Scan", "operator": "Command line", "system": "The server"}


class Happened(Struct, frozen=True, kw_only=True):
    """An entry in words: `text` and `reason` are somebody's, the rest ours."""

    at: str
    what: str
    text: str
    reason: str
    who: str
    id: str


async def finding_life(visit: Visit, row: VulnerabilityResource) -> dict[str, Any]:
    """The values of the template."""
    app, workspace = visit.app, visit.workspace
    history = await vulnerability_history(app, workspace, row.id, limit=SHOWN, cursor=None)
    places = await list_occurrences(app, workspace, row.id, limit=SHOWN, cursor=None)
    return {
        "history": [_happened(entry) for entry in history.data],
        "more_history": history.has_more,
        "places": places.data if row.occurrences > 1 else [],
    }


def _happened(entry: ChangeResource) -> Happened:
    return Happened(
        at=entry.at,
        what=_NAMES.get(entry.field, human(entry.field).capitalize()),
        text=_text(entry.field, entry.after),
        reason=entry.reason or "",
        who=_WHO[entry.actor.type],
        id=entry.actor.id or "",
    )


def _text(field: str, value: Any) -> str:
    if not value:
        return "taken back"
    if field in TIMES:
        return when(value)
    if isinstance(value, str):
        return human(value) if field in ("status", "detection") else value
    return ", ".join(value)
