"""What a repeated proof says: is the flaw still there? Pure rules over what was recorded and what answers now."""

from enum import StrEnum

from msgspec import Struct

from cyberai.domain.finding import HttpEvidence
from cyberai.domain.http import Exchange, HttpResponse

_REFUSALS = frozenset({401, 403, 406, 407, 421, 429, 501, 503})
"""Statuses that say something about us, not about the flaw."""

SLOW = 1.0
"""Seconds from which on a recorded answer without a match was told by its time."""

_WORD = 8
"""Letters in a row that stand in no page by chance: our random words."""


class ReplayResult(StrEnum):
    """What became of a flaw."""

    PRESENT = "present"
    FIXED = "fixed"
    INCONCLUSIVE = "inconclusive"


class Judgement(Struct, frozen=True):
    """The result, and why, for people."""

    result: ReplayResult
    why: str
    open: bool = False
    """Whether the answers to these requests cannot tell, and the check itself may."""


def shows(evidence: HttpEvidence, response: HttpResponse) -> bool:
    """Whether the answer holds what proved the flaw, in its header or its body."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return bool(evidence.match) and (evidence.match in head or evidence.match in response.text)


def judge(evidence: HttpEvidence, attacks: tuple[Exchange, ...], control: Exchange | None) -> Judgement:
    """What the attack, repeated, and the control between say beside the recorded evidence."""
    answers = tuple(attack.response for attack in attacks)
    if evidence.delivered is not None:
        return _of_what_is_kept(evidence, answers)
    if control is None or evidence.control is None:
        return Judgement(ReplayResult.INCONCLUSIVE, "the evidence has no control to tell the answer from")
    was, now = evidence.control.response.status, control.response.status
    if was != now:
        why = f"the harmless request is answered with {now} instead of {was}"
        return _undecided(why) if now not in _REFUSALS else Judgement(ReplayResult.INCONCLUSIVE, why)
    if not evidence.match:
        return _by_time(evidence, answers, control.response)
    seen = [shows(evidence, answer) for answer in answers]
    if all(seen) and shows(evidence, control.response):
        return _undecided("what proved it stands in the harmless answer as well")
    if all(seen):
        return Judgement(ReplayResult.PRESENT, "the attack shows it again, and the harmless request does not")
    if any(seen):
        return _undecided("the attack shows it only now and then")
    return _silent(evidence, answers)


def _undecided(why: str) -> Judgement:
    return Judgement(ReplayResult.INCONCLUSIVE, why, open=True)


def _silent(evidence: HttpEvidence, answers: tuple[HttpResponse, ...]) -> Judgement:
    refused = {a.status for a in answers} & _REFUSALS - {evidence.exchange.response.status}
    if refused:
        return Judgement(
            ReplayResult.INCONCLUSIVE,
            f"the attack is refused with {min(refused)}: a firewall or a limit may stand before the flaw",
        )
    return Judgement(
        ReplayResult.FIXED, "the attack no longer shows it, and the harmless request is answered as before"
    )


def _by_time(evidence: HttpEvidence, answers: tuple[HttpResponse, ...], control: HttpResponse) -> Judgement:
    asked = evidence.exchange.response.elapsed
    if asked < SLOW:
        return _undecided("the evidence names nothing to look for in the answer")
    if control.elapsed > asked / 2:
        return _undecided("the harmless request is answered late as well")
    late = [answer.elapsed > 0.8 * asked for answer in answers]
    if all(late):
        return Judgement(
            ReplayResult.PRESENT, "the attack is answered as late as then, the harmless request at once"
        )
    if not any(answer.elapsed > asked / 2 for answer in answers):
        return _silent(evidence, answers)
    return _undecided("the attack is answered late only now and then")


def _of_what_is_kept(evidence: HttpEvidence, answers: tuple[HttpResponse, ...]) -> Judgement:
    """The attack was submitted, and the answers are the page that showed it."""
    if all(shows(evidence, answer) for answer in answers):
        return Judgement(ReplayResult.PRESENT, "what the attack submits stands on the page again")
    if evidence.exchange.response.status != answers[-1].status:
        why = f"the page is answered with {answers[-1].status} instead of {evidence.exchange.response.status}"
        return Judgement(ReplayResult.INCONCLUSIVE, why)
    if not evidence.exact and any(word in answers[-1].text for word in _words(evidence.match)):
        return Judgement(
            ReplayResult.FIXED, "the page shows what was submitted, and no longer as it was sent"
        )
    return Judgement(
        ReplayResult.INCONCLUSIVE,
        "the page shows nothing of what was submitted: it was refused, or the scan's session has ended",
    )


def _words(match: str) -> list[str]:
    spaced = "".join(c if c.isascii() and c.islower() else " " for c in match)
    return [word for word in spaced.split() if len(word) >= _WORD]
