"""Statements: Core expressions compiled once to SQL text and the order of their parameters."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy.sql.expression import Executable

from cyberai.storage.dialect import Backend, arg_name, sql_dialect

SHAPES = 256
"""How many shapes of a list query are kept compiled."""

Built = TypeVar("Built", bound="Statement")


class Statement:
    """One statement. Compiling takes SQLAlchemy a millisecond, so it happens at the first use and once."""

    __slots__ = ("_bind", "_expression", "sql")

    def __init__(self, expression: Executable) -> None:
        self._expression = expression
        self._bind: Callable[[Mapping[str, Any]], tuple[Any, ...]] | None = None
        self.sql = ""

    def prepare(self, backend: Backend, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """The SQL text and the parameters in its order. A missing value is a KeyError."""
        if self._bind is None:
            self._bind = self._compile(backend)
        return self.sql, self._bind(values)

    def _compile(self, backend: Backend) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        # A process opens one store, so that one compiled form is enough.
        compiled = self._expression.compile(dialect=sql_dialect(backend))  # type: ignore[attr-defined]
        self.sql = str(compiled)
        constants = dict(compiled.params)
        order = [(arg_name(key), constants.get(key)) for key in compiled.positiontup or ()]
        names = [name for name, _ in order]
        if None not in names:
            return lambda values: tuple([values[name] for name in names])  # type: ignore[index]
        return lambda values: tuple([constant if name is None else values[name] for name, constant in order])


def shaped(build: Callable[..., Executable]) -> Callable[..., Statement]:
    """A family of statements, one per shape (its hashable arguments); the most recent ones stay compiled."""

    @lru_cache(maxsize=SHAPES)
    def statement(*shape: Any) -> Statement:
        return Statement(build(*shape))

    return statement
