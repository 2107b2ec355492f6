"""What a scan has created or changed on its target: kept with the scan, so that it can be found and removed."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

MAX_CHANGES = 50
"""Places kept per scan; further ones are counted only."""

MAX_SHOWN = 3
"""Pages named per place."""


class Change(Struct, frozen=True, kw_only=True):
    """One place that takes what is submitted: `method` and `url` (without query, ids replaced by `{id}`).

    `requests` counts what was sent there; `created` that an answer said so (201), `shown_at` are pages on which a
    value that was submitted there stood later."""

    method: str
    url: str
    requests: int = 0
    created: bool = False
    shown_at: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What two changes of one place have in common."""
        return f"{self.method} {self.url}"


class Changes(Struct, frozen=True, kw_only=True):
    """What is known of a scan. `omitted` counts the changes reported beyond the first MAX_CHANGES places."""

    places: tuple[Change, ...] = ()
    omitted: int = 0


def merged(changes: Changes, further: Iterable[Change]) -> Changes:
    """With further changes: those of a known place are added to it."""
    places = {change.place: change for change in changes.places}
    omitted = changes.omitted
    for change in further:
        known = places.get(change.place)
        if known is not None:
            places[change.place] = _sum(known, change)
        elif len(places) < MAX_CHANGES:
            places[change.place] = change
        else:
            omitted += 1
    return Changes(places=tuple(places.values()), omitted=omitted)


def _sum(one: Change, other: Change) -> Change:
    return replace(
        one,
        requests=one.requests + other.requests,
        created=one.created or other.created,
        shown_at=tuple(dict.fromkeys(one.shown_at + other.shown_at))[:MAX_SHOWN],
    )
