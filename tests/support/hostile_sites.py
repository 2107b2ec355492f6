"""Sites that mean harm, each on a loopback address of its own, served from a thread beside the test.

An address of its own, because one worker talks to a host at a time: on one address the scans would wait for
each other.
"""

import asyncio
import contextlib
import itertools
import threading
import zlib
from collections.abc import Callable, Iterator

from netkit.servers import Handler, closed_port, request_head, reset, response, serving

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Answer = Callable[[str, int], bytes]
"""(request target, number of the request on this site from 1) -> the whole response."""

HTML = "Content-Type: text/html\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def site(answer: Answer) -> Handler:
    """A keep-alive server that answers every request with what `answer` makes of it."""
    numbers = itertools.count(1)

    async def handler(reader: Reader, writer: Writer) -> None:
        while True:
            head = await request_head(reader)
            target = head.split(b" ", 2)[1].decode("latin-1")
            writer.write(answer(target, next(numbers)))
            await writer.drain()

    return handler


def page(text: str) -> bytes:
    return response(f"<html><body>{text}</body></html>".encode(), headers=HTML)


def links(paths: list[str]) -> str:
    return "".join(f'<a href="{path}">{path}</a>' for path in paths)


async def silent(reader: Reader, writer: Writer) -> None:
    await asyncio.sleep(120)


async def drip_head(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.1)


async def drip_body(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\na\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless_body(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b"<p>".ljust(0x10000, b"x") + b"\r\n"
    while True:
        writer.write(piece)
        await writer.drain()


async def malformed(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\xfe\r\n\r\n")
    await writer.drain()


def endless_redirects(target: str, number: int) -> bytes:
    return response(b"", status="302 Found", headers=f"Location: /r/{number}\r\n")


def outward_redirects(target: str, number: int) -> bytes:
    return response(b"", status="302 Found", headers="Location: http://169.254.169.254/latest/meta-data/\r\n")


def broken(target: str, number: int) -> bytes:
    return response(b"Internal Server Error", status="500 Internal Server Error", headers=HTML)


def many_links(target: str, number: int) -> bytes:
    if target == "/":
        return page(links([f"/item/{n}/page-{n * 7}.html?id={n}" for n in range(20_000)]))
    return page(f"<h1>{target}</h1>")


def maze(target: str, number: int) -> bytes:
    """Every page is new in path, parameters and structure, and leads to ten more."""
    deeper = [f"{target.split('?')[0].rstrip('/')}/{name}?{name}{number}=1" for name in "abcdefghij"]
    forms = "".join(f"<form action=/f{number}{n}><input name=x{number}></form>" for n in range(3))
    return page(f"<{'<'.join(['div>'] * (number % 40 + 1))}{forms}{links(deeper)}")


def deep_markup(target: str, number: int) -> bytes:
    return page("<div>" * 200_000 + "<form><input name=a>" * 2_000)


def bomb() -> Answer:
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(128)) + packer.flush()
    return lambda target, number: response(body, headers=HTML + "Content-Encoding: gzip\r\n")


def dies_after(count: int) -> Handler:
    """A small site that resets every connection from request `count` on."""
    numbers = itertools.count(1)
    pages = [f"/p{n}?id={n}" for n in range(30)]

    async def handler(reader: Reader, writer: Writer) -> None:
        while True:
            head = await request_head(reader)
            if next(numbers) > count:
                reset(writer)
                return
            text = head.split(b" ", 2)[1].decode("latin-1").replace("<", "")
            writer.write(page(f"<h1>{text}</h1>{links(pages)}<form action=/s><input name=q></form>"))
            await writer.drain()

    return handler


def healthy(target: str, number: int) -> bytes:
    return page("<h1>Hello</h1>") if target == "/" else response(b"no", status="404 Not Found", headers=HTML)


def sites() -> dict[str, Handler]:
    """All of them by name."""
    answers: dict[str, Answer] = {
        "endless redirects": endless_redirects,
        "redirects to the metadata service": outward_redirects,
        "500 for everything": broken,
        "20,000 links": many_links,
        "maze": maze,
        "deep markup": deep_markup,
        "gzip bomb": bomb(),
        "healthy": healthy,
    }
    return {
        "silent": silent,
        "head byte by byte": drip_head,
        "body byte by byte": drip_body,
        "endless body": endless_body,
        "malformed": malformed,
        "dies in the middle": dies_after(60),
        **{name: site(answer) for name, answer in answers.items()},
    }


@contextlib.contextmanager
def serving_sites() -> Iterator[dict[str, str]]:
    """Name -> URL of every site, and of a port at which nothing listens."""
    ready = threading.Event()
    found = {"dead port": f"http://127.0.1.250:{closed_port()}/"}
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for number, (name, handler) in enumerate(sites().items(), 1):
                host = f"127.0.1.{number}"
                port = await stack.enter_async_context(serving(handler, host=host))
                found[name] = f"http://{host}:{port}/"
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20), "the sites did not start"
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
