"""Watching whether the target still answers; a target that died is left alone, and the ledger says so."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct

from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

PATIENCE = 10
"""Failures in a row after which the target is asked whether it is still there."""

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between these questions; after the last, the target counts as down."""

REVIVAL = 30.0
"""Seconds after which a target that is down is asked once more."""

_SIGNS = frozenset(
    {
        TransportReason.REFUSED,
        TransportReason.UNREACHABLE,
        TransportReason.RESET,
        TransportReason.CONNECT_TIMEOUT,
        TransportReason.TIMEOUT,
    }
)


class _State(Struct):
    failures: int = 0
    answered: bool = False
    down_since: float | None = None


class Health:
    """The health of the ports of one shard's host."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states: dict[tuple[str, int], _State] = {}
        self._lock = asyncio.Lock()

    def answered(self, place: tuple[str, int]) -> None:
        """A response came."""
        self._states[place] = _State(answered=True)

    def failed(self, place: tuple[str, int], reason: TransportReason) -> None:
        """No response came, for this reason."""
        if reason in _SIGNS:
            self._state(place).failures += 1

    async def gate(self, place: tuple[str, int], ask: Callable[[], Awaitable[bool]]) -> None:
        """Return when the target may be asked; raise TransportError(STOPPED) while it is down. `ask` sends one
        harmless request and tells whether an answer came."""
        if not self._ailing(place):
            return
        async with self._lock:
            if not self._ailing(place):
                return
            state = self._state(place)
            now = self._clock.monotonic()
            if state.down_since is None:
                pauses: tuple[float, ...] = PAUSES
            elif now - state.down_since >= REVIVAL:
                pauses = (0.0,)
            else:
                raise _stopped()
            for pause in pauses:
                await self._clock.sleep(pause)
                if await ask():
                    self.answered(place)
                    return
            state.down_since = self._clock.monotonic()
            raise _stopped()

    def _state(self, place: tuple[str, int]) -> _State:
        return self._states.setdefault(place, _State())

    def _ailing(self, place: tuple[str, int]) -> bool:
        state = self._states.get(place)
        return state is not None and state.answered and state.failures >= PATIENCE


def _stopped() -> TransportError:
    return TransportError(TransportReason.STOPPED, "the target no longer answers", retryable=True)
