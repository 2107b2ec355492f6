"""The servers over real sockets: fragments, pipelines, limits, hosts, TLS, delay, stop, description."""

import asyncio
import datetime
import json
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from cyberai.domain.check import Scope
from cyberai.engine.registry import all_checks
from cyberai.lab import connection
from cyberai.lab.connection import MAX_BODY
from cyberai.lab.discovery import services
from cyberai.lab.server import LabError, LabOptions, RunningLab, start_lab

NOW = datetime.datetime.now(datetime.UTC)
WAIT = 10


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


@asynccontextmanager
async def running(**options: object) -> AsyncIterator[RunningLab]:
    lab = await start_lab(LabOptions(now=NOW, **options))  # type: ignore[arg-type]
    try:
        yield lab
    finally:
        await lab.stop()


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 30))


def place(lab: RunningLab, kind: str = "http", number: int = 0) -> tuple[str, int]:
    target = [item.target for item in lab.targets if item.kind == kind][number]
    host, _, port = target.rpartition("://")[2].rstrip("/").rpartition(":")
    return host, int(port)


class Client:
    """A connection that reads responses one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, lab: RunningLab) -> "Client":
        return cls(*await asyncio.open_connection(*place(lab)))

    async def response(self) -> tuple[int, dict[str, str], bytes]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), WAIT)).decode()
        lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        body = await asyncio.wait_for(self.reader.readexactly(int(headers.get("content-length", "0"))), WAIT)
        return int(lines[0].split()[1]), headers, body

    async def ended(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), WAIT) == b""

    def host(self) -> bytes:
        return b"Host: %s:%d\r\n" % (b"127.0.0.1", self.writer.get_extra_info("peername")[1])


async def ask(lab: RunningLab, raw: bytes, own_host: bool = True) -> tuple[int, dict[str, str], bytes]:
    client = await Client.open(lab)
    head, _, rest = raw.partition(b"\r\n")
    client.writer.write(head + b"\r\n" + (client.host() if own_host else b"") + rest)
    answer = await client.response()
    client.writer.close()
    return answer


def test_a_request_in_single_bytes_and_several_in_one_piece() -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            client = await Client.open(lab)
            for byte in b"GET /search?q=one HTTP/1.1\r\n" + client.host() + b"\r\n":
                client.writer.write(bytes([byte]))
                await client.writer.drain()
            assert b"Results for one" in (await client.response())[2]
            many = b"".join(b"GET /search?q=n%d HTTP/1.1\r\n%s\r\n" % (n, client.host()) for n in range(300))
            client.writer.write(many)
            for n in range(300):
                status, headers, body = await client.response()
                assert (status, headers["connection"]) == (200, "keep-alive")
                assert b"Results for n%d<" % n in body
            client.writer.close()

    run(scenario)


def test_bodies_by_length_and_in_chunks() -> None:
    async def scenario() -> None:
        async with running() as lab:
            form = b"Content-Type: application/x-www-form-urlencoded\r\n"
            sized = b"POST /contact/preview HTTP/1.1\r\n" + form + b"Content-Length: 12\r\n\r\nmessage=ahoy"
            chunked = (b"POST /contact/preview HTTP/1.1\r\n" + form + b"Transfer-Encoding: chunked\r\n\r\n"
                       b"8\r\nmessage=\r\n4\r\nahoy\r\n0\r\n\r\n")  # fmt: skip
            expecting = sized.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
            for raw in (sized, chunked):
                assert b"<blockquote>ahoy</blockquote>" in (await ask(lab, raw))[2]
            assert (await ask(lab, expecting))[0] == 100

    run(scenario)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: evil.net\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET http://evil.net/ HTTP/1.1\r\nHost: evil.net\r\n\r\n", 421),
        (b"nonsense\r\n\r\n", 501),
        (b"GET / HTTP/9\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ],
)
def test_refusals(raw: bytes, status: int) -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            assert (await ask(lab, raw, own_host=False))[0] == status
            assert (await ask(lab, b"GET / HTTP/1.1\r\n\r\n"))[0] == 200

    run(scenario)


def test_an_oversize_body_is_refused_and_the_connection_ends() -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            client = await Client.open(lab)
            client.writer.write(
                b"POST / HTTP/1.1\r\n" + client.host() + b"Content-Length: %d\r\n\r\n" % (MAX_BODY * 3)
            )
            client.writer.write(b"x" * (MAX_BODY + 70_000))
            status, headers, _ = await client.response()
            assert (status, headers["connection"]) == (413, "close")
            client.writer.close()

    run(scenario)


def test_known_names_and_added_names_are_answered() -> None:
    async def scenario() -> None:
        async with running(demo=True, hosts=("shop.test",)) as lab:
            port = place(lab)[1]
            for name in (
                f"127.0.0.1:{port}",
                f"LOCALHOST:{port}",
                f"[::1]:{port}",
                "shop.test",
                "Shop.Test:99",
            ):
                assert (
                    await ask(lab, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name.encode(), own_host=False)
                )[0] == 200, name
            double = b"GET / HTTP/1.1\r\nHost: shop.test\r\nHost: shop.test\r\n\r\n"
            assert (await ask(lab, double, own_host=False))[0] == 400
            absolute = f"GET http://127.0.0.1:{port}/search?q=abs HTTP/1.1\r\nHost: shop.test\r\n\r\n"
            assert b"Results for abs" in (await ask(lab, absolute.encode(), own_host=False))[2]

    run(scenario)


def test_connections_close_when_asked_and_exotic_ones_end() -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            for raw in (b"GET /contact HTTP/1.1\r\nConnection: close\r\n", b"GET /contact HTTP/1.0\r\n",
                        b"GET /contact HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"):  # fmt: skip
                client = await Client.open(lab)
                client.writer.write(raw + client.host() + b"\r\n")
                assert (await client.response())[0] == 200
                assert await client.ended()
                client.writer.close()

    run(scenario)


def test_emulated_time_is_waited_for_and_only_on_its_own_connection() -> None:
    async def scenario() -> None:
        async with running() as lab:
            loop = asyncio.get_running_loop()
            slow, started = await Client.open(lab), loop.time()
            slow.writer.write(b"GET /tools/ping?host=x%3Bsleep+1 HTTP/1.1\r\n" + slow.host() + b"\r\n")
            slow.writer.write(b"GET /contact HTTP/1.1\r\n" + slow.host() + b"\r\n")
            assert (await ask(lab, b"GET /contact HTTP/1.1\r\n\r\n"))[0] == 200
            assert loop.time() - started < 1
            assert b"till" in (await slow.response())[2]
            assert loop.time() - started >= 1
            assert b"Quay 4" in (await slow.response())[2]
            slow.writer.close()

    run(scenario)


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_stalled_and_idle_connections_end(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("REQUEST_TIMEOUT", 0.1), ("IDLE_TIMEOUT", 0.1), ("SWEEP_INTERVAL", 0.05)):
        monkeypatch.setattr(connection, name, seconds)

    async def scenario() -> None:
        async with running(demo=True) as lab:
            client = await Client.open(lab)
            client.writer.write(sent)
            assert await client.ended()
            client.writer.close()

    run(scenario)


def test_header_values_cannot_split_the_response() -> None:
    async def scenario() -> None:
        async with running() as lab:
            for target in (
                b"/go?url=/x%0d%0aX-Owned:1",
                b"/wait?then=/x%0d%0aX-Owned:1",
                b"/go?url=/x%00%0aX-Owned:1",
            ):
                _, headers, _ = await ask(lab, b"GET " + target + b" HTTP/1.1\r\n\r\n")
                assert "x-owned" not in headers

    run(scenario)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::", "example.com", ""])
def test_only_loopback_addresses_are_accepted(address: str) -> None:
    with pytest.raises(LabError, match="loopback"):
        asyncio.run(start_lab(LabOptions(now=NOW, address=address)))


def test_a_taken_port_is_said_and_nothing_stays_open() -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            with pytest.raises(LabError, match="--port"):
                await start_lab(LabOptions(now=NOW, demo=True, port=place(lab)[1]))
            assert (await ask(lab, b"GET / HTTP/1.1\r\n\r\n"))[0] == 200

    run(scenario)


def test_stopping_ends_open_connections_and_removes_the_authority() -> None:
    async def scenario() -> None:
        async with running(demo=True) as lab:
            ca_file, client = lab.ca_file, await Client.open(lab)
            client.writer.write(b"GET /contact HTTP/1.1\r\n" + client.host() + b"\r\n")
            await client.response()
            assert ca_file
            assert ca_file.exists()
            where = place(lab)
            await asyncio.wait_for(lab.stop(), 5)
            assert await client.ended()
            assert not ca_file.parent.exists()
            with pytest.raises(OSError):
                await asyncio.open_connection(*where)
            client.writer.close()

    run(scenario)


def test_nothing_else_can_listen_by_tcp_at_the_number_of_a_udp_service() -> None:
    async def scenario() -> None:
        async with running() as lab:
            there = {item.name: item.target for item in lab.targets}
            names = [service.name for service in services() if service.udp]
            assert names
            for name in names:
                host, port = there[name].split(":")
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(host, int(port))
                with socket.socket() as other, pytest.raises(OSError, match="in use"):
                    other.bind((host, int(port)))

    run(scenario)


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("demo", [False, True])
def test_the_description(fixed: bool, demo: bool) -> None:
    async def scenario() -> None:
        async with running(fixed=fixed, demo=demo) as lab:
            described = json.loads(json.dumps(lab.description()))
            members = {"fixed", "set", "targets", "flaws", "ca_file", "targets_file", "resolver", "domains"}
            assert set(described) == members
            open_to_all = [item["target"] for item in described["targets"] if item["auth"] is None]
            assert _lines(described["targets_file"]) == open_to_all
            assert (described["fixed"], described["set"]) == (fixed, "demo" if demo else "full")
            targets = {item["target"]: item for item in described["targets"]}
            assert all(
                set(item) == {"kind", "name", "target", "check_ids", "auth"} for item in targets.values()
            )
            kinds = {item["kind"] for item in targets.values()}
            assert kinds == {"http", "tls", "service"} | (set() if demo else {"members"})
            assert all((item["auth"] is None) == (item["kind"] != "members") for item in targets.values())
            checks = {check for item in targets.values() for check in item["check_ids"]}
            of_domains = {check for item in described["domains"] for check in item["check_ids"]}
            assert bool(described["resolver"]) is bool(of_domains) is not demo
            # What is known of a product needs a feed, and no service of its own.
            pages = [check for check in all_checks() if check.meta.scope is not Scope.PRODUCT]
            assert len(checks | of_domains) == (13 if demo else len(pages))
            keys = {"check", "target", "path", "method", "parameter", "insertion", "variant", "intrusive"}
            assert all(set(flaw) == keys for flaw in described["flaws"])
            assert all(flaw["check"] in targets[flaw["target"]]["check_ids"] for flaw in described["flaws"])
            wrong = {flaw["check"] for item in described["domains"] for flaw in item["flaws"]}
            assert wrong == (set() if fixed else of_domains)
            if fixed:
                assert described["flaws"] == []
            else:
                assert {flaw["check"] for flaw in described["flaws"]} == checks
                assert len(described["flaws"]) >= (15 if demo else 120)

    run(scenario)


async def handshake(lab: RunningLab, number: int, context: ssl.SSLContext) -> tuple[str, bytes]:
    """The version and the certificate of a handshake."""
    reader, writer = await asyncio.open_connection(
        *place(lab, "tls", number), ssl=context, server_hostname="localhost"
    )
    tls = writer.get_extra_info("ssl_object")
    writer.write(
        b"GET / HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n" % place(lab, "tls", number)[1]
    )
    body = await asyncio.wait_for(reader.read(), WAIT)
    assert body.startswith(b"HTTP/1.1 200 OK")
    version, certificate = tls.version(), tls.getpeercert(binary_form=True)
    writer.close()
    return version, certificate


def trusting(lab: RunningLab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab.ca_file))


def careless(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A client of one version that trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
NEW = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def test_fixed_listeners_are_trusted_with_the_authority_and_speak_new_versions_only() -> None:
    async def scenario() -> None:
        async with running(fixed=True) as lab:
            for number in range(4):
                await handshake(lab, number, trusting(lab))
                for version in NEW:
                    await handshake(lab, number, careless(version))
                for version in OLD:
                    with pytest.raises((ssl.SSLError, ConnectionError)):
                        await handshake(lab, number, careless(version))
            with pytest.raises(ssl.SSLCertVerificationError):
                await handshake(lab, 0, ssl.create_default_context())

    run(scenario)


def test_vulnerable_listeners_have_their_faults_and_no_other() -> None:
    async def scenario() -> None:
        async with running() as lab:
            _, der = await handshake(lab, 0, careless(ssl.TLSVersion.TLSv1))
            certificate = x509.load_der_x509_certificate(der)
            key = certificate.public_key()
            assert isinstance(key, rsa.RSAPublicKey)
            assert key.key_size == 1024
            assert certificate.issuer == certificate.subject
            assert certificate.not_valid_after_utc < NOW
            for number, reason in ((1, "expired"), (2, "mismatch")):
                with pytest.raises(ssl.SSLCertVerificationError, match=reason):
                    await handshake(lab, number, trusting(lab))
                for version in OLD:
                    with pytest.raises((ssl.SSLError, ConnectionError)):
                        await handshake(lab, number, careless(version))
            await handshake(lab, 3, trusting(lab))
            for version in OLD:
                await handshake(lab, 3, careless(version))

    run(scenario)


def test_services_answer_over_sockets() -> None:
    async def scenario() -> None:
        for fixed, expected in ((False, b"+PONG\r\n"), (True, b"-NOAUTH Authentication required.\r\n")):
            async with running(fixed=fixed, demo=True) as lab:
                reader, writer = await asyncio.open_connection(*place(lab, "service"))
                writer.write(b"PI")
                await writer.drain()
                writer.write(b"NG\r\nQUIT\r\n")
                assert await asyncio.wait_for(reader.read(), WAIT) == expected + b"+OK\r\n"
                writer.close()

    run(scenario)
