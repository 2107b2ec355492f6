"""Does the time of the answer follow a delay we ask for? For places that show nothing of what they evaluate.

The delay is asked for in random whole seconds and in random order, with nothing else of ours on the host, and the
answer's time is fitted to it by least squares. A target that is merely slow, busy or uneven does not follow a random
sequence; one that reads a number out of the value and waits is told apart by the same text with the function's name
broken, which must come back at once. (Own arithmetic; that a fit beats a threshold is known from sqlmap and ZAP.)
"""

from collections.abc import Awaitable, Callable
from statistics import fmean

from msgspec import Struct

from cyberai.checkkit.probe import Probe
from cyberai.domain.http import Exchange
from cyberai.ports.network import TransportError, TransportReason

Send = Callable[[str], Awaitable[Exchange]]
Ask = Callable[[int], str]
"""The whole value that asks for a delay of so many seconds."""

REQUESTS = 10
"""Requests of one hypothesis that holds; one that does not mostly takes one."""

FIRST = 2
LONGEST = 3
_SLOWEST = 1.2
"""Seconds: where the unaltered page takes longer, a delay could only be told by waiting long; it is left."""
_STEPS = (1, 3, 0, 2, 1, 0)
_SLOPE = (0.9, 1.25)
_STRAY = 0.35
"""Seconds by which a single answer may lie off the line: three times what a loaded target strays, a third of a step."""


class DelayQuestion(Struct, frozen=True):
    """A guess: `ask` would make the target wait, `nonsense` is the same text with one name broken."""

    name: str
    ask: Ask
    nonsense: Ask


class Delay(Struct, frozen=True):
    """A guess that held: the answers to the longest and to no delay, the nonsense, and the line through them."""

    name: str
    late: Exchange
    prompt: Exchange
    nonsense: Exchange
    slope: float
    samples: tuple[tuple[int, float], ...]

    def told(self, who: str) -> str:
        """For the evidence: what `who` was asked and how long each answer took."""
        times = ", ".join(f"{seconds} s: {elapsed:.2f} s" for seconds, elapsed in self.samples)
        prompt = self.nonsense.response.elapsed
        return (
            f"Asked to wait, {who} did: {times}. With one name broken the answer came after {prompt:.2f} s."
        )


async def delayed(probe: Probe, send: Send, question: DelayQuestion, usual: float) -> Delay | None:
    """Run the protocol; None as soon as an answer does not fit. `usual` is the time in seconds of the slowest
    answer to the unaltered value."""
    if usual > _SLOWEST:
        return None
    first = await _timed(send, question.ask(FIRST))
    if first is None or first.response.elapsed < FIRST * _SLOPE[0]:
        return None
    async with probe.alone():
        return await _measured(probe, send, question, usual)


async def _measured(probe: Probe, send: Send, question: DelayQuestion, usual: float) -> Delay | None:
    # Rotated by chance: nothing that repeats with a period can follow an order it does not know.
    turn = probe.number(0, len(_STEPS) - 1)
    samples: list[tuple[int, float]] = []
    answers: dict[int, Exchange] = {}
    for seconds in (0, *_STEPS[turn:], *_STEPS[:turn]):
        answer = await _timed(send, question.ask(seconds))
        if answer is None or not _fits(answer.response.elapsed, seconds, usual):
            return None
        samples.append((seconds, answer.response.elapsed))
        answers[seconds] = answer
    slope, stray = line(samples)
    if not _SLOPE[0] <= slope <= _SLOPE[1] or stray > _STRAY:
        return None
    nonsense = await _prompt(send, question.nonsense(LONGEST), usual)
    if nonsense is None or await _prompt(send, question.nonsense(FIRST), usual) is None:
        return None
    return Delay(question.name, answers[LONGEST], answers[0], nonsense, slope, tuple(samples))


def _fits(elapsed: float, seconds: int, usual: float) -> bool:
    return seconds * _SLOPE[0] <= elapsed <= seconds * _SLOPE[1] + usual + 2 * _STRAY


async def _prompt(send: Send, value: str, usual: float) -> Exchange | None:
    answer = await _timed(send, value)
    return None if answer is None or answer.response.elapsed > usual + _STRAY else answer


async def _timed(send: Send, value: str) -> Exchange | None:
    try:
        return await send(value)
    except TransportError as error:
        # No answer in time is no measurement; that the target hangs is for others to say.
        if error.reason is not TransportReason.TIMEOUT:
            raise
        return None


def line(samples: list[tuple[int, float]]) -> tuple[float, float]:
    """(slope, largest distance of a sample) of the least-squares line of seconds over seconds asked for."""
    mean_x, mean_y = fmean(x for x, _ in samples), fmean(y for _, y in samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
    stray = max(abs(y - mean_y - slope * (x - mean_x)) for x, y in samples)
    return slope, stray
