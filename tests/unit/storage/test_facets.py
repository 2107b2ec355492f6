"""Packed properties and the filters over them."""

from itertools import product

import pytest

from cyberai.storage.facets import Facets

SIZES = Facets(size=("s", "m", "l"), on=("no", "yes"), colour=tuple("abcdefg"))
ALL = [
    {"size": size, "on": on, "colour": colour}
    for size, on, colour in product(("s", "m", "l"), ("no", "yes"), "abcdefg")
]


def test_every_combination_has_a_number_of_its_own_and_gives_its_values_back() -> None:
    numbers = [SIZES.pack(**values) for values in ALL]
    assert len(set(numbers)) == len(ALL)
    for number, values in zip(numbers, ALL, strict=True):
        assert {name: SIZES.value(name, number) for name in values} == values


def test_a_filter_matches_what_has_one_of_its_values_in_each_dimension() -> None:
    wanted = {"size": ("s", "l"), "on": ("yes",), "colour": ()}
    matches = SIZES.matching(wanted)
    assert matches is not None
    for values in ALL:
        expected = values["size"] in ("s", "l") and values["on"] == "yes"
        assert matches(SIZES.pack(**values)) == expected


def test_no_filter_and_a_filter_nobody_can_match() -> None:
    assert SIZES.matching({"size": (), "on": ()}) is None
    nothing = SIZES.matching({"size": ("xl",)})
    assert nothing is not None
    assert not any(nothing(SIZES.pack(**values)) for values in ALL)


def test_a_value_appended_later_does_not_move_the_others() -> None:
    later = Facets(size=("s", "m", "l", "xl"), on=("no", "yes", "maybe"), colour=tuple("abcdefgh"))
    for values in ALL:
        assert later.pack(**values) == SIZES.pack(**values)


def test_an_unknown_value_cannot_be_packed() -> None:
    with pytest.raises(KeyError):
        SIZES.pack(size="xl", on="no", colour="a")
