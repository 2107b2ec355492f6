"""Payload values that carry fresh chance: computed sums and products, conditions that hold or fail.

Every number is drawn anew, so that an answer that holds the result cannot have held it before.
"""

from msgspec import Struct

from cyberai.checkkit.probe import Probe


class Product(Struct, frozen=True):
    """Two factors whose product no page contains by chance (9 or 10 digits, never a prefix of a factor)."""

    left: int
    right: int

    @property
    def result(self) -> str:
        """The product in decimal digits."""
        return str(self.left * self.right)


class Total(Product, frozen=True):
    """Two summands of nine digits whose sum has ten."""

    @property
    def result(self) -> str:
        """The sum in decimal digits."""
        return str(self.left + self.right)


def total(probe: Probe) -> Total:
    """A fresh sum: for places where no sign but `+` is let through."""
    return Total(probe.number(500_000_001, 999_999_998), probe.number(500_000_001, 999_999_998))


def product(probe: Probe) -> Product:
    """A fresh product of two five-digit factors."""
    return Product(probe.number(20_011, 92_001), probe.number(20_011, 92_001))


def condition(probe: Probe, holds: bool, form: int) -> str:
    """An SQL condition over fresh five-digit numbers that holds or fails.

    Even forms compare two numbers for equality. Odd forms use BETWEEN, which no other expression language
    has, with three different numbers on both sides, so that neither side has a repeated number to betray it.
    """
    low = probe.number(10_000, 39_999)
    middle = probe.number(40_000, 69_999)
    high = probe.number(70_000, 99_999)
    if form % 2:
        return f"{middle} BETWEEN {low} AND {high}" if holds else f"{low} BETWEEN {middle} AND {high}"
    return f"{middle}={middle}" if holds else f"{middle}={high}"


def broken_condition(probe: Probe, holds: bool, form: int) -> str:
    """`condition` with its operator made meaningless: same numbers, same length, no grammar knows it."""
    return condition(probe, holds, form).replace(" BETWEEN ", " BETVEEM ").replace("=", ":=:")


def null_number(probe: Probe, holds: bool, *, sound: bool = True) -> str:
    """A number, or NULL when the condition fails, by a function that only SQL has: without blanks, quotes and words
    such as AND. When not `sound`, its name is broken."""
    first, second = probe.number(10_000, 49_999), probe.number(50_000, 99_999)
    return f"{'NULLIF' if sound else 'NULLIP'}({first},{second if holds else first})"


def null_text(probe: Probe, holds: bool, *, sound: bool = True) -> str:
    """The empty text, or NULL when the condition fails, likewise; it stands between single quotes of its own."""
    name = "NULLIF" if sound else "NULLIP"
    number = probe.number(10_000, 99_999)
    return f"{name}('','{number}')" if holds else f"{name}('{number}','{number}')"
