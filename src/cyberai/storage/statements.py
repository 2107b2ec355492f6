"""Statements: Core expressions compiled once to SQL text and the order of their parameters."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import Backend, Forms, arg_name, sql_dialect

SHAPES = 256
"""How many shapes of a list query are kept compiled."""

_Bind = Callable[[Mapping[str, Any]], tuple[Any, ...]]
_Compiled = tuple[str, _Bind]


class Statement:
    """One statement. Compiling takes SQLAlchemy a millisecond, so it happens once per database, at the first use."""

    __slots__ = ("_compiled", "_expression")

    def __init__(self, expression: Executable | Forms) -> None:
        self._expression = expression
        self._compiled: list[_Compiled | None] = [None for _ in Backend]

    def prepare(self, backend: int, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
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
        constants = dict(compiled.params)
        order = [(arg_name(key), constants.get(key)) for key in compiled.positiontup or ()]
        names = [name for name, _ in order]
        if None not in names:
            return str(compiled), lambda values: tuple([values[name] for name in names])
        return str(compiled), lambda values: tuple(
            [constant if name is None else values[name] for name, constant in order]
        )


def shaped(build: Callable[..., Executable | Forms]) -> Callable[..., Statement]:
    """A family of statements, one per shape (its hashable arguments); the most recent ones stay compiled."""

    @lru_cache(maxsize=SHAPES)
    def statement(*shape: Any) -> Statement:
        return Statement(build(*shape))

    return statement
