"""Proof by computation: a payload asks the target to compute something, and the answer holds the result.

The result of a random product stands in no page by chance and not in the payload; markers on both sides tie it
to our own text. A page that merely reflects shows the question, never the answer.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from cyberai.checkkit.payloads import Product, product
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.text import Match, Pattern, escape, excerpt
from cyberai.domain.http import Exchange

Send = Callable[[str], Awaitable[Exchange]]

_GROUPING = r"(?:[,.'\x20]|&nbsp;|&#160;|\xc2?\xa0|\xe2\x80\xaf)?"
"""What a locale puts between groups of three digits."""
_GAP = r"(?:\s|<br\x20?/?>|\\r|\\n|&#1[03];){0,6}"
"""Line breaks of a command's output, as text, HTML and JSON show them."""


class Question(Struct, frozen=True):
    """A payload and the answer it asks for: `before` result `after`, in the response."""

    payload: str
    before: str
    result: str
    after: str

    def answered(self, body: bytes) -> Match | None:
        """The computed result between its markers, digits grouped or not; None when it is not there."""
        digits = _GROUPING.join(self.result)
        return Pattern(escape(self.before) + r"\s{0,4}" + digits + r"\s{0,4}" + escape(self.after)).search(
            body
        )


Ask = Callable[[Product, str, str], str]
"""Makes a payload from a product and the two marker words."""


Make = Callable[[Probe], Product]
"""Draws the numbers of a question."""


class Computation(Struct, frozen=True):
    """A proven computation: the second answer, a control that was not computed, and the words that prove it."""

    shown: Exchange
    control: Exchange
    match: str


def question(probe: Probe, ask: Ask, make: Make = product, *, marked: bool = True) -> Question:
    """A fresh question. `marked` is False where the payload cannot put words around the result."""
    numbers = make(probe)
    before, after = (probe.token(5), probe.token(5)) if marked else ("", "")
    return Question(ask(numbers, before, after), before, numbers.result, after)


async def confirm(
    send: Send, probe: Probe, ask: Ask, control: Ask, make: Make = product, *, marked: bool = True
) -> Computation | None:
    """Ask again with fresh values, then ask the control: the same text with its syntax broken, which a target
    that computes whatever looks like arithmetic would answer, and an interpreter would not."""
    again = question(probe, ask, make, marked=marked)
    shown = await send(again.payload)
    match = again.answered(shown.response.body)
    if match is None:
        return None
    broken = question(probe, control, make, marked=marked)
    silent = await send(broken.payload)
    if broken.answered(silent.response.body):
        return None
    return Computation(shown, silent, excerpt(match.text))
