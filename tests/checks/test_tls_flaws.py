"""The checks of faults in TLS implementations: against the practice servers, and against servers that are none of them."""

import contextlib
import datetime
from collections.abc import Callable
from functools import partial

import pytest

from cyberai.checkkit import Check, Hit, TlsAsset, TlsEvidence, TransportError
from cyberai.checks.tls.cbc_padding import cbc_padding
from cyberai.checks.tls.ccs_injection import ccs_injection
from cyberai.checks.tls.heartbleed import heartbleed
from cyberai.checks.tls.renegotiation import renegotiation
from cyberai.checks.tls.robot import robot
from cyberai.checks.tls.ticketbleed import ticketbleed
from cyberai.domain.finding import Tier
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking
from cyberai.lab.tls._wire import ClientHello, Refusal
from support.direct_probe import DirectProbe, collect, run

CHECKS = (heartbleed, ccs_injection, robot, ticketbleed, renegotiation, cbc_padding)
IDS = {check.meta.id for check in CHECKS}
SERVERS = [item for item in discovery.tls_services() if IDS.intersection(item.checks)]
PLACE = TlsAsset("10.0.0.5", 443, "shop.test")


@pytest.fixture(scope="module")
def identity() -> Identity:
    return LabAuthority(datetime.datetime.now(datetime.UTC)).identity(Certificate())


def hits(check: Check, session: Callable[[], Session], *, seed: int = 1) -> tuple[list[Hit], int]:
    """What the check finds, and the requests that it takes."""
    probe = DirectProbe(budget=check.meta.max_requests, seed=seed)
    probe.sessions[PLACE.host, PLACE.port] = session
    return run(collect(check, PLACE, probe)), probe.requests


@pytest.mark.parametrize("item", SERVERS, ids=lambda item: item.name)
def test_each_flaw_is_found_by_its_check_and_nothing_else(item: TlsService, identity: Identity) -> None:
    for check in CHECKS:
        wanted = {flaw.variant for flaw in item.flaws if flaw.check == check.meta.id}
        found, _ = hits(check, lambda: item.session(False, identity))
        assert len(found) == len(wanted), (check.meta.id, found)
        for hit in found:
            assert hit.proof.tier is Tier.CONFIRMED
            assert not hit.cause or hit.cause in wanted
            (evidence,) = hit.evidence
            assert isinstance(evidence, TlsEvidence)
            assert "10.0.0.5" in evidence.command
        assert hits(check, lambda: item.session(True, identity))[0] == []


class Slow:
    """Goes through its first part of the handshake and says nothing after it."""

    def __init__(self, server: Session) -> None:
        self.closed = False
        self._server = server
        self._asked = False

    def feed(self, data: bytes) -> bytes:
        if self._asked:
            return b""
        self._asked = True
        return self._server.feed(data)


class Saying:
    """Says the same to everything, and hangs up or waits."""

    def __init__(self, said: bytes, *, closed: bool) -> None:
        self.closed = closed
        self._said = said

    def feed(self, data: bytes) -> bytes:
        return self._said or data


def slow(item: TlsService, identity: Identity) -> Session:
    return Slow(item.session(False, identity))


ALERT = b"\x15\x03\x03\x00\x02\x02"
HOSTILE = {
    "echo": b"",
    "web": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no hello": ALERT + b"\x28",
    "bad record": ALERT + b"\x14",
    "warnings": b"\x15\x03\x03\x00\x02\x01\x70" * 500,
    "empty records": b"\x16\x03\x03\x00\x00" * 500,
    "heartbeats": b"\x18\x03\x03\x00\x1b\x02\x00\x18" + bytes(24),
    "endless message": b"\x16\x03\x03\x00\x04\x02\xff\xff\xff",
}


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_claimed_of_what_is_no_tls_server(said: bytes, closed: bool) -> None:
    for check in CHECKS:
        with contextlib.suppress(TransportError):
            assert hits(check, lambda: Saying(said, closed=closed))[0] == []


def test_silence_after_the_first_part_is_no_finding(identity: Identity) -> None:
    for item in SERVERS:
        for check in CHECKS:
            with contextlib.suppress(TransportError):
                assert hits(check, partial(slow, item, identity))[0] == []


class Inconsistent(Handshaking):
    """Answers what it cannot decrypt by one alert or the other, as a server behind a balancer of two kinds may."""

    turn = 0

    def decrypted(self, encrypted: bytes) -> bytes:
        Inconsistent.turn += 1
        raise Refusal((20, 51, 40)[Inconsistent.turn % 7 % 3])


class Padded(Handshaking):
    """Counts the padding of a heartbeat as what it holds, and goes no further: it gives nothing away."""

    heartbeats = True

    def on_heartbeat(self, request: bytes) -> None:
        size = int.from_bytes(request[1:3], "big")
        if 3 + size <= len(request):
            self.beat(request[3 : 3 + size])


class Renaming(Handshaking):
    """Gives every session an id of its own, tickets or not."""

    def resumed_id(self, hello: ClientHello) -> bytes:
        return bytes(range(32))


class Deaf(Handshaking):
    """Takes a ChangeCipherSpec for nothing at any time, as boxes of TLS 1.3 do, and complains of all else alike."""

    def on_change_cipher_spec(self) -> None:
        if self.expected == ():
            super().on_change_cipher_spec()


class Misnaming(Deaf):
    """The same, and calls whatever it does not understand a bad record, encrypted or not."""

    def feed(self, data: bytes) -> bytes:
        return super().feed(data).replace(b"\x02\x0a", b"\x02\x14")


@pytest.mark.parametrize("kind", [Inconsistent, Padded, Renaming, Deaf, Misnaming])
def test_what_only_looks_like_a_flaw_is_none(kind: type[Handshaking], identity: Identity) -> None:
    for check in CHECKS:
        assert hits(check, lambda: kind(identity))[0] == [], check.meta.id
