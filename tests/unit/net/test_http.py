"""The HTTP core against real sockets, on both event loops."""

import asyncio
import gzip
import time
from pathlib import Path

import pytest

from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, PortTarget, UrlTarget, parse_target
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import TransportError, TransportReason
from netkit.certificates import issue
from netkit.clocks import SimulatedClock
from netkit.servers import answering, closed_port, request_head, reset, response, serving
from netkit.sessions import LOOPBACK, get, limits, network, open_session, run

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def reason_of(work: object) -> TransportReason:
    with pytest.raises(TransportError) as caught:
        await work  # type: ignore[misc]
    return caught.value.reason


def test_request_bytes_and_response_values(loop: str) -> None:
    async def scenario() -> None:
        seen: list[bytes] = []

        async def server(reader: Reader, writer: Writer) -> None:
            seen.append(await request_head(reader))
            writer.write(
                b"HTTP/1.1 418 I'm a teapot\r\nX-A: 1\r\nx-a:  2 \r\nX-Empty:\r\nX-Lat: \xe9\r\nContent-Length: 3\r\n\r\nabc"
            )
            await writer.drain()

        async with serving(server) as port:
            session = open_session()
            answer = await session.http.send(get(port, "/a/../b?x= y"))
            assert seen[0].startswith(b"GET /a/../b?x= y HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % port)
            assert (answer.status, answer.reason, answer.body) == (418, "I'm a teapot", b"abc")
            fields = (("X-A", "1"), ("x-a", "2"), ("X-Empty", ""), ("X-Lat", "é"), ("Content-Length", "3"))
            assert tuple((n, v.strip()) for n, v in answer.headers) == fields
            assert answer.address == "127.0.0.1"
            assert not answer.truncated
            assert 0 < answer.elapsed < 1
            assert session.requests_sent == 1
            await session.aclose()

    run(scenario(), loop)


def test_connections_are_kept_and_reused(loop: str) -> None:
    async def scenario() -> None:
        connections = 0

        async def server(reader: Reader, writer: Writer) -> None:
            nonlocal connections
            connections += 1
            await answering(response(b"x"))(reader, writer)

        async with serving(server) as port:
            session = open_session()
            for _ in range(10):
                await session.http.send(get(port))
            assert connections == 1
            await asyncio.gather(*(session.http.send(get(port)) for _ in range(20)))
            assert connections <= 8
            assert session.requests_sent == 30
            await session.aclose()

    run(scenario(), loop)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\nX-Trailer: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    ],
    ids=["1.0", "until close", "close", "chunked", "interim"],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_framings(answer: bytes, size: int, loop: str) -> None:
    async def scenario() -> None:
        async def server(reader: Reader, writer: Writer) -> None:
            await request_head(reader)
            for at in range(0, len(answer), size):
                writer.write(answer[at : at + size])
                await writer.drain()
                await asyncio.sleep(0)

        async with serving(server) as port:
            session = open_session()
            found = await session.http.send(get(port))
            assert (found.status, found.body, found.truncated) == (200, b"body", False)
            assert "x-trailer" not in [n.lower() for n, _ in found.headers]
            assert found.header("link") is None
            await session.aclose()

    run(scenario(), loop)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_a_coded_body_is_decoded_and_its_header_stays(coding: str) -> None:
    async def scenario() -> None:
        packed = gzip.compress(b"hello " * 1000)
        async with serving(answering(response(packed, headers=f"Content-Encoding: {coding}\r\n"))) as port:
            session = open_session()
            answer = await session.http.send(get(port))
            assert answer.body == b"hello " * 1000
            assert answer.header("content-encoding") == coding
            await session.aclose()

    run(scenario())


def test_a_bare_line_feed_ends_a_header_line_as_in_browsers() -> None:
    async def scenario() -> None:
        raw = b"HTTP/1.1 302 Found\nLocation: /a\nX-Added: by a value\r\nContent-Length: 2\r\n\r\nok"
        async with serving(answering(raw)) as port:
            session = open_session()
            answer = await session.http.send(get(port))
            assert (answer.status, answer.header("x-added"), answer.body) == (302, "by a value", b"ok")
            await session.aclose()

    run(scenario())


def test_an_unknown_coding_stays_as_it_came() -> None:
    async def scenario() -> None:
        async with serving(
            answering(response(b"\x0b\x02\x80abc\x03", headers="Content-Encoding: br\r\n"))
        ) as port:
            session = open_session()
            assert (await session.http.send(get(port))).body == b"\x0b\x02\x80abc\x03"
            await session.aclose()

    run(scenario())


def test_head_has_no_body_whatever_its_length_says(loop: str) -> None:
    async def scenario() -> None:
        async with serving(
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Encoding: gzip\r\n\r\n")
        ) as port:
            session = open_session()
            for _ in range(3):
                answer = await session.http.send(get(port, method="HEAD"))
                assert (answer.status, answer.body, answer.truncated) == (200, b"", False)
            await session.aclose()

    run(scenario(), loop)


def test_the_body_cap_is_exact_and_told(loop: str) -> None:
    async def scenario() -> None:
        async with serving(answering(response(b"a" * 1000))) as port:
            session = open_session()
            short = await session.http.send(get(port), max_body=999)
            assert (len(short.body), short.truncated) == (999, True)
            whole = await session.http.send(get(port), max_body=1000)
            assert (len(whole.body), whole.truncated) == (1000, False)
            await session.aclose()

    run(scenario(), loop)


def test_a_kept_connection_that_died_is_replaced_for_repeatable_methods_only(loop: str) -> None:
    async def scenario() -> None:
        heads: list[bytes] = []

        async def once_then_close_on_the_next(reader: Reader, writer: Writer) -> None:
            heads.append(await request_head(reader))
            writer.write(response(b"first"))
            await writer.drain()
            heads.append(await request_head(reader))
            reset(writer)

        async with serving(once_then_close_on_the_next) as port:
            session = open_session()
            await session.http.send(get(port, "/1"))
            assert (await session.http.send(get(port, "/2"))).body == b"first"
            assert [h.split(b" ")[1] for h in heads] == [b"/1", b"/2", b"/2"]
            assert (
                await reason_of(session.http.send(get(port, "/3", method="POST", body=b"x")))
                is TransportReason.RESET
            )
            assert [h.split(b" ")[1] for h in heads[3:]] == [b"/3"]
            await session.aclose()

    run(scenario(), loop)


def test_no_repeat_once_a_byte_of_the_answer_came(loop: str) -> None:
    async def scenario() -> None:
        requests = 0

        async def server(reader: Reader, writer: Writer) -> None:
            nonlocal requests
            await request_head(reader)
            requests += 1
            writer.write(response(b"x"))
            await writer.drain()
            await request_head(reader)
            requests += 1
            writer.write(b"HTTP/1.1 2")
            await writer.drain()
            await asyncio.sleep(0.05)
            reset(writer)

        async with serving(server) as port:
            session = open_session()
            await session.http.send(get(port))
            assert await reason_of(session.http.send(get(port))) is TransportReason.RESET
            assert requests == 2
            await session.aclose()

    run(scenario(), loop)


def test_an_early_answer_is_taken_and_the_connection_dropped(loop: str) -> None:
    async def scenario() -> None:
        connections = 0

        async def server(reader: Reader, writer: Writer) -> None:
            nonlocal connections
            connections += 1
            await request_head(reader)
            writer.write(response(b"too large", status="413 Payload Too Large"))
            await writer.drain()
            await asyncio.sleep(3)

        async with serving(server) as port:
            session = open_session()
            answer = await session.http.send(get(port, method="POST", body=b"x" * (32 << 20)))
            assert (answer.status, answer.body) == (413, b"too large")
            assert (await session.http.send(get(port))).status == 413
            assert connections == 2
            await session.aclose()

    run(scenario(), loop)


def test_refused_timeout_and_reset_have_their_reasons(loop: str) -> None:
    async def scenario() -> None:
        async def silent(reader: Reader, writer: Writer) -> None:
            await asyncio.sleep(30)

        session = open_session(settings=limits(timeout=0.3))
        assert await reason_of(session.http.send(get(closed_port()))) is TransportReason.REFUSED
        async with serving(silent) as port:
            started = time.monotonic()
            assert await reason_of(session.http.send(get(port))) is TransportReason.TIMEOUT
            assert 0.3 <= time.monotonic() - started < 0.8
            started = time.monotonic()
            assert await reason_of(session.http.send(get(port), timeout=0.1)) is TransportReason.TIMEOUT
            assert time.monotonic() - started < 0.3
        await session.aclose()

    run(scenario(), loop)


def test_what_is_outside_the_scope_is_not_sent(loop: str) -> None:
    async def scenario() -> None:
        async with serving(answering(response())) as port, serving(answering(response())) as other:
            scope = ScanScope(
                (parse_target(f"http://127.0.0.1:{port}/app/"), PortTarget("127.0.0.2", port)),
                exclude=("/app/admin",),
            )
            session = network().open(scope, limits())
            assert (await session.http.send(get(port, "/app/x"))).status == 200
            outside = (
                get(port, "/"),
                get(port, "/app/admin/x"),
                get(other, "/app/"),
                get(port, "/app/", host="127.0.0.3"),
            )
            for request in (*outside, get(port, "/app/", scheme="https")):
                assert await reason_of(session.http.send(request)) is TransportReason.OUT_OF_SCOPE
            assert session.requests_sent == 1
            await session.aclose()

    run(scenario(), loop)


def test_the_kept_scope_decision_equals_the_scope(loop: str) -> None:
    """Where every URL of an origin has one answer it is kept; it must be the scope's own."""

    async def scenario() -> None:
        async with serving(answering(response())) as port:
            target = parse_target(f"http://127.0.0.1:{port}/index.html")
            assert isinstance(target, UrlTarget)
            session = open_session((target, HostTarget("127.0.0.9")))
            for path in ("/", "/a/b", "/index.html"):
                assert (await session.http.send(get(port, path))).status == 200
            assert (
                await reason_of(session.http.send(get(port, host="127.0.0.8")))
                is TransportReason.OUT_OF_SCOPE
            )
            await session.aclose()

    run(scenario(), loop)


def test_no_more_requests_in_flight_than_allowed(loop: str) -> None:
    async def scenario() -> None:
        inside = most = 0

        async def server(reader: Reader, writer: Writer) -> None:
            nonlocal inside, most
            while True:
                await request_head(reader)
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.02)
                inside -= 1
                writer.write(response())
                await writer.drain()

        async with serving(server) as port:
            session = open_session(settings=limits(concurrent=3))
            await asyncio.gather(*(session.http.send(get(port)) for _ in range(30)))
            assert most == 3
            await session.aclose()

    run(scenario(), loop)


@pytest.mark.slow
def test_the_rate_is_true_at_the_server() -> None:
    async def scenario() -> None:
        arrivals: list[float] = []

        async def server(reader: Reader, writer: Writer) -> None:
            while True:
                await request_head(reader)
                arrivals.append(time.monotonic())
                writer.write(response())
                await writer.drain()

        async with serving(server) as port:
            session = open_session(settings=limits(concurrent=16, rate=25))
            await asyncio.gather(*(session.http.send(get(port)) for _ in range(45)))
            await session.aclose()
        assert max(sum(1 for b in arrivals if a <= b < a + 1.0) for a in arrivals) <= 25
        assert arrivals[-1] - arrivals[0] < 45 / 25 * 1.3

    run(scenario())


def test_default_rates_differ_by_where_the_address_leads() -> None:
    async def scenario() -> None:
        async with serving(answering(response())) as port:
            session = open_session(settings=limits(rate=None, concurrent=4))
            started = time.monotonic()
            await asyncio.gather(*(session.http.send(get(port)) for _ in range(41)))
            assert time.monotonic() - started < 1.0  # at 20 per second it would be two
            assert session._state.gate("93.184.216.34")._full_spacing == pytest.approx(1.02 / 20)
            assert session._state.gate("127.0.0.9")._full_spacing == pytest.approx(1.02 / 200)
            await session.aclose()

    run(scenario())


def test_a_dead_target_stops_the_requests_for_good() -> None:
    async def scenario() -> None:
        clock = SimulatedClock()
        session = open_session(on=ScanNetwork(EgressPolicy(allow=LOOPBACK), clock))
        port = closed_port()
        reasons = [await reason_of(session.http.send(get(port))) for _ in range(24)]
        assert reasons == [TransportReason.REFUSED] * 23 + [TransportReason.STOPPED]  # three of them probes
        before = clock.time
        assert await reason_of(session.http.send(get(port))) is TransportReason.STOPPED
        assert clock.time == before
        await session.aclose()

    run(scenario())


def test_closing_cancels_what_is_pending(loop: str) -> None:
    async def scenario() -> None:
        async def silent(reader: Reader, writer: Writer) -> None:
            await asyncio.sleep(30)

        async with serving(silent) as port:
            session = open_session(settings=limits(concurrent=2, timeout=20))
            pending = [asyncio.create_task(reason_of(session.http.send(get(port)))) for _ in range(5)]
            pending.append(asyncio.create_task(reason_of(session.dialer.talk("127.0.0.1", port, b"x"))))
            await asyncio.sleep(0.2)
            started = time.monotonic()
            await session.aclose()
            assert set(await asyncio.gather(*pending)) == {TransportReason.CANCELLED}
            assert time.monotonic() - started < 1
            for later in (
                session.http.send(get(port)),
                session.dialer.talk("127.0.0.1", port, b""),
                session.resolve("127.0.0.1"),
            ):
                assert await reason_of(later) is TransportReason.CANCELLED

    run(scenario(), loop)


def test_a_cancelled_send_frees_its_slot_and_closes_its_connection(loop: str) -> None:
    async def scenario() -> None:
        ended = asyncio.Event()

        async def server(reader: Reader, writer: Writer) -> None:
            if (await request_head(reader)).startswith(b"GET /slow"):
                await reader.read()
                ended.set()
            writer.write(response(b"quick"))
            await writer.drain()

        async with serving(server) as port:
            session = open_session(settings=limits(concurrent=1))
            slow = asyncio.create_task(session.http.send(get(port, "/slow")))
            await asyncio.sleep(0.1)
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
            await asyncio.wait_for(ended.wait(), 2)
            assert (await session.http.send(get(port, "/"))).body == b"quick"
            await session.aclose()

    run(scenario(), loop)


def test_own_listeners_are_refused() -> None:
    async def scenario() -> None:
        async with serving(answering(response())) as port:
            policy = EgressPolicy(allow=LOOPBACK, denied=lambda: {("0.0.0.0", port)})
            session = open_session(on=network(policy=policy))
            assert await reason_of(session.http.send(get(port))) is TransportReason.NOT_ALLOWED
            assert [row async for row in session.dialer.scan_ports("127.0.0.1", [port])] == []
            await session.aclose()

    run(scenario())


def test_the_next_address_is_tried_when_the_first_does_not_answer(loop: str) -> None:
    async def scenario() -> None:
        async with serving(answering(response(b"six")), host="::1") as port:
            net = network(overrides={"dual.example": ("127.0.0.1", "::1")})
            session = open_session(("dual.example",), on=net)
            answer = await session.http.send(get(port, host="dual.example"))
            assert (answer.body, answer.address) == (b"six", "::1")
            assert await session.resolve("dual.example") == ("::1", "127.0.0.1")
            await session.aclose()

    run(scenario(), loop)


@pytest.mark.parametrize(
    ("case", "trusted"),
    [
        ("good", True),
        ("self-signed", False),
        ("expired", False),
        ("future", False),
        ("other name", False),
        ("other address", False),
    ],
)
def test_secrets_go_only_to_servers_that_prove_their_name(
    case: str, trusted: bool, tmp_path: Path, loop: str
) -> None:
    """An untrusted certificate does not end the scan, but keeps the scan's custom headers at home."""
    root = issue("Test Root", authority=True)
    others = {"other name": ("other.example",), "other address": ("site.example", "127.0.0.9")}
    dates = {"expired": (-10, -1), "future": (1, 10)}.get(case, (-1, 10))
    issuer = None if case == "self-signed" else root
    names = others.get(case, ("site.example", "127.0.0.1"))
    leaf = issue("leaf", issuer, names=names, from_days=dates[0], to_days=dates[1])
    ca_file = tmp_path / "root.pem"
    ca_file.write_bytes(root.pem)
    host = "127.0.0.1" if case == "other address" else "site.example"
    heads: list[bytes] = []

    async def server(reader: Reader, writer: Writer) -> None:
        while True:
            heads.append(await request_head(reader))
            writer.write(response())
            await writer.drain()

    async def secrets_seen(port: int, *, ignore_ssl: bool) -> set[bool]:
        heads.clear()
        net = network(overrides={"site.example": ("127.0.0.1",)}, ca_file=ca_file)
        settings = limits(ignore_ssl=ignore_ssl, headers=(("X-Secret", "s3cret"),))
        session = open_session((host,), on=net, settings=settings)
        requests = (get(port, host=host, scheme="https") for _ in range(6))
        answers = await asyncio.gather(*(session.http.send(request) for request in requests))
        assert [answer.status for answer in answers] == [200] * 6
        await session.aclose()
        return {b"s3cret" in head for head in heads}

    async def scenario() -> None:
        async with serving(server, tls=leaf.server_context(tmp_path)) as port:
            assert await secrets_seen(port, ignore_ssl=False) == {trusted}
            assert await secrets_seen(port, ignore_ssl=True) == {True}

    run(scenario(), loop)


@pytest.mark.slow
def test_https_to_a_plain_server_and_to_one_that_hangs_up(loop: str) -> None:
    async def scenario() -> None:
        async def hang_up(reader: Reader, writer: Writer) -> None:
            await reader.read(5)

        async def silent(reader: Reader, writer: Writer) -> None:
            await asyncio.sleep(30)

        session = open_session(settings=limits(timeout=0.5))
        async with serving(answering(response())) as port:
            plain = asyncio.create_task(reason_of(session.http.send(get(port, scheme="https"), timeout=1)))
            assert await plain in (TransportReason.TLS_FAILED, TransportReason.CONNECT_TIMEOUT)
        async with serving(hang_up) as port:
            assert await reason_of(session.http.send(get(port, scheme="https"))) is TransportReason.TLS_FAILED
        async with serving(silent) as port:
            assert (
                await reason_of(session.http.send(get(port, scheme="https")))
                is TransportReason.CONNECT_TIMEOUT
            )
        await session.aclose()

    run(scenario(), loop)


@pytest.mark.slow
def test_waiting_long_for_a_turn_costs_no_request() -> None:
    """Servers close connections that stay silent; with a low rate and many in flight none may be lost to that."""

    async def scenario() -> None:
        served: list[bytes] = []

        async def impatient(reader: Reader, writer: Writer) -> None:
            async with asyncio.timeout(1.6):
                head = await request_head(reader)
            served.append(head)
            writer.write(response(headers="Connection: close\r\n"))
            await writer.drain()

        async with serving(impatient) as port:
            session = open_session(settings=limits(concurrent=12, rate=5, timeout=2.0))
            answers = await asyncio.gather(*(session.http.send(get(port)) for _ in range(12)))
            assert [answer.status for answer in answers] == [200] * 12
            assert len(served) == session.requests_sent == 12
            await session.aclose()

    run(scenario())


def test_probes_and_requests_share_one_rate() -> None:
    async def scenario() -> None:
        async with serving(answering(response())) as port:
            session = open_session(settings=limits(concurrent=16, rate=10))
            started = time.monotonic()
            talks = (
                session.dialer.talk("127.0.0.1", port, b"GET / HTTP/1.1\r\n\r\n", quiet=0.01)
                for _ in range(6)
            )
            await asyncio.gather(*talks, *(session.http.send(get(port)) for _ in range(6)))
            assert time.monotonic() - started > 1.1
            assert session.requests_sent == 12
            await session.aclose()

    run(scenario())


def test_many_origins_outside_the_scope_leave_no_trace() -> None:
    async def scenario() -> None:
        session = open_session()
        for number in range(100):
            request = get(1000 + number, host=f"host{number}.example")
            assert await reason_of(session.http.send(request)) is TransportReason.OUT_OF_SCOPE
        assert session._http._endpoints == {}
        await session.aclose()

    run(scenario())


@pytest.mark.slow
def test_cancelled_waiters_lose_no_slot(loop: str) -> None:
    async def scenario() -> None:
        async with serving(answering(response())) as port:
            session = open_session(settings=limits(concurrent=2, rate=50))
            for _ in range(10):
                tasks = [asyncio.create_task(session.http.send(get(port))) for _ in range(12)]
                await asyncio.sleep(0.02)
                for task in tasks[::2]:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            assert session._state.slots._free == 2
            assert (await session.http.send(get(port))).status == 200
            await session.aclose()

    run(scenario(), loop)
