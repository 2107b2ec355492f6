"""Hostile bytes within a handshake of TLS: a server that says them, or that goes through the handshake and has some of its
bytes changed. The dialogue comes to an end that is foreseen, and no check claims anything."""

import datetime
from functools import lru_cache

from cyberai.checkkit import Check, TlsAsset, TransportError
from cyberai.checkkit.tls_client import establish
from cyberai.checkkit.tls_dialogue import Refused, TlsDialogue, offer_of
from cyberai.checks.tls.cbc_padding import cbc_padding
from cyberai.checks.tls.ccs_injection import ccs_injection
from cyberai.checks.tls.heartbleed import heartbleed
from cyberai.checks.tls.renegotiation import renegotiation
from cyberai.checks.tls.robot import robot
from cyberai.checks.tls.ticketbleed import ticketbleed
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Identity, Session
from cyberai.lab.tls._handshake import Handshaking
from support.direct_probe import DirectProbe, collect, run
from support.lab_network import LabConversation

CHECKS: tuple[Check, ...] = (heartbleed, ccs_injection, robot, ticketbleed, renegotiation, cbc_padding)
PLACE = TlsAsset("10.0.0.5", 443)
MOST = 1_024


class Saying:
    """Says the same to whatever it hears, a piece each time."""

    def __init__(self, data: bytes, pieces: int) -> None:
        self.closed = False
        self._left = data
        self._size = len(data) // pieces + 1

    def feed(self, _data: bytes) -> bytes:
        said, self._left = self._left[: self._size], self._left[self._size :]
        self.closed = not self._left
        return said


class Beating(Handshaking):
    heartbeats = True


class Changed:
    """A server without a fault, with bytes of what it says changed: (where, by what)."""

    def __init__(self, changes: dict[int, int]) -> None:
        self._server = Beating(identity())
        self._changes = changes
        self._said = 0

    @property
    def closed(self) -> bool:
        return self._server.closed

    def feed(self, data: bytes) -> bytes:
        said = bytearray(self._server.feed(data))
        for at, by in self._changes.items():
            if 0 <= at - self._said < len(said):
                said[at - self._said] ^= by
        self._said += len(said)
        return bytes(said)


@lru_cache(maxsize=1)
def identity() -> Identity:
    return LabAuthority(datetime.datetime.now(datetime.UTC)).identity(Certificate())


def fuzz_one(data: bytes) -> None:
    """One handshake, to its end."""

    async def shake() -> None:
        dialogue = TlsDialogue(LabConversation(session(data), False), data)
        try:
            await establish(dialogue, await dialogue.greet(offer_of("shop.test")))
        except (Refused, ValueError, TransportError):
            return

    run(shake())


def judge_one(data: bytes) -> None:
    """All the checks."""
    for check in CHECKS:
        probe = DirectProbe(budget=check.meta.max_requests)
        probe.sessions[PLACE.host, PLACE.port] = lambda: session(data)
        try:
            found = run(collect(check, PLACE, probe))
        except TransportError:
            continue
        assert found == [], (check.meta.id, data)


def session(data: bytes) -> Session:
    """The server that the bytes describe."""
    if len(data) < 4 or data[0] < 128:
        return Saying(data[1:], 1 + data[0] % 4 if data else 1)
    places = range(1, len(data) - 2, 3)
    return Changed({int.from_bytes(data[at : at + 2], "big") % MOST: data[at + 2] for at in places})
