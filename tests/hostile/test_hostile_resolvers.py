"""Resolvers that lie, flood, dawdle or stay silent: every look-up ends in time, with an answer of bounded size or the right
reason."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

import dns.flags
import dns.message
import dns.rrset
import pytest

from cyberai.domain.dns import DnsReply
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget
from cyberai.net.egress import EgressPolicy
from cyberai.net.look_up import MAX_DATA, MAX_RECORDS, NameServer
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import TransportError, TransportReason
from netkit.clocks import SystemClock
from netkit.sessions import LOOPBACK, limits, run

AMPLE = 30.0
"""For resolvers that answer."""
DEADLINE = 1.0
"""For those that do not."""
GRACE = 4.0
"""Far beyond the deadline: a busy machine must not fail the test, and a look-up without a bound would never end."""
NAME = "pier.example"

Talk = Callable[[dns.message.Message], list[bytes]]
"""The datagrams, or pieces of a connection, with which a question is answered."""


def _scope() -> ScanScope:
    return ScanScope((HostTarget(NAME),))


def answer(question: dns.message.Message, *rrsets: dns.rrset.RRset, flags: int = 0) -> dns.message.Message:
    made = dns.message.make_response(question)
    made.flags |= flags
    made.answer.extend(rrsets)
    return made


def txt(*data: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{NAME}.", 60, "IN", "TXT", *data)


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


def truncated(question: dns.message.Message) -> list[bytes]:
    return [answer(question, flags=dns.flags.TC).to_wire()]


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        for piece in self._talk(dns.message.from_wire(data)):
            self._transport.sendto(piece, source)  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def hostile(udp: Talk, tcp: Talk, pause: float = 0.0) -> AsyncIterator[ScanNetwork]:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            size = int.from_bytes(await reader.readexactly(2), "big")
            for piece in tcp(dns.message.from_wire(await reader.readexactly(size))):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        writer.close()

    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Datagrams(udp), local_addr=("127.0.0.1", port)
    )
    made = ScanNetwork(EgressPolicy(allow=LOOPBACK), SystemClock(), name_server=NameServer("127.0.0.1", port))
    try:
        yield made
    finally:
        transport.close()
        server.close()


def looked_up(udp: Talk, tcp: Talk = lambda _: [], pause: float = 0.0, seconds: float = AMPLE) -> DnsReply:
    async def scenario() -> DnsReply:
        async with hostile(udp, tcp, pause) as on:
            session = on.open(_scope(), limits(timeout=seconds))
            try:
                return await session.dialer.look_up(NAME, "TXT")
            finally:
                await session.aclose()

    started = time.monotonic()
    try:
        return run(scenario())
    finally:
        assert time.monotonic() - started < seconds + GRACE


def reason(*arguments: object, **more: object) -> TransportReason:
    with pytest.raises(TransportError) as caught:
        looked_up(*arguments, seconds=DEADLINE, **more)  # type: ignore[arg-type]
    return caught.value.reason


def test_what_answers_another_question_is_passed_over() -> None:
    def first_others(question: dns.message.Message) -> list[bytes]:
        other = answer(question, txt('"forged"'))
        other.id = question.id ^ 1
        elsewhere = dns.message.make_response(dns.message.make_query("jetty.example.", "TXT", id=question.id))
        return [
            other.to_wire(),
            elsewhere.to_wire(),
            b"",
            b"noise",
            answer(question, txt('"real"')).to_wire(),
        ]

    assert looked_up(first_others).data() == ("real",)


def test_an_answer_over_tcp_is_whole_and_capped() -> None:
    many = [f'"record {number}"' for number in range(1_000)]
    flood = looked_up(truncated, lambda q: [framed(answer(q, txt(*many)).to_wire(max_size=65_535))])
    assert len(flood.records) == MAX_RECORDS
    long = looked_up(
        truncated,
        lambda q: [framed(answer(q, txt(" ".join(['"' + "a" * 255 + '"'] * 200))).to_wire(max_size=65_535))],
    )
    assert [len(data) for data in long.data()] == [MAX_DATA]


def test_pieces_come_together_and_dawdling_ends() -> None:
    def in_pieces(question: dns.message.Message) -> list[bytes]:
        wire = framed(answer(question, txt('"real"')).to_wire())
        return [wire[at : at + 1] for at in range(len(wire))]

    assert looked_up(truncated, in_pieces).data() == ("real",)
    assert reason(truncated, in_pieces, pause=1.0) is TransportReason.DNS_FAILED


@pytest.mark.parametrize(
    "tcp",
    [
        lambda _: [],
        lambda _: [b"\xff\xff" + b"x" * 100],
        lambda _: [framed(b"")],
        lambda _: [framed(b"\xff" * 40)],
    ],
)
def test_what_is_no_message_is_a_reason(tcp: Talk) -> None:
    assert reason(truncated, tcp) in (TransportReason.DNS_FAILED, TransportReason.MALFORMED)


def test_aliases_in_a_circle_end() -> None:
    def circle(question: dns.message.Message) -> list[bytes]:
        one = dns.rrset.from_text(f"{NAME}.", 60, "IN", "CNAME", "jetty.example.")
        two = dns.rrset.from_text("jetty.example.", 60, "IN", "CNAME", f"{NAME}.")
        return [answer(question, one, two).to_wire()]

    reply = looked_up(circle)
    assert (reply.aliases, reply.data()) == (("jetty.example",), ())


def test_a_silent_resolver_is_asked_twice_and_then_left_alone() -> None:
    heard: list[str] = []

    def silent(question: dns.message.Message) -> list[bytes]:
        heard.append(question.question[0].name.to_text())
        return []

    async def scenario() -> None:
        async with hostile(silent, lambda _: []) as on:
            session = on.open(_scope(), limits(timeout=DEADLINE))
            for name in ("a.example", "b.example", "c.example"):
                with pytest.raises(TransportError) as caught:
                    await session.dialer.look_up(name, "A")
                assert caught.value.reason is TransportReason.DNS_FAILED
            await session.aclose()

    run(scenario())
    assert heard == ["a.example."] * 2 + ["b.example."] * 2


def test_what_the_operator_states_is_not_asked_for() -> None:
    made = ScanNetwork(
        EgressPolicy(allow=LOOPBACK),
        SystemClock(),
        resolve_overrides={NAME: ("127.0.0.1",)},
        name_server=NameServer("127.0.0.1", 9),
    )

    async def scenario() -> None:
        session = made.open(_scope(), limits(timeout=DEADLINE))
        for name in (NAME, f"_dmarc.{NAME}"):
            with pytest.raises(TransportError) as caught:
                await session.dialer.look_up(name, "TXT")
            assert caught.value.reason is TransportReason.OUT_OF_SCOPE
        await session.aclose()

    run(scenario())
