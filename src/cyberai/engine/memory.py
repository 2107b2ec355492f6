"""What one session remembers of its shard. Everything here is rebuilt lazily after a take-over: it saves
requests and ends traps, and no finding depends on it."""

import asyncio
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cyberai.domain.http import Exchange, HttpRequest
from cyberai.engine.shape import check_shape, crawl_key

MAX_EXCHANGES = 32 * 1024 * 1024
"""Bytes of response bodies kept as baselines."""

DULL_MEMBERS = 40
"""Members of one shape crawled in a row without anything new before the rest is left out."""

SAME_FORM = 3
"""Submissions of one form that differ in nothing but numbers and random texts: the row of a list it belongs to."""

MAX_STRUCTURES = 4
"""Page structures of one shape that are tested separately."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Once(Generic[Key, Value]):
    """Values made once per key, however many ask at the same time. A failure is not remembered."""

    def __init__(self) -> None:
        self._values: dict[Key, Value] = {}
        self._locks: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key, make: Callable[[], Awaitable[Value]]) -> Value:
        """The value of `key`, made now when it is the first time."""
        if key in self._values:
            return self._values[key]
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._values:
                self._values[key] = await make()
        return self._values[key]


class Exchanges:
    """The latest answers to unaltered requests, the oldest dropped beyond MAX_EXCHANGES bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[HttpRequest, Exchange] = OrderedDict()
        self._size = 0

    def get(self, request: HttpRequest) -> Exchange | None:
        """The answer kept for exactly this request."""
        return self._kept.get(request)

    def keep(self, request: HttpRequest, exchange: Exchange) -> None:
        """Remember an answer."""
        before = self._kept.pop(request, None)
        self._size += len(exchange.response.body) - (len(before.response.body) if before else 0)
        self._kept[request] = exchange
        while self._size > MAX_EXCHANGES:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped.response.body)


class CrawlMemory:
    """What the crawler has seen: for traps, near-duplicates and caps."""

    def __init__(self) -> None:
        self._dull: Counter[str] = Counter()
        self._structures: dict[str, set[str]] = {}
        self._shapes: set[str] = set()
        self._alike: Counter[str] = Counter()
        self._digests: dict[bytes, str] = {}
        self._submitted: dict[str, set[str]] = {}
        self.pages: Counter[str] = Counter()
        self._looked_at: set[str] = set()
        self.mentioned: set[str] = set()

    def exhausted(self, shape: str) -> bool:
        """True when further members of this shape are not worth a request."""
        return self._dull[shape] >= DULL_MEMBERS

    def learn(self, shape: str, structure: str, found: tuple[str, ...]) -> None:
        """A member of `shape` had this structure and led to requests of the shapes `found`."""
        structures = self._structures.setdefault(shape, set())
        new = structure not in structures or any(other not in self._shapes for other in found)
        if len(structures) < 64:
            structures.add(structure)
        self._shapes.update(found)
        self._dull[shape] = 0 if new else self._dull[shape] + 1

    def testable(self, shape: str, structure: str) -> bool:
        """True while this structure of the shape is one of the first few."""
        structures = self._structures.get(shape, set())
        return structure in structures or len(structures) < MAX_STRUCTURES

    def alike(self, origin: str, structure: str) -> int:
        """How many pages of this structure were met on the origin, this one included."""
        self._alike[f"{origin} {structure}"] += 1
        return self._alike[f"{origin} {structure}"]

    def first_look(self, shape: str) -> bool:
        """True once per shape: for the checks of pages."""
        known = shape in self._looked_at
        self._looked_at.add(shape)
        return not known

    def submitted_enough(self, request: HttpRequest) -> bool:
        """True when this form was submitted SAME_FORM times with other numbers in it."""
        key = crawl_key(request)
        members = self._submitted.setdefault(key.partition(" #")[0], set())
        if key in members:
            return False
        if len(members) >= SAME_FORM:
            return True
        members.add(key)
        return False

    def taken_apart(self, request: HttpRequest, structure: str) -> bool:
        """True when the fields of this form were tried one by one already."""
        return not self.first_mention(f"apart {check_shape(request, structure)}")

    def duplicate(self, origin: str, path: str, body: bytes) -> bool:
        """True when another path of the origin had exactly this body."""
        key = hashlib.sha256(origin.encode() + b"\n" + body).digest()
        return self._digests.setdefault(key, path) != path

    def first_mention(self, address: str) -> bool:
        """True once per address: for ledger entries about links that are not followed."""
        if address in self.mentioned or len(self.mentioned) >= 10_000:
            return False
        self.mentioned.add(address)
        return True
