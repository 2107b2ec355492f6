"""What one unit has done, step by step, and which of it is known to have been answered within the session: what is not is
done again, and nothing else."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar, cast

from msgspec import Struct

from cyberai.engine.fetch import Tally as Tally
from cyberai.engine.login.keeper import Login

T = TypeVar("T")


class _Step(Struct):
    value: object
    began: int
    ended: int
    sure: bool


class Steps:
    """The steps of one unit: the shortest pieces that can be repeated by themselves, such as one check at one place.

    The unit is gone through once, and once more for each pass that left steps in doubt: a step that is believed gives
    what it gave then. `login` is None where there is no session to lose.
    """

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._taken: dict[Hashable, _Step] = {}
        self._fixed: dict[Hashable, object] = {}
        self._sure = False
        self.sent = 0
        """Requests of all steps, in all passes."""

    async def take(self, key: Hashable, make: Callable[[Tally], Awaitable[T]]) -> T:
        """What the step gives; raise what it raises, and then it is taken again in the next pass."""
        kept = self._taken.get(key)
        if kept is not None and self._believed(kept):
            return cast(T, kept.value)
        tally = Tally(sure=self._sure)
        began = self._span
        try:
            value = await make(tally)
        finally:
            self.sent += tally.sent
        watched = self._login is not None and self._login.watched
        self._taken[key] = _Step(value, began, self._span, self._sure and watched)
        return value

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What needs no request, and is decided in the first pass."""
        if key not in self._fixed:
            self._fixed[key] = make()
        return cast(T, self._fixed[key])

    def again(self) -> None:
        """Another pass: every answer of what is done in it is seen to come within the session before the next request,
        so that a session of a few requests is enough."""
        self._sure = True

    @property
    def in_doubt(self) -> bool:
        """Whether some of what was done is to be done again."""
        return not all(map(self._believed, self._taken.values()))

    def vouches_for(self, value: object) -> bool:
        """Whether a step that is believed gave exactly this."""
        return any(step.value is value for step in self._taken.values() if self._believed(step))

    @property
    def _span(self) -> int:
        return self._login.span if self._login is not None else 0

    def _believed(self, step: _Step) -> bool:
        return step.sure or self._login is None or not self._login.doubted(step.began, step.ended)
