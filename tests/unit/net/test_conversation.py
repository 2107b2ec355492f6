"""converse and datagram against real sockets."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from cyberai.ports.network import Conversation, TransportError, TransportReason
from netkit.servers import serving
from netkit.sessions import limits, open_session, run

HOST = "127.0.0.1"
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


async def polite(reader: Reader, writer: Writer) -> None:
    """Greets, then repeats each line in upper case, in two pieces."""
    writer.write(b"220 hello\r\n")
    while line := await reader.readline():
        writer.write(line[:2].upper())
        await writer.drain()
        writer.write(line[2:].upper())


async def endless(reader: Reader, writer: Writer) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()


async def silent(reader: Reader, writer: Writer) -> None:
    await reader.read()


def test_a_dialogue_is_held_step_by_step() -> None:
    async def dialogue(conversation: Conversation) -> list[bytes]:
        heard = [await conversation.receive(quiet=0.05)]
        for line in (b"first\r\n", b"second\r\n"):
            await conversation.send(line)
            heard.append(await conversation.receive_exactly(3))
            heard.append(await conversation.receive_exactly(len(line) - 3))
        return heard

    async def scenario() -> None:
        async with serving(polite) as port:
            session = open_session(settings=limits(timeout=5.0))
            heard = await session.dialer.converse(HOST, port, dialogue)
            assert heard == [b"220 hello\r\n", b"FIR", b"ST\r\n", b"SEC", b"OND\r\n"]
            assert session.requests_sent == 1
            await session.aclose()

    run(scenario())


async def rude(_reader: Reader, writer: Writer) -> None:
    """Says what it is, then resets the connection as a server does that has not read all it was sent."""
    writer.write(b"SSH-2.0-quay\r\n")
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def test_what_was_said_before_a_reset_counts() -> None:
    async def dialogue(conversation: Conversation) -> bytes:
        return await conversation.receive(quiet=2.0)

    async def scenario() -> None:
        async with serving(rude) as port:
            session = open_session(settings=limits(timeout=5.0))
            assert await session.dialer.converse(HOST, port, dialogue) == b"SSH-2.0-quay\r\n"
            await session.aclose()

    run(scenario())


async def everything(conversation: Conversation) -> None:
    while await conversation.receive():
        pass


async def a_word(conversation: Conversation) -> bytes:
    return await conversation.receive()


@pytest.mark.parametrize(
    ("server", "dialogue", "reason"),
    [
        (endless, everything, TransportReason.MALFORMED),
        (silent, a_word, TransportReason.TIMEOUT),
        (silent, lambda conversation: conversation.start_tls(), TransportReason.TIMEOUT),
        (polite, lambda conversation: conversation.start_tls(), TransportReason.TLS_FAILED),
    ],
)
def test_a_dialogue_has_limits(
    server: Callable[..., object], dialogue: Callable[..., object], reason: TransportReason
) -> None:
    async def scenario() -> None:
        async with serving(server) as port:  # type: ignore[arg-type]
            session = open_session(settings=limits(timeout=0.3 if server is silent else 20.0))
            with pytest.raises(TransportError) as caught:
                await session.dialer.converse(HOST, port, dialogue)  # type: ignore[arg-type]
            assert caught.value.reason is reason
            await session.aclose()

    run(scenario())


def test_more_than_asked_for_is_kept_for_the_next_step() -> None:
    async def dialogue(conversation: Conversation) -> None:
        assert await conversation.receive_exactly(4) == b"220 "
        assert await conversation.receive(3) == b"hel"
        assert await conversation.receive_exactly(4) == b"lo\r\n"

    async def scenario() -> None:
        async with serving(polite) as port:
            session = open_session(settings=limits(timeout=5.0))
            await session.dialer.converse(HOST, port, dialogue)
            await session.aclose()

    run(scenario())


class Answering(asyncio.DatagramProtocol):
    """Answers the `from_number`th datagram of a client, and those after it, with `count` datagrams."""

    def __init__(self, count: int, from_number: int) -> None:
        self.count, self.from_number, self.seen = count, from_number, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.seen += 1
        if self.seen >= self.from_number:
            for number in range(self.count):
                self.transport.sendto(data + b"%d" % number, addr)  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def listening(count: int, from_number: int) -> AsyncIterator[tuple[int, Answering]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Answering(count, from_number), local_addr=(HOST, 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("sent", "asked", "from_number", "expected"),
    [(1, 1, 1, 1), (3, 1, 1, 1), (3, 64, 1, 3), (1, 1, 2, 1)],
)
def test_datagrams(sent: int, asked: int, from_number: int, expected: int) -> None:
    async def scenario() -> None:
        async with listening(sent, from_number) as (port, server):
            session = open_session(settings=limits(timeout=5.0))
            heard = await session.dialer.datagram(HOST, port, b"ask", answers=asked, quiet=0.2)
            assert heard == tuple(b"ask%d" % number for number in range(expected))
            assert session.requests_sent == server.seen == from_number
            await session.aclose()

    run(scenario())


def test_a_port_where_nobody_listens_refuses_and_a_silent_one_times_out() -> None:
    async def scenario() -> None:
        session = open_session(settings=limits(timeout=0.2))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent_one:
            silent_one.bind((HOST, 0))
            port = silent_one.getsockname()[1]
            with pytest.raises(TransportError) as caught:
                await session.dialer.datagram(HOST, port, b"x")
            assert caught.value.reason is TransportReason.TIMEOUT
        with pytest.raises(TransportError) as caught:
            await session.dialer.datagram(HOST, port, b"x")
        assert caught.value.reason is TransportReason.REFUSED
        await session.aclose()

    run(scenario())
