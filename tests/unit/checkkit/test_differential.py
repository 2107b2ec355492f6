"""The differential engine on answers made here: what it must believe, and what it must never believe."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.checkkit import Exchange, HttpRequest, HttpResponse, Url
from cyberai.checkkit.differential import (
    MAX_PAIRS,
    MIN_PAIRS,
    Difference,
    Differential,
    Hypothesis,
    similarity,
    words,
)
from cyberai.checkkit.echoes import echoes, without_echoes
from support.direct_probe import run

REQUEST = HttpRequest("GET", Url.parse("http://shop.test/"))
CHANCE = random.Random(7)


def page(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "text/html"),), text.encode())


def hypothesis(keeps: bool = True) -> Hypothesis:
    def value(holds: bool, round_: int) -> str:
        return f"{'true' if holds else 'fals'}{CHANCE.randint(10_000, 99_999)}"

    def nonsense(holds: bool, round_: int) -> str:
        return f"{'nont' if holds else 'nonf'}{CHANCE.randint(10_000, 99_999)}"

    return Hypothesis("test", value, nonsense, keeps)


class Target:
    """Answers values by a rule and remembers what it was asked."""

    def __init__(self, rule: Callable[[str], HttpResponse]) -> None:
        self.rule = rule
        self.asked: list[str] = []

    async def __call__(self, value: str) -> Exchange:
        self.asked.append(value)
        return Exchange(REQUEST, self.rule(value))


def examine(target: Target, *, keeps: bool = True, allowance: int = 60) -> Difference | None:
    engine = Differential(target, "base", allowance=allowance)
    engine.calibrate(Exchange(REQUEST, target.rule("base")), Exchange(REQUEST, target.rule("base")))
    result: Difference | None = run(engine.test(hypothesis(keeps)))
    return result


def evaluating(value: str) -> HttpResponse:
    """The page of a program that evaluates our conditions."""
    if value.startswith("non"):
        return page("<p>Sorry</p>")
    return page("<p>three ropes</p>" if not value.startswith("fals") else "<p>nothing</p>")


def test_a_condition_that_is_evaluated_is_seen() -> None:
    target = Target(evaluating)
    found = examine(target)
    assert found is not None
    assert found.pairs == MIN_PAIRS
    assert found.match in ("three", "ropes", "nothing")
    assert found.match.encode() in found.shown.response.body
    assert found.match.encode() not in found.other.response.body


def test_both_orders_occur_and_the_first_request_is_the_one_that_changes_nothing() -> None:
    target = Target(evaluating)
    assert examine(target) is not None
    sides = [value[:4] for value in target.asked if not value.startswith("non")]
    pairs = [tuple(sides[i : i + 2]) for i in range(0, len(sides), 2)]
    assert pairs == [
        ("true", "fals"),
        ("fals", "true"),
        ("fals", "true"),
        ("true", "fals"),
        ("fals", "true"),
        ("true", "fals"),
        ("true", "fals"),
        ("fals", "true"),
        ("fals", "true"),
        ("true", "fals"),
    ]


def test_a_page_that_tells_the_sides_of_the_nonsense_apart_as_well_is_left_early() -> None:
    target = Target(
        lambda value: page(f"<p>{'odd' if 't' in value or value == 'base' else 'even'} was looked for</p>")
    )
    assert examine(target) is None
    assert len(target.asked) == 8


@pytest.mark.parametrize("keeps", [True, False])
def test_what_is_answered_like_a_value_without_meaning_ends_after_one_request(keeps: bool) -> None:
    target = Target(lambda value: page("<p>three ropes</p>" if value == "base" else "<p>nothing</p>"))
    engine = Differential(target, "base")
    engine.calibrate(Exchange(REQUEST, target.rule("base")), Exchange(REQUEST, target.rule("base")))
    unknown = engine.sample(Exchange(REQUEST, target.rule("x'")), "x'")
    assert run(engine.test(hypothesis(keeps), unknown)) is None
    assert len(target.asked) == 1


def test_a_page_is_kept_in_whatever_order_and_among_whatever_others() -> None:
    engine = Differential(Target(evaluating), "base")
    engine.calibrate(Exchange(REQUEST, page("<p>rope 7</p><p>lamp 9</p>")))
    sample = engine.sample(Exchange(REQUEST, page("<p>lamp 9</p><p>oar 4</p><p>rope 7</p>")), "7 ORDER BY 9")
    assert engine.keeps(sample, "7 ORDER BY 9")
    other = engine.sample(Exchange(REQUEST, page("<p>lamp 9</p>")), "x")
    assert not engine.keeps(other, "x")


def test_the_opposite_hypothesis_does_not_hold() -> None:
    assert examine(Target(evaluating), keeps=False) is None


def test_a_page_that_is_the_same_for_all_ends_after_one_pair() -> None:
    target = Target(lambda value: page("<p>always</p>"))
    assert examine(target) is None
    assert len(target.asked) == 2


def test_a_page_that_tells_the_nonsense_apart_too_is_not_believed() -> None:
    def lexical(value: str) -> HttpResponse:
        return page("<p>one</p>" if value[:4] in ("true", "nont", "base") else "<p>two</p>")

    assert examine(Target(lexical)) is None


def test_a_clock_that_shows_a_word_of_one_side_hides_nothing() -> None:
    asked = iter(range(1000))

    def clocked(value: str) -> HttpResponse:
        number = next(asked)
        minute = 17 if number == 2 + 2 * MIN_PAIRS else 40 + number
        if value.startswith("non"):
            return page(f"<p>Sorry</p><i>{minute}</i>")
        shown = "<b>17</b> <b>ropes</b>" if not value.startswith("fals") else "none"
        return page(f"<p>{shown}</p><i>{minute}</i>")

    found = examine(Target(clocked))
    assert found is not None
    assert found.match == "ropes"


def test_a_page_that_tells_the_nonsense_apart_in_part_is_not_believed() -> None:
    def lexical(value: str) -> HttpResponse:
        if value[:4] in ("true", "base"):
            return page("<p>one rope</p>")
        return page("<p>one</p>" if value.startswith("nont") else "<p>two</p>")

    assert examine(Target(lexical)) is None


@pytest.mark.parametrize("status", [429, 403, 503])
def test_a_limit_or_a_block_proves_nothing(status: int) -> None:
    def blocking(value: str) -> HttpResponse:
        return page("<p>blocked</p>", status) if value.startswith("fals") else page("<p>fine</p>")

    assert examine(Target(blocking)) is None


def test_an_error_status_may_be_one_side() -> None:
    def failing(value: str) -> HttpResponse:
        return page("<p>oops</p>", 500) if value.startswith(("fals", "non")) else page("<p>fine</p>")

    assert examine(Target(failing)) is not None


def test_noise_that_flips_costs_further_pairs_and_is_kept_out_of_the_match() -> None:
    noise = random.Random(3)

    def noisy(value: str) -> HttpResponse:
        offers = " ".join(f"offer{n}" for n in noise.sample(range(12), 5))
        return page(f"{evaluating(value).text} {offers} {noise.random()}")

    found = examine(Target(noisy))
    assert found is not None
    assert MIN_PAIRS < found.pairs <= MAX_PAIRS
    assert "offer" not in found.match


def test_a_spent_allowance_claims_nothing() -> None:
    target = Target(evaluating)
    assert examine(target, allowance=2 * MIN_PAIRS) is None
    assert len(target.asked) == 2 * MIN_PAIRS


def test_our_own_reflection_is_no_difference() -> None:
    assert examine(Target(lambda value: page(f"<p>You sent {value}</p>"))) is None


def test_an_order_alone_is_a_difference() -> None:
    def ordered(value: str) -> HttpResponse:
        rising = not value.startswith(("fals", "non"))
        return page("<p>ant</p><p>bee</p><p>cow</p>" if rising else "<p>cow</p><p>bee</p><p>ant</p>")

    assert examine(Target(ordered)) is not None


def test_inert_values_are_recognised_in_noise() -> None:
    noise = random.Random(5)
    target = Target(lambda value: page(f"<p>{'other' if value == 'x9' else 'usual'}</p> {noise.random()}"))
    engine = Differential(target, "base")
    engine.calibrate(*(Exchange(REQUEST, target.rule("base")) for _ in range(2)))
    assert engine.usable
    assert engine.inert(Exchange(REQUEST, target.rule("y9")), "y9")
    assert not engine.inert(Exchange(REQUEST, target.rule("x9")), "x9")


def test_an_unstable_baseline_is_not_usable() -> None:
    engine = Differential(Target(evaluating), "base")
    engine.calibrate(Exchange(REQUEST, page("a")), Exchange(REQUEST, page("a", 500)))
    assert not engine.usable


def test_similarity_is_shared_over_all() -> None:
    assert similarity(frozenset({(b"a",), (b"b",)}), frozenset({(b"b",), (b"c",)})) == pytest.approx(1 / 3)
    assert similarity(frozenset(), frozenset()) == 1.0


@pytest.mark.parametrize(
    "shown",
    [
        b'it\'s <b>"x"',
        b"it&#39;s &lt;b&gt;&quot;x&quot;",
        b"it&#x27;s &lt;b&gt;&quot;x&quot;",
        b"it%27s%20%3Cb%3E%22x%22",
        b"it%27s+%3cb%3e%22x%22",
        b'it\'s <b>\\"x\\"',
        b'it\\u0027s \\u003cb\\u003e\\"x\\"',
        b'it\\\'s <b>\\"x\\"',
    ],
)
def test_every_spelling_of_a_value_is_taken_out(shown: bytes) -> None:
    assert without_echoes(b"(" + shown + b")", 'it\'s <b>"x"') == b"()"
    assert shown in echoes('it\'s <b>"x"')


@given(st.binary(max_size=300))
def test_words_are_the_runs_between_the_marks(raw: bytes) -> None:
    pattern = re.compile(rb"""[^\s<>,{}\[\]"'`=&;:()%|/\\+#?!]+""")
    assert words(raw) == pattern.findall(raw)
