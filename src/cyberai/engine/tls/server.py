"""One TLS server that is asked again and again: pacing, patience, and what it has answered so far."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct

from cyberai.checkkit.tls import greet
from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import ClientOffer
from cyberai.engine.charged_dialer import opening
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.ports.network import Conversation, TransportError, TransportReason

SIDE_BY_SIDE = 4
"""Connections at a time, within what the scan allows."""
PATIENCE = 4.0
"""Seconds for one answer."""
MAX_SECONDS = 60.0
"""Seconds spent on answers in all, those side by side added up."""
MAX_CONNECTIONS = 400
MAX_SILENCES = 3
"""Hellos that may stay without an answer, also the second time, before we stop asking."""
_PAUSE = 1.0
"""Seconds before it is tried again where no connection came about: some servers limit how many they take."""
_HANG_UPS_BELIEVED = 2

_NO_CONNECTION = frozenset(
    {TransportReason.REFUSED, TransportReason.UNREACHABLE, TransportReason.CONNECT_TIMEOUT}
)
_REFUSALS = frozenset({TransportReason.RESET, TransportReason.TLS_FAILED, TransportReason.MALFORMED})
"""Ways of servers to say no without an alert, some of them in the clear."""
_INTERNAL_ERROR = 80
NOTHING = ServerFlight(closed=True)


class GaveUp(Exception):
    """The server is not asked any further; the text says why."""


class Asked(Struct, frozen=True):
    """A question and its answer."""

    offer: ClientOffer
    flight: ServerFlight


class Server:
    """Asks one server. `asked` is all that was asked, in the order of the answers."""

    def __init__(self, context: Context, asset: TlsAsset, tally: Tally) -> None:
        self._context = context
        self.asset = asset
        self._tally = tally
        self._turn = asyncio.Semaphore(SIDE_BY_SIDE)
        self._seconds = 0.0
        self._hang_ups = 0
        self._silences = 0
        self._given_up = ""
        self.asked: list[Asked] = []
        self.connections = 0

    async def ask(self, offer: ClientOffer) -> ServerFlight:
        """What the server answers; a refusal is an alert, or nothing where it hangs up or stays silent. What may have
        been chance is asked a second time. Raise GaveUp, or TransportError where the scan must not go on."""
        async with self._turn:
            flight = await self._once(offer)
            if self._in_doubt(flight):
                flight = await self._once(offer)
                self._hang_ups += flight == NOTHING
                self._silences += flight is None
        self.asked.append(Asked(offer, flight or NOTHING))
        return flight or NOTHING

    def forgive(self) -> None:
        """Count anew what stays without an answer: what follows is of another kind."""
        self._given_up, self._silences = "", 0

    def _in_doubt(self, flight: ServerFlight | None) -> bool:
        if flight is None:
            return True
        if flight.alert is not None:
            return flight.alert.description == _INTERNAL_ERROR and not self.asked
        return flight.version is None and self._hang_ups < _HANG_UPS_BELIEVED

    async def speak(self, dialogue: Callable[[Conversation], Awaitable[ServerFlight]]) -> ServerFlight | None:
        """Another dialogue, on a connection of its own, where the server waits for a ClientHello. None where no answer
        came; raise GaveUp, or TransportError where the scan must not go on."""
        async with self._turn:
            return await self._spoken(dialogue)

    async def _once(self, offer: ClientOffer) -> ServerFlight | None:
        return await self._spoken(lambda conversation: greet(conversation, offer))

    async def _spoken(
        self, dialogue: Callable[[Conversation], Awaitable[ServerFlight]]
    ) -> ServerFlight | None:
        """The answer, None where none came."""
        self._may_go_on()
        asset, began = self.asset, self._context.clock.monotonic()
        before = opening(asset.host, asset.server_name, asset.starttls)

        entered = before is None

        async def whole(conversation: Conversation) -> ServerFlight:
            nonlocal began, entered
            began = self._context.clock.monotonic()  # before, it was our own turn that we waited for
            async with asyncio.timeout(PATIENCE):
                if before is not None:
                    await before(conversation)
                    entered = True
                return await dialogue(conversation)

        self.connections += 1
        self._tally.sent += 1
        try:
            return await self._context.network.dialer.converse(asset.host, asset.port, whole)
        except TransportError as error:
            return await self._without_answer(error, entered)
        finally:
            self._seconds += self._context.clock.monotonic() - began

    async def _without_answer(self, error: TransportError, entered: bool) -> ServerFlight | None:
        """Nothing where the server has refused in its own way, None where it may have been chance."""
        if error.reason in _NO_CONNECTION or (error.reason in _REFUSALS and not entered):
            await self._context.clock.sleep(_PAUSE)
            return None
        if error.reason in _REFUSALS:
            return NOTHING
        if error.reason is not TransportReason.TIMEOUT:
            self._given_up = f"the scan stopped asking: {error.reason.value}"
            raise error
        return None

    def _may_go_on(self) -> None:
        if not self._given_up:
            if self._silences >= MAX_SILENCES:
                self._given_up = f"{self._silences} hellos stayed without an answer"
            elif self._seconds >= MAX_SECONDS:
                self._given_up = "the server answers too slowly"
            elif self.connections >= MAX_CONNECTIONS:
                self._given_up = f"{self.connections} connections were not enough"
        if self._given_up:
            raise GaveUp(self._given_up)
