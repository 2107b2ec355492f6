"""Services on ports that say nothing about them, over real sockets: found, and not mistaken for others."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing

from cyberai.domain.asset import PortAsset
from cyberai.domain.scan import ScanOptions, ScanType
from cyberai.domain.service import ServiceFact
from cyberai.domain.unit import Stage, Unit
from netkit.servers import serving
from netkit.sessions import limits, network, run
from support.scan_in_process import scope_of, session_of, spec_of

HOST = "127.0.0.1"
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def greeting(said: bytes, *, hang_up: bool = False) -> Speak:
    """Says something at once, and answers nothing further."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        if not hang_up:
            await reader.read()

    return speak


def answering(*pairs: tuple[bytes, bytes], otherwise: bytes = b"") -> Speak:
    """Answers what begins in one of these ways, and hangs up on the rest."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.read(4_096)
        said = next((answer for start, answer in pairs if asked.startswith(start)), otherwise)
        writer.write(said)
        await writer.drain()
        if said:
            await reader.read()

    return speak


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4_096):
        writer.write(data)


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(4_096):
        pass


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"SSH-2.0-OpenSSH_9.2p1\r\n":
        writer.write(bytes([byte]))
        await asyncio.sleep(1)


MARIA = b"\x6a\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB\x00\x08\x00\x00\x00abcdefgh\x00"
HTTP = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 23\r\n\r\nSSH-2.0-OpenSSH_9.2p1\r\n"
PG = b"E\x00\x00\x00\x5fSFATAL\x00VFATAL\x00C28000\x00Mno pg_hba.conf entry\x00\x00"
SERVICES: tuple[tuple[str, str, Speak], ...] = (
    ("ssh", "OpenSSH 9.2p1", greeting(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", hang_up=True)),
    ("ftp", "vsftpd 3.0.3", greeting(b"220 (vsFTPd 3.0.3)\r\n")),
    ("smtp", "Exim 4.96", greeting(b"220 x ESMTP Exim 4.96 Thu\r\n", hang_up=True)),
    ("imap", "Dovecot ", greeting(b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n")),
    ("pop3", "Dovecot ", greeting(b"+OK Dovecot ready.\r\n")),
    ("mysql", "MariaDB 10.11.6", greeting(MARIA)),
    ("nats", "NATS Server 2.9.10", greeting(b'INFO {"server_id":"N","version":"2.9.10"}\r\n')),
    ("http", "nginx 1.22.1", answering((b"GET ", HTTP))),
    ("redis", "Redis 7.0.15", answering((b"PING", b"+PONG\r\n$30\r\n# Server\r\nredis_version:7.0.15\r\n"), otherwise=b"-ERR unknown command\r\n")),
    ("memcached", "memcached 1.6.18", answering((b"version", b"VERSION 1.6.18\r\n"), otherwise=b"ERROR\r\n")),
    ("postgresql", "PostgreSQL ", answering((b"\x00\x00\x00\x42", PG))),
    ("mqtt", "Mosquitto 2.0.11", answering((b"\x10", b"\x20\x02\x00\x00\x90\x03\x00\x01\x00\x31\x00\x00\x13$SYS/broker/versionmosquitto version 2.0.11"))),
    ("socks", " ", answering((b"\x05\x02", b"\x05\x00"))),
    ("zookeeper", "Apache ZooKeeper 3.8.0", answering((b"srvr", b"Zookeeper version: 3.8.0-5a\n"))),
)  # fmt: skip
TRAPS: tuple[tuple[str, Speak], ...] = (
    ("echo", echo),
    ("garbage", greeting(bytes(range(1, 255)) * 20)),
    ("one byte a second", drip),
    (
        "everything at once",
        greeting(b"SSH-2.0-x\r\n220 (vsFTPd 3.0.3)\r\n+OK ready\r\n* OK ready\r\n@RSYNCD: 31.0\n"),
    ),
    ("silence", silent),
)


async def identified(speakers: list[Speak]) -> list[ServiceFact]:
    """Every speaker on a port of its own, and what the engine makes of each, in their order."""
    options = ScanOptions(concurrent=16)
    spec = spec_of(HOST, options=options, scan_type=ScanType.NETWORK)
    async with AsyncExitStack() as undo:
        ports = [await undo.enter_async_context(serving(speak)) for speak in speakers]
        session = network().open(scope_of(spec), limits(concurrent=16, timeout=6.0, rate=1_000))
        undo.push_async_callback(session.aclose)
        engine = session_of(spec, session, ())
        units = [Unit(Stage.IDENTIFY, PortAsset(HOST, port)) for port in ports]
        async with aclosing(engine.run(units)) as results:
            found = {fact.port: fact async for result in results for fact in result.services}
        return [found[port] for port in ports]


def test_a_hundred_services_on_ports_that_say_nothing_are_found() -> None:
    speakers = [SERVICES[number % len(SERVICES)] for number in range(100)]
    facts = run(identified([speak for _, _, speak in speakers]), limit=300)
    wrong = [
        (protocol, product, fact)
        for (protocol, product, _), fact in zip(speakers, facts, strict=True)
        if (fact.protocol, f"{fact.product} {fact.version}") != (protocol, product)
    ]
    assert wrong == []


def test_what_is_no_service_we_know_is_unknown_and_not_guessed() -> None:
    facts = run(identified([speak for _, speak in TRAPS]), limit=300)
    assert [(fact.protocol, fact.product) for fact in facts] == [("", "")] * len(TRAPS)
    banners = dict(zip((name for name, _ in TRAPS), facts, strict=True))
    assert banners["everything at once"].banner.startswith("SSH-2.0-x")
    assert banners["silence"].banner == ""
