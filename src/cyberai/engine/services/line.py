"""The way to one port: every message on a connection of its own, with a bounded time for an answer."""

import asyncio

from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.services.ask import Ask
from cyberai.ports.network import Conversation, TransportError, TransportReason

MAX_ANSWER = 16_384
NOT_THERE = frozenset(
    {
        TransportReason.REFUSED,
        TransportReason.UNREACHABLE,
        TransportReason.CONNECT_TIMEOUT,
        TransportReason.DNS_FAILED,
        TransportReason.NOT_ALLOWED,
        TransportReason.OUT_OF_SCOPE,
        TransportReason.CANCELLED,
    }
)
"""There is no connection: the port has nothing more to say."""


class Line:
    """Speaks with one TCP port. `silent` is True while every message was met with patience: no byte, no end."""

    def __init__(self, context: Context, host: str, port: int, tally: Tally, *, tls: bool = False) -> None:
        self._context = context
        self.host = host
        self.port = port
        self.tls = tls
        self.tally = tally
        self.silent = True

    def sent(self) -> None:
        """Count one connection."""
        self.tally.sent += 1

    async def say(
        self, payload: bytes, seconds: float, *, quiet: float = 0.3, ask: Ask | None = None
    ) -> bytes:
        """Send (nothing: only listen) and return what came within `seconds`; empty when nothing did. Raise
        TransportError where there is no connection."""

        async def spoken(conversation: Conversation) -> bytes:
            if payload:
                await conversation.send(payload)
            said = await self._heard(conversation, seconds, quiet)
            further = ask.then(said) if said and ask is not None and ask.then is not None else b""
            if further:
                await conversation.send(further)
                said += await self._heard(conversation, seconds, quiet)
            return said

        self.sent()
        try:
            return await self._context.network.dialer.converse(self.host, self.port, spoken, tls=self.tls)
        except TransportError as error:
            if error.reason in NOT_THERE:
                raise
            self.silent = self.silent and error.reason is TransportReason.TIMEOUT
            return b""

    async def _heard(self, conversation: Conversation, seconds: float, quiet: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                said = await conversation.receive(MAX_ANSWER, quiet=quiet)
        except TimeoutError:
            return b""
        except TransportError as error:
            self.silent = self.silent and error.reason is TransportReason.TIMEOUT
            return b""
        self.silent = False
        return said
