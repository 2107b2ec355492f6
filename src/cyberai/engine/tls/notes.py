"""What of an assessment stays unclear, and why."""

from collections.abc import Awaitable
from typing import TypeVar

from cyberai.engine.tls.server import GaveUp

T = TypeVar("T")


class Notes:
    """Collects it, in words."""

    def __init__(self) -> None:
        self._unclear: list[str] = []

    @property
    def unclear(self) -> tuple[str, ...]:
        """Each thing once, in the order in which it was noted."""
        return tuple(dict.fromkeys(self._unclear))

    def note(self, what: str, why: str) -> None:
        """Keep what could not be measured, where there is a reason."""
        if why:
            self._unclear.append(f"{what}: {why}")

    async def told(self, what: str, work: Awaitable[T], otherwise: T) -> T:
        """What comes of the work, or `otherwise` where the server is not asked any further."""
        try:
            return await work
        except GaveUp as error:
            self.note(what, str(error))
            return otherwise
