"""One question to a port: what is sent, where it is usual, and who reads the answer."""

import struct
from collections.abc import Callable

from msgspec import Struct

from cyberai.engine.services.identity import Identity

Read = Callable[[bytes], Identity | None]

TCP = "tcp"
UDP = "udp"


class Ask(Struct, frozen=True, kw_only=True):
    """A message that changes nothing at whoever gets it. `read` judges the answer; bytes of another protocol make it
    return None. `ports` are where the protocol is usual: there this question comes first. `usual` orders the rest,
    the most often met first; 0 is asked only at its ports. `then` gives the next message of the same connection
    (empty: none) for the answer so far; `read` gets all that came."""

    name: str
    payload: bytes
    read: Read
    ports: frozenset[int]
    usual: int = 0
    transport: str = TCP
    then: Callable[[bytes], bytes] | None = None
    further: "Ask | None" = None
    """What is asked on a connection of its own when the answer told the protocol and no version."""
    mirrors: bool = False
    """True where the protocol itself gives back our first words, as an echo server does."""

    def judge(self, answer: bytes) -> Identity | None:
        """What the answer says; None when it is no answer to this, or nothing but our own words."""
        if not answer or (self.payload and not self.mirrors and answer.startswith(self.payload[:64])):
            return None
        try:
            return self.read(answer)
        except (ValueError, IndexError, struct.error):
            return None  # cut off, or made by somebody with other ideas


def ports(*numbers: int) -> frozenset[int]:
    """Ports, as a set."""
    return frozenset(numbers)
