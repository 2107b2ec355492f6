"""Hostile bytes as what a server says before TLS: it agrees, or TransportError; never a wait without an end, and never
more said or heard than a few messages."""

from collections.abc import Coroutine
from typing import Any

from cyberai.checkkit.starttls import MAX_REPLY, into_tls
from cyberai.domain.tls.starttls import StartTls
from cyberai.ports.network import TransportError

MOST_SENT = 512
"""Bytes of all that is said before TLS."""


class Canned:
    """A conversation whose other side has said everything already, in chunks of `chunk` bytes."""

    def __init__(self, said: bytes, chunk: int = 65_536) -> None:
        self.said = said
        self.chunk = chunk
        self.sent: list[bytes] = []

    async def send(self, data: bytes) -> None:
        self.sent.append(data)

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        return await self.receive_exactly(min(limit, self.chunk))

    async def receive_exactly(self, size: int) -> bytes:
        came, self.said = self.said[:size], self.said[size:]
        return came

    async def start_tls(self) -> None:
        raise AssertionError("the way into TLS ends before TLS")


def agreed(protocol: StartTls, conversation: Canned) -> bool:
    """Whether the server goes over to TLS."""
    try:
        _ended(into_tls(conversation, protocol, "quay.test"))
    except TransportError:
        return False
    return True


def _ended(dialogue: Coroutine[Any, Any, None]) -> None:
    """Nothing of a canned conversation waits: the dialogue ends at its first step."""
    try:
        dialogue.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits for something")


def fuzz_one(data: bytes) -> None:
    """The bytes as the answer of every protocol, at once and in small pieces."""
    for protocol in StartTls:
        outcomes = set()
        for chunk in (65_536, 7):
            conversation = Canned(data, chunk)
            outcomes.add(agreed(protocol, conversation))
            assert len(conversation.sent) <= 2
            assert sum(map(len, conversation.sent)) <= MOST_SENT
            assert len(data) - len(conversation.said) <= 4 * MAX_REPLY + 65_536
