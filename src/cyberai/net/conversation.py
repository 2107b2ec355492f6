"""A dialogue over one connection: what a check or a probe of a service says and hears, with limits."""

import asyncio
import ssl

from cyberai.net.stream import Stream
from cyberai.ports.network import TransportError, TransportReason

MOST_RECEIVED = 1_048_576
"""Bytes of one dialogue."""


class SpokenStream:
    """Implements ports.network.Conversation. `seconds` bounds each wait for a first byte."""

    def __init__(self, stream: Stream, host: str, context: ssl.SSLContext, seconds: float) -> None:
        self._stream = stream
        self._host = host
        self._context = context
        self._seconds = seconds
        self._held = b""
        self._received = 0

    async def send(self, data: bytes) -> None:
        """See ports.network.Conversation.send."""
        await self._stream.send(data)

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        """See ports.network.Conversation.receive."""
        said, self._held = self._held, b""
        if not said:
            said = await self._awaited()
        try:
            while said and len(said) < limit:
                async with asyncio.timeout(quiet):
                    more = await self._pull()
                if not more:
                    break
                said += more
        except TimeoutError:
            pass  # quiet: that was it
        except TransportError:
            # It hung up on us after it had spoken: what it said counts, and the next call tells of the end.
            if self._received > MOST_RECEIVED:
                raise
        self._held = said[limit:]
        return said[:limit]

    async def receive_exactly(self, size: int) -> bytes:
        """See ports.network.Conversation.receive_exactly."""
        said, self._held = self._held, b""
        while len(said) < min(size, MOST_RECEIVED):
            more = await self._awaited()
            if not more:
                break
            said += more
        self._held = said[size:]
        return said[:size]

    async def start_tls(self) -> None:
        """See ports.network.Conversation.start_tls."""
        async with asyncio.timeout(self._seconds):
            await self._stream.start_tls(self._context, self._host)

    async def _awaited(self) -> bytes:
        """What comes next, within `seconds`; raise TransportError TIMEOUT, to the dialogue itself."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._pull()
        except TimeoutError as error:
            detail = f"no complete answer from {self._host} within {self._seconds:g} s"
            raise TransportError(TransportReason.TIMEOUT, detail, retryable=True) from error

    async def _pull(self) -> bytes:
        data = await self._stream.receive()
        self._received += len(data)
        if self._received > MOST_RECEIVED:
            raise TransportError(
                TransportReason.MALFORMED, "the service sends more than 1 MiB in one dialogue"
            )
        return data
