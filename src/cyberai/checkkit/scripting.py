"""Cross-site scripting, whatever way a value takes to the page: marker, characters, simulation, proof.

A channel sends a value and returns the page that shows it: the answer itself, or a later page that shows what was
kept. What is asked, what is tried and what counts as proof is the same for both (see checkkit.reflection for how
payloads are chosen without sending them).
"""

from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct

from cyberai.checkkit.events import Trigger
from cyberai.checkkit.execution import Execution, execution
from cyberai.checkkit.markup import renders
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.reflection import (
    SHORT,
    Place,
    character_probe,
    coded,
    filled,
    learnt,
    occurrences,
    pieces,
    places,
    plain_places,
    promising,
    replacing,
)
from cyberai.checkkit.text import Pattern, escape, excerpt
from cyberai.domain.http import Exchange

TRIES = 6
PIECES = 4
HELD_BACK = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
"""What is left where a policy, or a gesture nobody makes by chance, stands between the flaw and its use."""


class Channel(Protocol):
    """A way to a page. `value` is what the application itself has there."""

    value: str

    async def show(self, payload: str, *, append: bool = False) -> Exchange:
        """The page with this payload; `append` keeps the application's value in front of it."""
        ...


class Reflection(Struct, frozen=True):
    """The marker's answer, and how values are to be put in."""

    exchange: Exchange
    token: str
    append: bool


class _Seen(Struct, frozen=True):
    """A page, the places where values come back in it, how they are to be put in, and how many characters of them
    are kept (0: all)."""

    exchange: Exchange
    where: tuple[Place, ...]
    append: bool
    coded: bool = False
    room: int = 0


class Attempt(Struct, frozen=True):
    """A payload pattern worth sending, and whether it follows the original value or replaces it."""

    manner: str
    pattern: str
    append: bool
    coded: bool
    letters: int | None
    expected: Execution


async def find(channel: Channel, probe: Probe) -> Reflection | None:
    """Whether a marker comes back, and in which way; None when it does not."""
    # Keeping the original value reaches the page's own code path; replacing it reaches pages that echo only
    # what they do not know.
    for append in (True, False) if channel.value else (False,):
        token = probe.token()
        exchange = await channel.show(token, append=append)
        if occurrences(exchange.response.body, token):
            return Reflection(exchange, token, append)
    return None


async def _plan(channel: Channel, probe: Probe, reflection: Reflection) -> list[Attempt]:
    seen = await _seen(channel, probe, reflection, encoded=False)
    plan = _attempts(seen, probe)
    if not plan and seen.append:
        # Some places must be begun and not continued, such as a link's address.
        where = replacing(seen.exchange.response.body, seen.where, channel.value)
        plan = _attempts(_Seen(seen.exchange, where, False, room=seen.room), probe)
    if not plan and any(place.decodes for place in seen.where):
        plan = _attempts(await _seen(channel, probe, reflection, encoded=True), probe)
    return plan


async def _seen(channel: Channel, probe: Probe, reflection: Reflection, *, encoded: bool) -> _Seen:
    """What becomes of each character. A filter that refuses the whole set is asked once more in coded form, and may
    still let a single payload pass."""
    token = probe.token()
    sent = coded(character_probe(token)) if encoded else character_probe(token)
    exchange = await channel.show(sent, append=reflection.append)
    where = places(exchange.response.body, token)
    if not where or not renders(exchange.response):
        if not encoded:
            twice = await _seen(channel, probe, reflection, encoded=True)
            if twice.coded and any(place.treatment.get("<") == b"<" for place in twice.where):
                return twice
        plain = plain_places(reflection.exchange.response.body, reflection.token)
        return _Seen(reflection.exchange, plain, reflection.append)
    kept = max((place.taken for place in where), default=0)
    if kept and not encoded:
        return await _in_pieces(channel, probe, where, kept, append=reflection.append)
    return _Seen(exchange, where, reflection.append, coded=encoded)


async def _in_pieces(
    channel: Channel, probe: Probe, where: tuple[Place, ...], kept: int, *, append: bool
) -> _Seen:
    """Ask for the characters behind the cut in values that are short enough, in place of the original value."""
    room = kept + (len(channel.value) if append else 0)
    treatment: dict[str, bytes] = {}
    for characters in pieces(where, room)[:PIECES]:
        token = probe.token(SHORT)
        answer = await channel.show(character_probe(token, characters))
        for place in places(answer.response.body, token, characters):
            treatment.update(place.treatment)
    token = probe.token(SHORT)
    alone = await channel.show(token)
    back = plain_places(alone.response.body, token)
    return _Seen(alone, learnt(back, {**where[0].treatment, **treatment}), False, room=room)


def _attempts(seen: _Seen, probe: Probe) -> list[Attempt]:
    letters = SHORT if seen.room else None
    name = probe.token(SHORT) if seen.room else probe.token()
    best: dict[str, Attempt] = {}
    for candidate, runs in promising(seen.exchange.response, seen.where, name, seen.room):
        attempt = Attempt(candidate.manner, candidate.pattern, seen.append, seen.coded, letters, runs)
        known = best.get(candidate.manner)
        if known is None or runs.rank < known.expected.rank:
            best[candidate.manner] = attempt
        if sum(a.expected.rank == (False, Trigger.ITSELF) for a in best.values()) >= TRIES:
            break
    return sorted(best.values(), key=lambda attempt: attempt.expected.rank)[:TRIES]


class Proven(Struct, frozen=True):
    """A payload that would run in two answers to fresh names: the second answer, how it runs there and its name."""

    exchange: Exchange
    runs: Execution
    name: str
    payload: str
    manner: str

    @property
    def match(self) -> str:
        """The payload where it stands in the answer as it was sent, else the call and what stands around it."""
        if self.payload.encode("utf-8", "replace") in self.exchange.response.body:
            return self.payload
        shown = Pattern(r"[^\n]{0,60}" + escape(self.name) + r"[^\n]{0,60}", ignore_case=True).search(
            self.exchange.response.body
        )
        return excerpt(shown.text) if shown else self.name

    @property
    def detail(self) -> str:
        """In a sentence: what was put in and where it runs."""
        text = f"{self.manner}: {self.runs.where}{ON[self.runs.trigger]}."
        if self.runs.blocked:
            policy = self.exchange.response.header("content-security-policy") or "in the page itself"
            text += f" Blocked by the Content-Security-Policy: {policy[:200]}"
        return text

    @property
    def note(self) -> str:
        """What a browser does with the answer."""
        if self.runs.blocked:
            return (
                f"The page holds a call of {self.name}() in {self.runs.where}, which the page's "
                "Content-Security-Policy keeps browsers from running. No payload was found that the policy lets run; "
                "the markup is still the sender's."
            )
        return f"A browser that shows this page calls {self.name}() from {self.runs.where}{ON[self.runs.trigger]}."


ON = {
    Trigger.ITSELF: "",
    Trigger.VISITOR: ", when the visitor uses that element",
    Trigger.ACCESS_KEY: ", when the visitor presses its access key",
}


async def proofs(channel: Channel, probe: Probe, reflection: Reflection) -> AsyncIterator[Proven]:
    """What runs, the best first. Once something was found, nothing more is tried that the page's policy blocks."""
    found = False
    for attempt in await _plan(channel, probe, reflection):
        if found and attempt.expected.blocked:
            continue
        first, _, _ = await _fires(channel, probe, attempt)
        if first is None:
            continue
        again, exchange, name = await _fires(channel, probe, attempt)
        if again is None:
            continue
        found = True
        yield Proven(exchange, again, name, filled(attempt.pattern, name), attempt.manner)


async def _fires(channel: Channel, probe: Probe, attempt: Attempt) -> tuple[Execution | None, Exchange, str]:
    name = probe.token() if attempt.letters is None else probe.token(attempt.letters)
    payload = filled(attempt.pattern, name)
    exchange = await channel.show(coded(payload) if attempt.coded else payload, append=attempt.append)
    return execution(exchange.response, name), exchange, name


def held_back(runs: Execution) -> bool:
    """True where a policy, or a gesture nobody makes by chance, keeps it from running."""
    return runs.blocked or runs.trigger is Trigger.ACCESS_KEY
