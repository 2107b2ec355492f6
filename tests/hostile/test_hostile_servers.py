"""A zoo of hostile servers: whatever one sends, a request ends by its deadline with the right reason or a capped
answer, in bounded memory, and the session goes on working."""

import asyncio
import gzip
import itertools
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cyberai.domain.http import HttpResponse
from cyberai.ports.network import TransportError, TransportReason
from netkit.servers import Handler, answering, request_head, reset, response, serving
from netkit.sessions import get, limits, open_session, run

DEADLINE = 0.4
AMPLE = 5.0
"""For servers whose answer ends a request long before its deadline."""
GRACE = 0.5
MAX_BODY = 512 * 1024
MEMORY = 24 * 1024 * 1024

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


def flood(head: bytes, piece: bytes) -> Handler:
    """Send `head`, then `piece` for ever, as fast as it is taken."""

    async def handler(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return handler


def drip(head: bytes, piece: bytes, pause: float = 0.05) -> Handler:
    """Send `head`, then one `piece` at a time, for ever."""

    async def handler(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


async def silent(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    await asyncio.sleep(60)


async def silent_without_reading(reader: Reader, writer: Writer) -> None:
    await asyncio.sleep(60)


async def close_at_once(reader: Reader, writer: Writer) -> None:
    writer.close()


async def reset_at_once(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    reset(writer)


async def reset_in_head(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(OK + b"Server: x")
    await writer.drain()
    await asyncio.sleep(0.1)
    reset(writer)


async def reset_in_body(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(OK + b"Content-Length: 100\r\n\r\npartial")
    await writer.drain()
    await asyncio.sleep(0.1)
    reset(writer)


async def header_names_for_ever(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(OK)
    for number in itertools.count():
        writer.write(b"".join(b"X-%d-%d: y\r\n" % (number, n) for n in range(100)))
        await writer.drain()
        await asyncio.sleep(0)


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1 << 20)
    return b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()


def coded(body: bytes, coding: str = "gzip") -> Handler:
    return answering(response(body, headers=f"Content-Encoding: {coding}\r\n"))


@dataclass(frozen=True)
class Case:
    name: str
    server: Handler
    expect: TransportReason | Callable[[HttpResponse], bool]
    ends_early: bool = True


def capped(answer: HttpResponse) -> bool:
    return answer.truncated and len(answer.body) <= MAX_BODY


def body_is(body: bytes, *, truncated: bool = False) -> Callable[[HttpResponse], bool]:
    return lambda answer: answer.body == body and answer.truncated is truncated


R = TransportReason
CASES = [
    Case("accepts and stays silent", silent, R.TIMEOUT, ends_early=False),
    Case("never reads", silent_without_reading, R.TIMEOUT, ends_early=False),
    Case("closes at once", close_at_once, R.RESET),
    Case("resets at once", reset_at_once, R.RESET),
    Case("resets within the head", reset_in_head, R.RESET),
    Case("resets within the body", reset_in_body, body_is(b"partial", truncated=True)),
    Case("status line byte by byte", drip(b"HTTP/1.1 200 ", b"O"), R.TIMEOUT, ends_early=False),
    Case("header byte by byte", drip(OK + b"X-Slow: ", b"a"), R.TIMEOUT, ends_early=False),
    Case("header line by line", drip(OK, b"X-Slow: 1\r\n"), R.TIMEOUT, ends_early=False),
    Case(
        "body byte by byte", drip(OK + b"Content-Length: 100000\r\n\r\n", b"a"), R.TIMEOUT, ends_early=False
    ),
    Case("chunks byte by byte", drip(CHUNKED, b"1\r\na\r\n"), R.TIMEOUT, ends_early=False),
    Case("body without end", flood(OK + b"\r\n", b"a" * 65536), capped),
    Case("chunks without end", flood(CHUNKED, b"1000\r\n" + b"a" * 4096 + b"\r\n"), capped),
    Case("tiny chunks without end", flood(CHUNKED, b"1\r\na\r\n" * 1000), capped),
    Case("chunk extension without end", flood(CHUNKED + b"1;", b"x" * 65536), R.MALFORMED),
    Case("chunk size without end", flood(CHUNKED, b"0" * 65536), R.MALFORMED),
    Case("trailers without end", flood(CHUNKED + b"0\r\n", b"X-T: y\r\n" * 1000), R.MALFORMED),
    Case("header fields without end", header_names_for_ever, R.MALFORMED),
    Case("one header without end", flood(OK + b"X-Big: ", b"a" * 65536), R.MALFORMED),
    Case("header name without end", flood(OK, b"a" * 65536), R.MALFORMED),
    Case("reason phrase without end", flood(b"HTTP/1.1 200 ", b"a" * 65536), R.MALFORMED),
    Case("no newline at all", flood(b"", b"x" * 65536), R.MALFORMED),
    Case("interim answers without end", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), R.MALFORMED),
    Case(
        "interim answers dripping",
        drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.2),
        R.TIMEOUT,
        ends_early=False,
    ),
    Case(
        "300 header fields",
        answering(response(headers="".join(f"X-{n}: y\r\n" for n in range(300)))),
        R.MALFORMED,
    ),
    Case(
        "a cookie of 1 MiB", answering(response(headers=f"Set-Cookie: a={'b' * (1 << 20)}\r\n")), R.MALFORMED
    ),
    Case("gzip bomb", coded(bomb(256 << 20)), capped),
    Case("deflate bomb", coded(zlib.compress(bytes(64 << 20), 9), "deflate"), capped),
    Case(
        "gzip of gzip",
        coded(gzip.compress(gzip.compress(bytes(1 << 20)))),
        lambda a: a.body[:2] == b"\x1f\x8b",
    ),
    Case(
        "gzip members without end",
        flood(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 100),
        capped,
    ),
    Case("gzip that is none", coded(b"plain"), body_is(b"plain")),
    Case(
        "gzip that breaks off",
        coded(gzip.compress(b"a" * 1000)[:-12]),
        lambda a: a.truncated or a.body == b"a" * 1000,
    ),
    Case(
        "length too large",
        answering(OK + b"Content-Length: 50\r\n\r\nshort", keep=False),
        body_is(b"short", truncated=True),
    ),
    Case("length too small", answering(OK + b"Content-Length: 2\r\n\r\nlonger"), body_is(b"lo")),
    Case("length negative", answering(OK + b"Content-Length: -1\r\n\r\nx"), R.MALFORMED),
    Case("length of 30 digits", answering(OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nx"), R.MALFORMED),
    Case("two lengths", answering(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), R.MALFORMED),
    Case("chunk size that is no number", answering(CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"), R.MALFORMED),
    Case(
        "chunks that break off", answering(CHUNKED + b"5\r\nhel", keep=False), body_is(b"hel", truncated=True)
    ),
    Case("no HTTP", answering(b"SSH-2.0-OpenSSH_9.2\r\n"), R.MALFORMED),
    Case("HTTP/0.9", answering(b"<html>hello</html>", keep=False), R.MALFORMED),
    Case("HTTP/2 preface", answering(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), R.MALFORMED),
    Case("binary garbage", answering(bytes(range(256)) * 16), R.MALFORMED),
    Case("status of 4 digits", answering(b"HTTP/1.1 2000 OK\r\n\r\n"), R.MALFORMED),
    Case("a NUL in a header", answering(OK + b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n"), R.MALFORMED),
    Case(
        "redirect to itself",
        answering(response(status="302 Found", headers="Location: /\r\n")),
        lambda a: a.status == 302,
    ),
    Case("HTTP/1.0 without length", answering(b"HTTP/1.0 200 OK\r\n\r\nold", keep=False), body_is(b"old")),
    Case(
        "204 with a body",
        answering(b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc"),
        lambda a: a.status == 204,
    ),
    Case(
        "switches protocols unasked",
        answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nxyz"),
        lambda a: a.status == 101,
    ),
    Case("two answers to one request", answering(response(b"one") + response(b"two")), body_is(b"one")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ends_in_time_with_the_right_outcome(case: Case) -> None:
    async def scenario() -> None:
        async with serving(case.server) as port:
            deadline = AMPLE if case.ends_early else DEADLINE
            session = open_session(settings=limits(timeout=deadline))
            started = time.monotonic()
            tracemalloc.start()
            try:
                outcome: HttpResponse | TransportReason = await session.http.send(
                    get(port), max_body=MAX_BODY
                )
            except TransportError as error:
                outcome = error.reason
            took = time.monotonic() - started
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            await session.aclose()
            assert took < (AMPLE if case.ends_early else DEADLINE + GRACE)
            assert peak < MEMORY
            if isinstance(case.expect, TransportReason):
                assert outcome is case.expect
            else:
                assert isinstance(outcome, HttpResponse), outcome
                assert case.expect(outcome), outcome

    run(scenario())


def test_the_zoo_is_large_enough() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_hostile_answer_does_not_spoil_the_next_request(loop: str) -> None:
    """Answers that the server sends unasked must never be taken for the answer to a later request."""

    async def scenario() -> None:
        double = response(b"one") + response(b"injected")
        async with serving(answering(double, response(b"two"))) as port:
            session = open_session()
            assert (await session.http.send(get(port, "/1"))).body == b"one"
            later = [await session.http.send(get(port, f"/{n}")) for n in range(2, 6)]
            assert all(answer.body == b"one" for answer in later)  # each on a connection of its own
            await session.aclose()

    run(scenario(), loop)


def test_an_answer_that_comes_while_idle_closes_the_connection() -> None:
    async def scenario() -> None:
        connections = 0

        async def late(reader: Reader, writer: Writer) -> None:
            nonlocal connections
            connections += 1
            await request_head(reader)
            writer.write(response(b"first"))
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.write(response(b"injected"))
            await writer.drain()
            await request_head(reader)
            writer.write(response(b"on the poisoned connection"))
            await writer.drain()

        async with serving(late) as port:
            session = open_session()
            assert (await session.http.send(get(port))).body == b"first"
            await asyncio.sleep(0.3)
            assert (await session.http.send(get(port))).body == b"first"
            assert connections == 2
            await session.aclose()

    run(scenario())
