"""The differential engine: does the application *evaluate* a condition we sent, or does it merely differ?

One engine serves every injection class whose proof is a pair of answers. A page is reduced to features (words
with their count, their order, status, redirect, cookies), our own reflection is taken out, and a set of
true and false conditions with fresh random values is sent. Only a feature that is present in **every** answer
of one side and in **no** answer of the other survives; time stamps, tokens and advertisements cannot, because
they do not know which side they are on.

How chance is kept out (own arithmetic; the idea of random inverse pairs is common to boolean-based tools):

* The order of the two sides follows the Thue-Morse sequence (TF FT FT TF ...), which is balanced against drift
  and against every short period, so a counter or an A/B rotation cannot follow it; both orders occur.
* A feature that flips by chance follows a given pattern of n answers with probability at most 2^(1-n). With k
  features that were seen to flip, pairs are added until k * 2^(1-n) < 10^-6, or the hypothesis is dropped.
* Nonsense controls (the same length, the same numbers, one keyword broken) must not show the two sides: a page
  that answers every input differently, or that looks at the numbers and not at the condition, is never a hit.
* The side that should leave the page alone must carry the page's own features, baseline included.
* An answer that says the target is limiting or blocking us (429, 502-504, or a block the baseline had not)
  ends the hypothesis: it proves nothing.

Timing by linear regression will use the same `Hypothesis` with a delay instead of a condition.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from math import ceil, log2

from msgspec import Struct

from cyberai.checkkit.echoes import without_echoes
from cyberai.checkkit.text import Pattern, escape, excerpt
from cyberai.domain.http import Exchange, HttpResponse

Send = Callable[[str], Awaitable[Exchange]]
"""Puts a whole value (the original value included where it is wanted) at the place under test."""

Feature = tuple[bytes, ...]
Sides = dict[bool, list[frozenset[Feature]]]

MIN_PAIRS = 10
"""Pairs before a quiet page is believed, in both orders. A page may be quiet and still depend on the value by chance,
such as one of two machines chosen by a hash of the address: it follows n pairs with probability 2^(1-2n). With six it
did so once in 10,000 runs."""
MAX_PAIRS = 20
NONSENSE_PAIRS = 2

_CHANCE = 1e-6
_MAX_WORDS = 60_000
_MAX_COUNT = 40
_MARKS = b"<>,{}[]\"'`=&;:()%|/\\+#?!"
_BETWEEN_WORDS = bytes.maketrans(_MARKS, b" " * len(_MARKS))
_BUSY = frozenset({429, 502, 503, 504})
_BLOCKS = frozenset({401, 403, 405, 406, 409, 418, 451, 493, 501, 999})
_ENTITIES = "amp lt gt quot apos 34 39 039 x27 x22 x3c x3e 60 62 u0027 u0022 u003c u003e 20 27 22 2527"


class Sample(Struct, frozen=True):
    """One answer and what it is made of, our own reflection taken out."""

    exchange: Exchange
    features: frozenset[Feature]


class Hypothesis(Struct, frozen=True):
    """A guess about the place, as payloads that must be told apart if the guess is right.

    `value(holds, round)` is a whole value whose condition holds or fails, with fresh random numbers each time
    and, by `round`, changing forms. `nonsense(holds, round)` looks the same but has one keyword broken.
    `keeps` says which side leaves the page as the original value shows it (True for `AND`, False for `OR`).
    """

    name: str
    value: Callable[[bool, int], str]
    nonsense: Callable[[bool, int], str]
    keeps: bool = True


class Difference(Struct, frozen=True):
    """A hypothesis that held. `shown` is an answer of the side that has `match`, `other` one of the side that
    lacks it; `shown_holds` tells which condition `shown` had. `match` is empty when the two sides differ in
    nothing that stands in the body."""

    name: str
    shown: Exchange
    other: Exchange
    shown_holds: bool
    match: str
    pairs: int


class Differential:
    """The experiments at one place. `value` is the original value; `syntax` is text of the payloads whose
    words are never counted as features. Not more than `allowance` requests are sent: when they are spent, what
    is not proven by then is not claimed."""

    def __init__(self, send: Send, value: str, syntax: Iterable[str] = (), *, allowance: int = 60) -> None:
        self._send = send
        self._left = allowance
        self.filtered = False
        """True once an answer to a condition spoke of a limit or a filter."""
        self._value = value
        self._vocabulary = frozenset(w for text in (value, _ENTITIES, *syntax) for w in words(text.encode()))
        self._baseline: list[Sample] = []

    @property
    def usable(self) -> bool:
        """False when the unaltered page itself is limited, broken or unstable in its status."""
        statuses = {sample.exchange.response.status for sample in self._baseline}
        return len(statuses) == 1 and not statuses & _BUSY

    def sample(self, exchange: Exchange, sent: str) -> Sample:
        """The features of an answer to `sent`."""
        ignored = self._vocabulary | frozenset(words(sent.encode("utf-8", "surrogatepass")))
        return Sample(exchange, features_of(exchange.response, sent, ignored))

    def calibrate(self, *exchanges: Exchange) -> None:
        """Take answers to the unaltered request (at least two) as the baseline."""
        self._baseline = [self.sample(exchange, self._value) for exchange in exchanges]

    def inert(self, exchange: Exchange, sent: str) -> bool:
        """True when this answer is the unaltered page: what was sent had no influence."""
        return self.alike(self.sample(exchange, sent), self._baseline[0])

    def alike(self, one: Sample, other: Sample) -> bool:
        """Equal but for as much noise as the baseline's own answers show among themselves."""
        stable = frozenset.intersection(*(sample.features for sample in self._baseline))
        if (one.features & stable) != (other.features & stable):
            return False
        first = self._baseline[0].features
        noise = max(len(first ^ sample.features) for sample in self._baseline)
        return len(one.features ^ other.features) <= noise + noise // 2

    def keeps(self, sample: Sample, sent: str) -> bool:
        """True when every word of the unaltered page that `sent` has not is in the answer to it, in whatever order and
        among whatever others."""
        own = frozenset(words(sent.encode("utf-8", "surrogatepass")))
        stable = frozenset.intersection(*(known.features for known in self._baseline))
        return all(f in sample.features for f in stable if f[0] != b"next" and f[1] not in own)

    async def test(self, hypothesis: Hypothesis, unknown: Sample | None = None) -> Difference | None:
        """Run the protocol; None as soon as the hypothesis fails. `unknown` is an answer to a value that means
        nothing to the application: when the first condition looks just like it, the test ends after one, as it
        does when `OR` and a condition that holds leave the page as it was. Nonsense is sent early: a page that shows
        what was sent in a spelling we do not know takes eight requests, not thirty."""
        trial = _Trial(hypothesis, self._baseline)
        while not trial.decided:
            for holds in trial.order():
                sample = await self._one(hypothesis.value(holds, trial.rounds))
                if sample is None:
                    return None
                if holds and not trial.sides[True] and self._means_nothing(hypothesis, sample, unknown):
                    return None
                trial.sides[holds].append(sample)
            trial.rounds += 1
            if not trial.separating():
                return None
            if trial.rounds == NONSENSE_PAIRS and not await self._nonsense_may_be_silent(trial):
                return None
        if not trial.convincing or not _silent(trial.separating(), trial.nonsense):
            return None
        return trial.difference()

    def _means_nothing(self, hypothesis: Hypothesis, sample: Sample, unknown: Sample | None) -> bool:
        if not hypothesis.keeps and self.alike(sample, self._baseline[0]):
            return True
        return unknown is not None and self.alike(sample, unknown)

    async def _one(self, value: str) -> Sample | None:
        if self._left <= 0:
            return None
        self._left -= 1
        exchange = await self._send(value)
        if self.spoiled(exchange.response):
            self.filtered = True
            return None
        return self.sample(exchange, value)

    def spoiled(self, response: HttpResponse) -> bool:
        """True when the answer speaks of a limit or a filter, not of the application."""
        usual = self._baseline[0].exchange.response.status if self._baseline else 0
        return response.status != usual and response.status in (_BUSY | _BLOCKS)

    async def _nonsense_may_be_silent(self, trial: "_Trial") -> bool:
        """Ask the nonsense; False when all that separates the sides so far follows them there as well. Later rounds
        only take features away, so that the answers are judged again at the end."""
        for round_ in range(NONSENSE_PAIRS):
            for holds in (True, False):
                sample = await self._one(trial.hypothesis.nonsense(holds, round_))
                if sample is None and self._left <= 0:
                    return False
                # A filter that stops the nonsense says as little as an answer that shows one side only.
                if sample is not None:
                    trial.nonsense[holds].append(sample.features)
        return not trial.separating() <= _following(trial.nonsense)


class _Trial:
    """The answers of one hypothesis so far."""

    def __init__(self, hypothesis: Hypothesis, baseline: list[Sample]) -> None:
        self.hypothesis = hypothesis
        self.baseline = baseline
        self.rounds = 0
        self.sides: dict[bool, list[Sample]] = {True: [], False: []}
        self.nonsense: Sides = {True: [], False: []}

    def order(self) -> tuple[bool, bool]:
        """The two sides of the next pair; the very first request is the condition that holds: the page as it
        was for `AND`, more than it had for `OR`, and the other outcome ends the hypothesis cheaply."""
        first = self.rounds.bit_count() % 2 == 0
        return (first, not first)

    def kept(self) -> list[Sample]:
        return self.baseline + self.sides[self.hypothesis.keeps]

    def changed(self) -> list[Sample]:
        return self.sides[not self.hypothesis.keeps]

    def separating(self) -> frozenset[Feature]:
        """Features that every answer of one side has and none of the other."""
        kept, changed = self.kept(), self.changed()
        return (_in_all(kept) - _in_any(changed)) | (_in_all(changed) - _in_any(kept))

    @property
    def needed(self) -> int:
        """Pairs after which chance is ruled out, given the features seen to flip within a side."""
        flipping = len(_flipping(self.kept())) + len(_flipping(self.changed()))
        if not flipping:
            return MIN_PAIRS
        return max(MIN_PAIRS, ceil((1 + log2(flipping / _CHANCE)) / 2))

    @property
    def decided(self) -> bool:
        return self.rounds >= min(self.needed, MAX_PAIRS)

    @property
    def convincing(self) -> bool:
        return self.rounds >= self.needed

    def difference(self) -> Difference:
        separating = self.separating()
        keeps = self.hypothesis.keeps
        best: tuple[str, bool] = ("", keeps)
        for holds in (keeps, not keeps):
            last = self.sides[holds][-1]
            match = _quote(last.exchange.response.body, last.features & separating)
            if len(match) > len(best[0]):
                best = (match, holds)
        match, holds = best
        shown, other = self.sides[holds][-1].exchange, self.sides[not holds][-1].exchange
        return Difference(self.hypothesis.name, shown, other, holds, match, self.rounds)


def words(raw: bytes) -> list[bytes]:
    """The words of a text: runs without white space, brackets, quotes and separators. Two calls over the whole text: a
    match per word took half of a scan's CPU on large pages."""
    return raw.translate(_BETWEEN_WORDS).split(None, _MAX_WORDS)[:_MAX_WORDS]


def features_of(response: HttpResponse, sent: str, ignored: frozenset[bytes]) -> frozenset[Feature]:
    """What an answer is made of: status, type, redirect, cookie names, the n-th occurrence of each word, and the
    order of those that occur once; `sent` and `ignored` words left out."""
    found: set[Feature] = {(b"status", b"%d" % response.status), (b"type", response.content_type.encode())}
    location = (response.header("location") or "").encode("utf-8", "replace")
    found.update((b"location", w) for w in words(without_echoes(location, sent)) if w not in ignored)
    for cookie in response.header_values("set-cookie"):
        found.add((b"cookie", cookie.partition("=")[0].strip().encode("utf-8", "replace")))
    spoken = [word for word in words(without_echoes(response.body, sent)) if word not in ignored]
    counts = Counter(spoken)
    for word, count in counts.items():
        found.add((b"word", word, b"1"))
        if count > 1:
            found.update((b"word", word, b"%d" % n) for n in range(2, min(count, _MAX_COUNT) + 1))
    # Words that repeat (tags, keys of records) stand between those that do not and would hide their order.
    single = [word for word in spoken if counts[word] == 1]
    found.update((b"next", before, after) for before, after in pairwise(single))
    return frozenset(found)


def similarity(one: frozenset[Feature], other: frozenset[Feature]) -> float:
    """Shared features over all features, 0.0 to 1.0 (Jaccard)."""
    union = len(one | other)
    return len(one & other) / union if union else 1.0


def _silent(separating: frozenset[Feature], nonsense: Sides) -> bool:
    """Whether nonsense leaves the two sides alike in what tells them apart. A clock on the page may by chance show
    one of those words (a minute that is also a price): such a one follows no side, and others must be left."""
    answers = [features & separating for features in nonsense[True] + nonsense[False]]
    varying = frozenset[Feature]().union(*answers) - separating.intersection(*answers)
    if not varying:
        return True
    if not nonsense[True] or not nonsense[False]:
        return False
    return not varying & _following(nonsense) and varying < separating


def _following(nonsense: Sides) -> frozenset[Feature]:
    """Features that every answer of one side has and none of the other."""
    if not nonsense[True] or not nonsense[False]:
        return frozenset()
    holds, fails = (
        (frozenset.intersection(*nonsense[side]), frozenset.union(*nonsense[side])) for side in (True, False)
    )
    return (holds[0] - fails[1]) | (fails[0] - holds[1])


def _in_all(samples: list[Sample]) -> frozenset[Feature]:
    return frozenset.intersection(*(sample.features for sample in samples))


def _in_any(samples: list[Sample]) -> frozenset[Feature]:
    return frozenset.union(*(sample.features for sample in samples))


def _flipping(samples: list[Sample]) -> list[Feature]:
    # A fresh token appears once and never again; only what comes and goes can imitate a pattern.
    counts: Counter[Feature] = Counter()
    for sample in samples:
        counts.update(sample.features)
    return [feature for feature, count in counts.items() if 2 <= count < len(samples)]


def _quote(body: bytes, separating: frozenset[Feature]) -> str:
    # A word the other side lacks altogether says more than one it has fewer times.
    single = sorted((f[2] != b"1", -len(f[1]), f[1]) for f in separating if f[0] == b"word")
    for _, _, word in single:
        if word in body:
            return excerpt(word)
    pairs = sorted((f[1:] for f in separating if f[0] == b"next"), key=lambda p: (-len(p[1]), p))
    for before, after in pairs[:8]:
        apart = Pattern(escape(_latin(before)) + r"[\s\S]{1,160}?" + escape(_latin(after)))
        match = apart.search(body)
        if match is not None:
            return excerpt(match.text)
    return ""


def _latin(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
