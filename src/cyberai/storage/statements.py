"""Statements: Core expressions compiled once to SQL text and the order of their parameters."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import Backend, Forms, arg_name, sql_dialect

SHAPES = 256
"""How many shapes of a list query are kept compiled."""

_Bind = Callable[[dict[Any, Any]], tuple[Any, ...]]
_Compiled = tuple[str, _Bind]


class Statement:
    """One statement. Compiling takes SQLAlchemy a millisecond, so it happens once per database, at the first use."""

    __slots__ = ("_compiled", "_expression")

    def __init__(self, expression: Executable | Forms) -> None:
        self._expression = expression
        self._compiled: list[_Compiled | None] = [None for _ in Backend]

    def prepare(self, backend: int, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """The SQL text for this `Backend` and the parameters in its order. A missing value is a KeyError."""
        compiled = self._compiled[backend]
        if compiled is None:
            compiled = self._compiled[backend] = self._compile(Backend(backend))
        return compiled[0], compiled[1](values)

    def _compile(self, backend: Backend) -> _Compiled:
        form = self._expression
        if isinstance(form, Forms):
            form = form[backend]
        compiled = form.compile(dialect=sql_dialect(backend))  # type: ignore[attr-defined]
        keys = compiled.positiontup or ()
        # A constant of the statement goes by its place, which is no caller's name.
        constants = {place: compiled.params[key] for place, key in enumerate(keys) if arg_name(key) is None}
        return str(compiled), _binder([arg_name(key) or place for place, key in enumerate(keys)], constants)


def _binder(order: list[str | int], constants: dict[int, Any]) -> _Bind:
    """From values by name to parameters in this order."""
    if len(order) < 2:
        return lambda values: tuple(
            [constants[key] if isinstance(key, int) else values[key] for key in order]
        )
    pick = itemgetter(*order)
    return (lambda values: pick(values | constants)) if constants else pick


def shaped(build: Callable[..., Executable | Forms]) -> Callable[..., Statement]:
    """A family of statements, one per shape (its hashable arguments); the most recent ones stay compiled."""

    @lru_cache(maxsize=SHAPES)
    def statement(*shape: Any) -> Statement:
        return Statement(build(*shape))

    return statement
