"""Recognising a web application firewall: payloads are refused, harmless values of the same length are not. Refused by
a status; for pages that say 200 see block_page."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.block_page import BlockPages, Shape

REFUSALS = frozenset({403, 406, 429})
"""Statuses with which firewalls refuse: forbidden, not acceptable (ModSecurity), too many requests."""

MIN_PAYLOADS = 12
"""Payloads before anything is said of a host."""

PROOFS = 2
"""Places at which a harmless value of the refused payload's length was let through."""

MAX_TRIALS = 6
"""Harmless values sent to one host for that."""

_HARMLESS = frozenset("-_. ~")
Place = tuple[str, int]


class Firewalls:
    """What the hosts of a shard did with payloads."""

    def __init__(self) -> None:
        self._payloads: Counter[Place] = Counter()
        self._refused: Counter[Place] = Counter()
        self._trials: Counter[Place] = Counter()
        self._statuses: dict[Place, Counter[int]] = {}
        self._passed: dict[Place, set[str]] = {}
        self._pages: defaultdict[Place, BlockPages] = defaultdict(BlockPages)

    @staticmethod
    def refuses(status: int) -> bool:
        """True for a status with which firewalls refuse."""
        return status in REFUSALS

    @staticmethod
    def suspects(text: str) -> bool:
        """True for a value with characters that a filter may take for an attack."""
        return any(not c.isalnum() and c not in _HARMLESS for c in text)

    def answered(self, point: InsertionPoint, status: int) -> bool:
        """Note the answer to a payload; True when a harmless value should be tried at this point as well."""
        place = _place(point)
        self._payloads[place] += 1
        if status not in REFUSALS:
            return False
        self._refused[place] += 1
        self._statuses.setdefault(place, Counter())[status] += 1
        passed = self._passed.setdefault(place, set())
        if len(passed) >= PROOFS or _name(point) in passed or self._trials[place] >= MAX_TRIALS:
            return False
        self._trials[place] += 1
        return True

    def harmless(self, point: InsertionPoint, status: int) -> None:
        """Note the answer to a harmless value where a payload of its length was refused."""
        if status not in REFUSALS:
            self._passed.setdefault(_place(point), set()).add(_name(point))

    def pages(self, point: InsertionPoint) -> BlockPages:
        """What looks like a block page on the point's host."""
        return self._pages[_place(point)]

    def block_pages(self, place: Place) -> frozenset[Shape]:
        """The block pages of this host and port that do not say so by their status."""
        pages = self._pages.get(place)
        return pages.found() if pages is not None else frozenset()

    def stands_before(self, place: Place) -> bool:
        """True when most payloads to this host and port were refused for what they hold."""
        if self.block_pages(place):
            return True
        payloads = self._payloads[place]
        enough = payloads >= MIN_PAYLOADS and 2 * self._refused[place] > payloads
        return enough and len(self._passed.get(place, ())) >= PROOFS

    def found(self) -> Iterator[tuple[Place, str]]:
        """The hosts behind a firewall, each with what shows it in words."""
        for place, payloads in self._payloads.items():
            if self.block_pages(place):
                yield place, self._pages[place].told()
            elif self.stands_before(place):
                status = self._statuses[place].most_common(1)[0][0]
                yield (
                    place,
                    f"HTTP {status} to {self._refused[place]:,} of {payloads:,} payloads, "
                    "while harmless values of the same length pass",
                )


def _place(point: InsertionPoint) -> Place:
    return point.request.url.host, point.request.url.port


def _name(point: InsertionPoint) -> str:
    return f"{point.request.method} {point.request.url.path} {point.kind} {point.name}"
