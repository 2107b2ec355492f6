"""Why a finding is believed as much as it is, in words: for people who doubt it. Pure."""

from collections.abc import Mapping

from cyberai.domain.finding import Oracle, Proof, Tier

TECHNIQUES: Mapping[Oracle, str] = {
    Oracle.EXECUTED: "The target computed or executed something of ours, with values that were random each time.",
    Oracle.DIFFERENTIAL: "Randomised pairs of a true and a false condition were answered differently, again and again, in "
    "reverse order too.",
    Oracle.TIMING: "The answer came as late as the delay that was asked for, on a line through several delays, and nonsense "
    "was answered at once.",
    Oracle.STRUCTURE: "What was sent stands in the answer where the grammar makes it code or an address, not text.",
    Oracle.ERROR: "What breaks the syntax brought an error message of the interpreter, and its repair made it vanish.",
    Oracle.OBSERVATION: "It was seen directly in what the target answers to everybody.",
    Oracle.HEURISTIC: "A sign points to it; nothing was proven.",
}
_FALSE_IF: Mapping[Oracle, str] = {
    Oracle.EXECUTED: "The page makes such values of any input by itself, without executing it.",
    Oracle.DIFFERENTIAL: "The answers changed by chance in step with the conditions, each time and in both orders.",
    Oracle.TIMING: "The target was slow for another reason, each time in proportion to the delay that was asked for.",
    Oracle.STRUCTURE: "Something behind the answer takes it out again before it is used, such as a script of the page.",
    Oracle.ERROR: "The page writes that message by itself, without an interpreter that stumbled.",
    Oracle.OBSERVATION: "The target answers others differently, such as by a proxy that only we passed by.",
    Oracle.HEURISTIC: "The sign has another cause: look at the place by hand.",
}


def tier_reason(proof: Proof) -> str:
    """Why it is confirmed, strong or a lead."""
    if proof.tier is Tier.LEAD:
        return "A sign without a proof is never more than a lead, and counts in no score."
    if proof.tier is Tier.CONFIRMED:
        if proof.oracle is Oracle.OBSERVATION:
            return f"Confirmed: it was seen directly, {proof.repeats} times; what is seen needs no control."
        return f"Confirmed: it showed {proof.repeats} times, and a harmless request at the same place did not show it."
    missing = []
    if proof.repeats < 2:
        missing.append("it showed only once")
    if not proof.control_silent and proof.oracle is not Oracle.OBSERVATION:
        missing.append("no harmless request at the same place stayed silent")
    if proof.held_back:
        missing.append("something else keeps it from doing harm, such as a policy that browsers enforce")
    return f"Strong, not confirmed: {', and '.join(missing)}."


def false_if(proof: Proof) -> list[str]:
    """What would make it false, the likeliest first."""
    reasons = [_FALSE_IF[proof.oracle]]
    if proof.repeats < 2 and proof.oracle is not Oracle.HEURISTIC:
        reasons.insert(0, "It was chance: it showed only once.")
    if not proof.control_silent and proof.oracle not in (Oracle.OBSERVATION, Oracle.HEURISTIC):
        reasons.insert(0, "A harmless request shows the same: none was compared that stayed silent.")
    if proof.held_back:
        reasons.append("What holds it back today holds always and everywhere.")
    return reasons
