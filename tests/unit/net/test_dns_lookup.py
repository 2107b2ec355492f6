"""One DNS server is asked, over UDP and TCP; its answers are judged like any other."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from cyberai.net import dns_lookup
from cyberai.net.dns_lookup import DnsLookup, parse_resolver
from cyberai.ports.network import TransportError, TransportReason
from netkit.servers import closed_port
from netkit.sessions import network, open_session, run

ZONE = {
    "a.example.": ("127.0.0.1", "::1"),
    "four.example.": ("127.0.0.2",),
    "inside.example.": ("169.254.169.254",),
    "mixed.example.": ("127.0.0.1", "10.0.0.1"),
    "none.example.": (),
    "long.example.": tuple(f"127.0.1.{n}" for n in range(200)),
}


def answer(wire: bytes, *, cut: bool) -> bytes:
    question = dns.message.from_wire(wire)
    reply = dns.message.make_response(question)
    name = question.question[0].name
    kind = dns.rdatatype.to_text(question.question[0].rdtype)
    known = ZONE.get(name.to_text())
    if known is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    else:
        fitting = [address for address in known if (":" in address) == (kind == "AAAA")]
        if fitting:
            reply.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, fitting))
    if cut and len(fitting if known else ()) > 20:
        reply.answer.clear()
        reply.flags |= dns.flags.TC
    return reply.to_wire()


class Udp(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        self.transport.sendto(answer(data, cut=True), source)  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def name_server() -> AsyncIterator[int]:
    async def over_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        wire = answer(await reader.readexactly(length), cut=False)
        writer.write(struct.pack("!H", len(wire)) + wire)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(over_tcp, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Udp, local_addr=("127.0.0.1", port)
    )
    try:
        yield port
    finally:
        transport.close()
        server.close()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.example", {"127.0.0.1", "::1"}),
        ("four.example", {"127.0.0.2"}),
        ("long.example", set(ZONE["long.example."])),
    ],
)
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_addresses_of_both_families_and_long_answers(name: str, found: set[str], loop: str) -> None:
    async def scenario() -> None:
        async with name_server() as port:
            assert set(await DnsLookup("127.0.0.1", port)(name)) == found

    run(scenario(), loop)


@pytest.mark.parametrize("name", ["none.example", "unknown.example"])
def test_a_name_without_address_is_no_answer(name: str) -> None:
    async def scenario() -> None:
        async with name_server() as port:
            with pytest.raises(OSError, match="knows no address"):
                await DnsLookup("127.0.0.1", port)(name)

    run(scenario())


def test_a_server_that_is_silent_or_not_there_is_named(monkeypatch) -> None:
    monkeypatch.setattr(dns_lookup, "SECONDS", 0.5)
    with pytest.raises(OSError, match=r"DNS server 127\.0\.0\.1 port"):
        run(DnsLookup("127.0.0.1", closed_port())("a.example"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.example", None),
        ("inside.example", TransportReason.NOT_ALLOWED),
        ("mixed.example", TransportReason.NOT_ALLOWED),
        ("unknown.example", TransportReason.DNS_FAILED),
    ],
)
def test_what_it_answers_is_judged(name: str, reason: TransportReason | None) -> None:
    async def scenario() -> None:
        async with name_server() as port:
            session = open_session((name,), on=network(lookup=DnsLookup("127.0.0.1", port)))
            try:
                if reason is None:
                    assert (await session.resolve(name))[0] == "127.0.0.1"
                    return
                with pytest.raises(TransportError) as caught:
                    await session.resolve(name)
                assert caught.value.reason is reason
            finally:
                await session.aclose()

    run(scenario())


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
        ("[::1]", ("::1", 53)),
    ],
)
def test_an_address_is_read(text: str, server: tuple[str, int]) -> None:
    assert parse_resolver(text) == server


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dns.example",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:x",
        "[::1",
        ":53",
        "1:2:3",
    ],
)
def test_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write 192"):
        parse_resolver(text)
