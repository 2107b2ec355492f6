"""What a scan has created or changed on its target, as far as the target's own answers say so."""

from collections import Counter

from cyberai.domain.change import MAX_SHOWN, Change
from cyberai.domain.fingerprint import normalise_path
from cyberai.domain.http import HttpRequest, HttpResponse, Url

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CREATED = 201

MAX_PLACES = 2_000
"""Places counted; the rest of a site with more is not."""

Place = tuple[str, str]


class Writes:
    """Counts what is sent to each place, and tells those of which something is known to have come."""

    def __init__(self) -> None:
        self._untold: Counter[Place] = Counter()
        self._created: set[Place] = set()
        self._shown: dict[Place, dict[str, None]] = {}
        self._news: set[Place] = set()

    def answered(self, request: HttpRequest, response: HttpResponse) -> None:
        """A request was answered."""
        if request.method not in _WRITING:
            return
        place = _place(request)
        if place not in self._untold and len(self._untold) >= MAX_PLACES:
            return
        self._untold[place] += 1
        if response.status == _CREATED and place not in self._created:
            self._created.add(place)
            self._news.add(place)

    def shown(self, request: HttpRequest, page: Url) -> None:
        """What the request submitted stands on this page."""
        if request.method not in _WRITING:
            return
        pages = self._shown.setdefault(_place(request), {})
        if len(pages) < MAX_SHOWN:
            pages.setdefault(f"{page.origin}{page.path}"[:500])
            self._news.add(_place(request))

    def drain(self) -> tuple[Change, ...]:
        """What is new since the last call."""
        known = self._created | self._shown.keys()
        places = sorted(place for place in known if self._untold[place] or place in self._news)
        changes = tuple(
            Change(
                method=place[0],
                url=place[1],
                requests=self._untold[place],
                created=place in self._created,
                shown_at=tuple(self._shown.get(place, ())),
            )
            for place in places
        )
        self._news.clear()
        for place in places:
            self._untold[place] = 0
        return changes


def _place(request: HttpRequest) -> Place:
    return request.method, f"{request.url.origin}{normalise_path(request.url.path)}"[:500]
