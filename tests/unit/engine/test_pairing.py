"""Inputs that are tested beside every value that stands beside them need no second test."""

import pytest

from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.insertion import label, ordinary_points
from cyberai.engine.pairing import MAX_PAIRS, MAX_POINTS, Pairs


def points(target: str, method: str = "GET") -> tuple[InsertionPoint, ...]:
    return ordinary_points(HttpRequest(method, Url.parse(f"http://shop.test{target}")))


def after(*targets: str) -> Pairs:
    pairs = Pairs()
    for target in targets:
        pairs.test(points(target))
    return pairs


def covered(pairs: Pairs, target: str) -> tuple[str, ...]:
    return pairs.covered(points(target))


def test_what_stands_alone_is_always_tested() -> None:
    assert covered(after("/a?id=1"), "/a?id=1") == ()


def test_combinations_of_known_pairs_are_known() -> None:
    pairs = after("/list?do=media&tab=files&sort=name", "/list?do=media&tab=upload&sort=date")
    assert covered(pairs, "/list?do=media&tab=files&sort=date") == ("query:do", "query:tab", "query:sort")
    assert covered(pairs, "/list?do=media&tab=files") == ("query:do", "query:tab")


def test_another_view_reads_the_same_input_with_other_code() -> None:
    pairs = after("/index?page=news&id=5", "/index?page=shop&id=7")
    assert covered(pairs, "/index?page=about&id=5") == ("query:page",)
    assert covered(pairs, "/index?view=5&id=5") == ()
    assert covered(pairs, "/index?page=news&id=812345") == ("query:id",), "a view that was tested"


def test_small_numbers_may_choose_and_long_ones_name_a_record() -> None:
    pairs = after("/p?sheet=1&note=x", "/p?record=81234&note=x")
    assert covered(pairs, "/p?sheet=2&note=x") == ("query:sheet",)
    assert covered(pairs, "/p?record=90000&note=x") == ("query:record", "query:note")


def test_tokens_are_no_inputs() -> None:
    pairs = after("/p?csrf_token=abc&note=x&by=me")
    assert covered(pairs, "/p?csrf_token=xyz&note=x&by=me") == ("query:note", "query:by")


def test_other_programs_and_methods_are_their_own() -> None:
    pairs = after("/a?x=one&y=two")
    assert covered(pairs, "/b?x=one&y=two") == ()
    assert pairs.covered(points("/a?x=one&y=two", "POST")) == ()


@pytest.mark.slow
def test_memory_is_bounded_and_what_is_too_much_is_tested() -> None:
    many = "&".join(f"n{number}=word" for number in range(MAX_POINTS + 1))
    assert covered(after(f"/p?{many}"), f"/p?{many}") == ()
    pairs = Pairs()
    for number in range(MAX_PAIRS // 2 + 10):
        pairs.test(points(f"/p{'x' * (number % 50)}?a{number}=x&b=y"))
        if number % 20_000 == 0:
            assert label(points("/p?a=x&b=y")[0]) == "query:a"
    assert covered(pairs, f"/p?a{MAX_PAIRS}=x&b=y") == ()
