"""What one session remembers of its shard. Everything here is rebuilt lazily after a take-over: it saves
requests and ends traps, and no finding depends on it."""

import asyncio
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Generic, TypeVar

from cyberai.domain.http import Exchange, HttpRequest
from cyberai.engine.kept_token import Kept
from cyberai.engine.pairing import Pairs
from cyberai.engine.shape import check_shape, crawl_key

MAX_EXCHANGES = 16 * 1024 * 1024
"""Bytes of exchanges kept as baselines."""

_OVERHEAD = 2_500
"""Bytes that an exchange takes beside its body."""

DULL_MEMBERS = 40
"""Members of one shape crawled in a row without anything new before the rest is left out."""

DULL_RELATIVES = 80
"""The same for all requests of one method and path, whatever their parameters: every combination of filters."""

FREE_STEPS = 1_000
"""Members of one shape that lead to the next one without being farther from the entry: pages of a list."""

SAME_FORM = 3
"""Submissions of one form that differ in nothing but numbers and random texts: the row of a list it belongs to."""

LOOKED_AT = 8
"""Page structures of one shape, for each step of the scan's depth, whose headers and cookies are looked at: a site of
one program (`?page=about`)."""

SAME_VALUE = 2
"""Requests with which a header or cookie of the application is tested although it shows no influence."""

USUAL_DEPTH = 3
"""The scan's depth where nothing else is asked for."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Once(Generic[Key, Value]):
    """Values made once per key, however many ask at the same time; the oldest forgotten beyond `limit`. A failure is
    not remembered."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._values: dict[Key, Value] = {}
        self._locks: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key, make: Callable[[], Awaitable[Value]]) -> Value:
        """The value of `key`, made now when it is the first time."""
        if key in self._values:
            return self._values[key]
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._values:
                value = self._values[key] = await make()
                if len(self._values) > self._limit:
                    oldest = next(iter(self._values))
                    self._values.pop(oldest)
                    self._locks.pop(oldest, None)
                return value
        return self._values[key]

    def forget(self) -> None:
        """Make each anew when it is asked for next."""
        self._values.clear()


class Exchanges:
    """The latest answers to unaltered requests, the oldest dropped beyond MAX_EXCHANGES bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[HttpRequest, Exchange] = OrderedDict()
        self._size = 0

    def get(self, request: HttpRequest) -> Exchange | None:
        """The answer kept for exactly this request."""
        return self._kept.get(request)

    def forget(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._size = 0

    def keep(self, request: HttpRequest, exchange: Exchange) -> None:
        """Remember an answer."""
        before = self._kept.pop(request, None)
        self._size += _bytes(exchange) - (_bytes(before) if before else 0)
        self._kept[request] = exchange
        while self._size > MAX_EXCHANGES:
            _, dropped = self._kept.popitem(last=False)
            self._size -= _bytes(dropped)


class CrawlMemory:
    """What the crawler has seen: for traps, near-duplicates and caps."""

    def __init__(self, depth: int = USUAL_DEPTH) -> None:
        self._structures_tested = 1 + depth
        """Page structures of one shape that are tested separately."""
        self._structures_seen = LOOKED_AT * depth
        self._kin_tested = 2 + 2 * depth
        """Shapes that differ in the last name of their path only, and lead to pages of one structure, that are looked
        at and tested: posts of a blog, of which each takes the same parameters."""
        self._dull: Counter[str] = Counter()
        self._closed: set[str] = set()
        self._steps: Counter[str] = Counter()
        self._catch_alls: dict[str, list[Exchange]] = {}
        # Numbers instead of texts where there is one per page: a million pages are a hundred megabytes.
        self._structures: set[int] = set()
        self._kinds: Counter[int] = Counter()
        self._shapes: set[int] = set()
        self._alike: Counter[str] = Counter()
        self._values: Counter[str] = Counter()
        self._kin: dict[int, set[int]] = {}
        self._digests: dict[int, int] = {}
        self._submitted: dict[str, set[str]] = {}
        self._distinct: set[str] = set()
        self._alike_missing: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        self.proven: Counter[str] = Counter()
        self._looked_at: set[int] = set()
        self.mentioned: set[str] = set()
        self.tokens: dict[HttpRequest, Kept] = {}
        self.pairs = Pairs()

    def close_exhausted(self) -> None:
        """Take stock between two batches of units: within one, what is exhausted does not depend on which answer
        came first."""
        self._closed = {shape for shape, count in self._dull.items() if count >= _patience(shape)}

    def exhausted(self, shape: str) -> bool:
        """True when further members of this shape are not worth a request."""
        return shape in self._closed or _family(shape) in self._closed

    def learn(self, shape: str, structure: str, found: tuple[str, ...], said: bool) -> None:
        """A member of `shape` had this structure and led to requests of the shapes `found`; `said` tells that
        its text was new."""
        led_on = self._note(self._shapes, found)
        new = self._structure(shape, structure) or led_on or said
        self._weigh(shape, new)
        if "?" in shape:
            # New parameters are no news of the path: only what it says, how, and where it leads.
            family = _family(shape)
            led_on = self._note(self._shapes, {_family(other) for other in found})
            new = self._structure(family, structure) or led_on or said
            self._weigh(family, new)

    def _structure(self, shape: str, structure: str) -> bool:
        """True when the shape had no answer of this structure before."""
        key = hash((shape, structure))
        if key in self._structures:
            return False
        self._structures.add(key)
        self._kinds[hash(shape)] += 1
        return True

    @staticmethod
    def _note(known: set[int], texts: Iterable[str]) -> bool:
        """True when one of the texts is new; all are known from then on."""
        before = len(known)
        known.update(map(hash, texts))
        return len(known) > before

    def _weigh(self, shape: str, new: bool) -> None:
        if new:
            self._dull.pop(shape, None)
        else:
            self._dull[shape] += 1

    def free_step(self, shape: str) -> bool:
        """True while the next member of this shape is as near to the entry as this one: it is further down the
        same list."""
        self._steps[shape] += 1
        return self._dull[shape] == 0 and self._steps[shape] <= FREE_STEPS

    def testable(self, shape: str, structure: str) -> bool:
        """True while this structure of the shape is one of the first few."""
        return (
            hash((shape, structure)) in self._structures or self._kinds[hash(shape)] < self._structures_tested
        )

    def worth_a_look(self, shape: str, structure: str) -> bool:
        """True while this structure of the shape is one of those whose rare points are looked at."""
        return (
            hash((shape, structure)) in self._structures or self._kinds[hash(shape)] < self._structures_seen
        )

    def new_value(self, name: str) -> bool:
        """True the first SAME_VALUE times: a cookie that many pages get is tested with few of them."""
        self._values[name] += 1
        return self._values[name] <= SAME_VALUE

    def among_first(self, kin: str, shape: str) -> bool:
        """True while this shape is one of the first few of its kin."""
        members = self._kin.setdefault(hash(kin), set())
        if len(members) < self._kin_tested:
            members.add(hash(shape))
        return hash(shape) in members

    def alike(self, origin: str, structure: str) -> int:
        """How many pages of this structure were met on the origin, this one included."""
        self._alike[f"{origin} {structure}"] += 1
        return self._alike[f"{origin} {structure}"]

    def first_look(self, shape: str) -> bool:
        """True once per shape: for the checks of pages."""
        return self._note(self._looked_at, (shape,))

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
        key = hashlib.sha256(origin.encode() + b"\n" + body).digest()[:8]
        own = hash(path)
        return self._digests.setdefault(int.from_bytes(key), own) != own

    def met(self, origin: str, *, distinct: bool, alike: bool) -> None:
        """A page besides the entry that differs from what is not there, or one that looks like it."""
        if distinct:
            self._distinct.add(origin)
        self._alike_missing[origin] += alike

    def indistinct(self) -> dict[str, int]:
        """The origins of which every page looks like what is not there, and how many were met."""
        return {o: n for o, n in self._alike_missing.items() if n and o not in self._distinct}

    def catch_alls(self, origin: str) -> list[Exchange]:
        """One answer of each program of the origin that answers for every path below it; the caller adds."""
        return self._catch_alls.setdefault(origin, [])

    def first_mention(self, address: str) -> bool:
        """True once per address: for ledger entries about links that are not followed."""
        if address in self.mentioned or len(self.mentioned) >= 10_000:
            return False
        self.mentioned.add(address)
        return True


def _family(shape: str) -> str:
    """The shape less its parameters."""
    return shape.partition("?")[0] + "?*"


def _patience(shape: str) -> int:
    return DULL_RELATIVES if shape.endswith("?*") else DULL_MEMBERS


def _bytes(exchange: Exchange) -> int:
    return len(exchange.response.body) + _OVERHEAD
