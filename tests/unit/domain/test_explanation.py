"""The words that explain a proof agree with the rule that rates it, for every proof there can be."""

from itertools import product

import pytest

from cyberai.domain.explanation import TECHNIQUES, false_if, tier_reason
from cyberai.domain.finding import Oracle, Proof, Tier

PROOFS = [
    Proof(oracle, repeats, control_silent=silent, held_back=held)
    for oracle, repeats, silent, held in product(Oracle, range(1, 7), (False, True), (False, True))
]


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_the_words_agree_with_the_rule(proof: Proof) -> None:
    assert proof.confidence == max(0, min(99, sum(points for _, points in proof.terms)))
    reason = tier_reason(proof)
    assert reason.startswith(
        {Tier.CONFIRMED: "Confirmed: ", Tier.STRONG: "Strong, not confirmed: ", Tier.LEAD: "A sign"}[
            proof.tier
        ]
    )
    assert reason != "Strong, not confirmed: ."
    assert TECHNIQUES[proof.oracle]
    assert len(set(false_if(proof))) == len(false_if(proof)) >= 1


def test_what_is_missing_is_named() -> None:
    weak = Proof(Oracle.ERROR, 1)
    assert [points for _, points in weak.terms] == [80, -25]
    assert "only once" in tier_reason(weak)
    assert "stayed silent" in tier_reason(weak)
    assert [reason.split()[0] for reason in false_if(weak)] == ["A", "It", "The"]
    held = Proof(Oracle.STRUCTURE, 3, control_silent=True, held_back=True)
    assert "policy" in tier_reason(held)
    assert held.terms[-1][1] == -25
