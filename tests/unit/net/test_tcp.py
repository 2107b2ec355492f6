"""talk, offers and handshake against real servers."""

import asyncio
import ssl
import struct
import time
from pathlib import Path

import pytest

from cyberai.domain.target import PortTarget
from cyberai.ports.network import TlsVersion, TransportError, TransportReason
from netkit.certificates import Issued, issue
from netkit.servers import Handler, answering, closed_port, reset, response, serving
from netkit.sessions import limits, network, open_session, run

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
HOST = "127.0.0.1"


async def reason_of(work: object) -> TransportReason:
    with pytest.raises(TransportError) as caught:
        await work  # type: ignore[misc]
    return caught.value.reason


async def silent(reader: Reader, writer: Writer) -> None:
    await asyncio.sleep(30)


async def greeting(reader: Reader, writer: Writer) -> None:
    writer.write(b"+hello\r\n")
    await writer.drain()
    await asyncio.sleep(30)


async def echo(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


async def endless(reader: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"x" * 10_000)
        await writer.drain()


async def dripping(reader: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("server", "payload", "expected"),
    [
        (greeting, b"", b"+hello\r\n"),
        (echo, b"PING\r\n", b"PING\r\n"),
        (endless, b"", b"x" * 500),
        (dripping, b"", None),
    ],
)
def test_talk(server: Handler, payload: bytes, expected: bytes | None, loop: str) -> None:
    async def scenario() -> None:
        async with serving(server) as port:
            session = open_session(settings=limits(timeout=1.0))
            started = time.monotonic()
            answer = await session.dialer.talk(HOST, port, payload, limit=500, quiet=0.3)
            assert time.monotonic() - started < 1.5
            assert answer == expected or (expected is None and set(answer) == {ord("x")})
            assert session.requests_sent == 1
            await session.aclose()

    run(scenario(), loop)


def test_talk_that_fails_says_why(loop: str) -> None:
    async def scenario() -> None:
        async def hang_up(reader: Reader, writer: Writer) -> None:
            await reader.read(1)

        async def slam(reader: Reader, writer: Writer) -> None:
            await reader.read(1)
            reset(writer)

        session = open_session(settings=limits(timeout=0.5))
        talk = session.dialer.talk
        assert await reason_of(talk(HOST, closed_port(), b"x")) is TransportReason.REFUSED
        async with serving(silent) as port:
            started = time.monotonic()
            assert await reason_of(talk(HOST, port, b"x")) is TransportReason.TIMEOUT
            assert await reason_of(talk(HOST, port, b"x", tls=True)) is TransportReason.TIMEOUT
            assert 1.0 <= time.monotonic() - started < 2.0
        async with serving(hang_up) as port:
            assert await reason_of(talk(HOST, port, b"x")) is TransportReason.RESET
        async with serving(slam) as port:
            assert await reason_of(talk(HOST, port, b"x")) is TransportReason.RESET
        limited = open_session((PortTarget(HOST, 1),))
        assert await reason_of(limited.dialer.talk(HOST, 2, b"x")) is TransportReason.OUT_OF_SCOPE
        await session.aclose()
        await limited.aclose()

    run(scenario(), loop)


def test_talk_through_tls(tmp_path: Path, loop: str) -> None:
    async def scenario() -> None:
        async with serving(echo, tls=issue("x", names=(HOST,)).server_context(tmp_path)) as port:
            session = open_session()
            assert (
                await session.dialer.talk(HOST, port, b"a" * 100_000, limit=100_000, tls=True)
                == b"a" * 100_000
            )
            await session.aclose()

    run(scenario(), loop)


V = ssl.TLSVersion
OFFERS = {
    (V.TLSv1_3, V.TLSv1_3): {TlsVersion.TLS1_3},
    (V.TLSv1_2, V.TLSv1_2): {TlsVersion.TLS1_2},
    (V.TLSv1, V.TLSv1): {TlsVersion.TLS1_0},
    (V.TLSv1_1, V.TLSv1_2): {TlsVersion.TLS1_1, TlsVersion.TLS1_2},
    (V.TLSv1, V.TLSv1_3): {TlsVersion.TLS1_0, TlsVersion.TLS1_1, TlsVersion.TLS1_2, TlsVersion.TLS1_3},
}


@pytest.mark.parametrize("versions", OFFERS, ids=lambda pair: f"{pair[0].name}-{pair[1].name}")
def test_offers_exactly_what_the_server_speaks(versions: tuple[V, V], tmp_path: Path, loop: str) -> None:
    async def scenario() -> None:
        context = issue("x", names=(HOST,)).server_context(tmp_path, *versions)
        async with serving(echo, tls=context) as port:
            session = open_session()
            spoken = {v for v in TlsVersion if await session.dialer.offers(HOST, port, v, "site.example")}
            assert spoken == OFFERS[versions]
            await session.aclose()

    run(scenario(), loop)


def test_offers_without_tls_raises_and_a_hang_up_refuses(loop: str) -> None:
    async def scenario() -> None:
        async def hang_up(reader: Reader, writer: Writer) -> None:
            await reader.read(1000)

        async def slam(reader: Reader, writer: Writer) -> None:
            await reader.read(1000)
            reset(writer)

        async def http(reader: Reader, writer: Writer) -> None:
            await reader.read(1000)
            writer.write(response(b"no", status="400 Bad Request"))
            await writer.drain()
            await asyncio.sleep(5)

        session = open_session(settings=limits(timeout=0.5))
        for server in (hang_up, slam):
            async with serving(server) as port:
                assert await session.dialer.offers(HOST, port, TlsVersion.TLS1_0) is False
        async with serving(http) as port:
            assert (
                await reason_of(session.dialer.offers(HOST, port, TlsVersion.TLS1_2))
                is TransportReason.TLS_FAILED
            )
        async with serving(silent) as port:
            assert (
                await reason_of(session.dialer.offers(HOST, port, TlsVersion.TLS1_2))
                is TransportReason.TIMEOUT
            )
        await session.aclose()

    run(scenario(), loop)


def test_offers_sslv3_from_a_hand_made_server(loop: str) -> None:
    """No library here speaks SSLv3; this server selects it as RFC 6101 says."""

    async def server(reader: Reader, writer: Writer) -> None:
        kind, version, length = struct.unpack("!BHH", await reader.readexactly(5))
        hello = await reader.readexactly(length)
        assert (kind, version, hello[4:6]) == (22, 0x0300, b"\x03\x00")
        assert len(hello) == 4 + 2 + 32 + 1 + 2 + int.from_bytes(hello[39:41], "big") + 2  # and no extensions
        body = b"\x03\x00" + bytes(32) + b"\x00" + b"\x00\x05" + b"\x00"
        message = b"\x02" + len(body).to_bytes(3, "big") + body
        writer.write(struct.pack("!BHH", 22, 0x0300, len(message)) + message)
        await writer.drain()
        await reader.read()

    async def scenario() -> None:
        async with serving(server) as port:
            session = open_session()
            assert await session.dialer.offers(HOST, port, TlsVersion.SSL3) is True
            await session.aclose()

    run(scenario(), loop)


@pytest.mark.parametrize("newest", [V.TLSv1_2, V.TLSv1_3])
def test_handshake_gives_the_whole_chain(newest: V, tmp_path: Path, loop: str) -> None:
    root = issue("Root", authority=True)
    between = issue("Between", root, authority=True)
    leaf = issue("leaf", between, names=("site.example", HOST))
    ca_file = tmp_path / "root.pem"
    ca_file.write_bytes(root.pem)

    async def scenario() -> None:
        async with serving(echo, tls=leaf.server_context(tmp_path, newest=newest)) as port:
            trusting = open_session(on=network(ca_file=ca_file))
            shake = await trusting.dialer.handshake(HOST, port, "site.example")
            assert shake.chain == (leaf.der, between.der)
            assert (shake.trusted, shake.trust_error) == (True, "")
            assert shake.version == {V.TLSv1_2: "TLSv1.2", V.TLSv1_3: "TLSv1.3"}[newest]
            assert shake.cipher
            assert trusting.requests_sent == 1
            by_address = await trusting.dialer.handshake(HOST, port)
            assert by_address.trusted
            stranger = open_session()
            shake = await stranger.dialer.handshake(HOST, port)
            assert shake.chain == (leaf.der, between.der)
            assert not shake.trusted
            assert "unable to get" in shake.trust_error
            assert stranger.requests_sent == 2
            await trusting.aclose()
            await stranger.aclose()

    run(scenario(), loop)


def bad(case: str, root: Issued) -> Issued:
    if case == "expired":
        return issue("leaf", root, names=("site.example",), from_days=-9, to_days=-1)
    if case == "self-signed":
        return issue("leaf", names=("site.example",))
    return issue("leaf", root, names=("other.example",))


@pytest.mark.parametrize(
    ("case", "words"),
    [("expired", "expired"), ("self-signed", "self-signed"), ("mismatch", "not valid for 'site.example'")],
)
def test_handshake_says_why_there_is_no_trust(case: str, words: str, tmp_path: Path) -> None:
    root = issue("Root", authority=True)
    leaf = bad(case, root)
    ca_file = tmp_path / "root.pem"
    ca_file.write_bytes(root.pem)

    async def scenario() -> None:
        async with serving(echo, tls=leaf.server_context(tmp_path)) as port:
            session = open_session(on=network(ca_file=ca_file))
            shake = await session.dialer.handshake(HOST, port, "site.example")
            assert shake.chain == (leaf.der,)
            assert not shake.trusted
            assert words in shake.trust_error
            await session.aclose()

    run(scenario())


def test_handshake_without_tls(loop: str) -> None:
    async def scenario() -> None:
        session = open_session(settings=limits(timeout=0.5))
        for server in (greeting, answering(response())):
            async with serving(server) as port:
                reason = await reason_of(session.dialer.handshake(HOST, port))
                assert reason in (TransportReason.TLS_FAILED, TransportReason.TIMEOUT)
        await session.aclose()

    run(scenario(), loop)
