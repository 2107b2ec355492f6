"""Values that are told again wherever they turn up: one fresh word for every place of a request, each tied to its place.

All words of a scan begin alike, so that one search tells whether a page holds any of them.
"""

from collections.abc import Iterator, Sequence

import re2
from msgspec import Struct, structs

from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.field_words import MAIL, TEXT, words
from cyberai.engine.insertion import ordinary_points
from cyberai.engine.rendering import render
from cyberai.ports.runtime import Rng

_LENGTH = 6
_HEADERS = ("User-Agent", "Referer")
"""Header fields that applications keep: whoever looks at the log reads them."""

_WRITTEN = frozenset(
    {
        InsertionKind.QUERY,
        InsertionKind.FORM,
        InsertionKind.JSON,
        InsertionKind.MULTIPART,
        InsertionKind.FILE_NAME,
    }
)
_COMMANDS = frozenset(
    {"action", "do", "op", "cmd", "command", "mode", "submit", "method", "task", "step", "view"}
)
_SECRETS = ("pass", "pwd")


class Plant(Struct, frozen=True):
    """A word and the place it was put into."""

    word: str
    asset: RequestAsset
    point: InsertionPoint


class Garden:
    """The words that were planted, and how they are found again."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._stem = "q" + rng.letters(_LENGTH - 1)
        self._find = re2.compile(f"(?i){self._stem}[a-z]{{{_LENGTH}}}".encode())
        self._plants: dict[str, Plant] = {}

    def word(self) -> str:
        """A fresh one."""
        return self._stem + self._rng.letters(_LENGTH)

    def put(self, plants: Sequence[Plant]) -> None:
        """These were sent."""
        self._plants.update((plant.word, plant) for plant in plants)

    def found(self, body: bytes) -> list[Plant]:
        """The plants that this text holds, each once."""
        seen = dict.fromkeys(match.decode().lower() for match in self._find.findall(body))
        return [self._plants[word] for word in seen if word in self._plants]

    def __len__(self) -> int:
        return len(self._plants)


def planted(asset: RequestAsset, garden: Garden) -> Iterator[tuple[HttpRequest, list[Plant]]]:
    """The request with a word in each place that takes free text: first in what we filled in, then also in what the
    page had there, which a choice or a command may refuse."""
    points = [point for point in ordinary_points(asset.request) if _free(point)]
    ours = [point for point in points if TEXT in point.value.lower() or not point.value]
    theirs = [point for point in points if point not in ours]
    headers = _headers(asset.request)
    if ours:
        yield _filled(asset, [*ours, *headers], garden)
    if theirs:
        yield _filled(asset, [*theirs, *(ours or headers)], garden)


def _filled(
    asset: RequestAsset, points: list[InsertionPoint], garden: Garden
) -> tuple[HttpRequest, list[Plant]]:
    request, plants = asset.request, []
    for point in points:
        word = garden.word()
        request = render(structs.replace(point, request=request), _value(point, word))
        plants.append(Plant(word, asset, point))
    return request, plants


def _headers(request: HttpRequest) -> list[InsertionPoint]:
    values = {"User-Agent": "", "Referer": f"{request.url.origin}/"}
    return [
        InsertionPoint(request, InsertionKind.HEADER, name, values[name])
        for name in _HEADERS
        if request.header(name) is None
    ]


def _value(point: InsertionPoint, word: str) -> str:
    """The word where such a value may have it: a mail address stays one."""
    value = point.value
    local, at, domain = value.partition("@")
    if at and local and "." in domain and " " not in value:
        return f"{word}@{domain}"
    if point.kind is InsertionKind.FILE_NAME:
        return f"{word}.{value.rpartition('.')[2]}"
    return f"{value}{word}"


def _free(point: InsertionPoint) -> bool:
    """True for what a person may write as they like; not for numbers, dates, passwords and names of actions."""
    if point.kind not in _WRITTEN or point.coding:
        return False
    spoken = list(words(point.name))
    if any(part in point.name.lower() for part in _SECRETS) or (spoken and spoken[-1] in _COMMANDS):
        return False
    if point.value in ("on", "true", "false", "null"):
        return False
    return not point.value or point.value == MAIL or any(c.isalpha() for c in point.value)
