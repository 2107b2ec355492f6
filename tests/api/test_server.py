"""The server on real sockets: what is no HTTP, slow heads, logs, TLS, stopping."""

import asyncio
import datetime
import json
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from records import progress
from site_under_test import Site
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from wire import Reply, exchange, get, read_reply, serving

from cyberai.api import http_protocol
from cyberai.api.log_redaction import without_queries

MALFORMED = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"hello\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /v1/scans HTTP/9.9\r\n\r\n",
    b"GET /v1 scans HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /v1/scans HTTP/1.1\r\nHost a\r\n\r\n",
    b"GET /v1/scans HTTP/1.1\r\nHo st: a\r\n\r\n",
    b"GET /v1/scans HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    b"POST /v1/scans HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"POST /v1/scans HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST /v1/scans HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


def run(site: Site, test: Callable[[int], Awaitable[None]], **options: Any) -> None:
    async def body() -> None:
        async with asyncio.timeout(25), serving(site, **options) as port:
            await test(port)

    site.runner.run(body())


def split(raw: bytes) -> Reply:
    head, _, body = raw.partition(b"\r\n\r\n")
    return Reply(head + b"\r\n\r\n", body)


def assert_malformed(reply: Reply, reason: str) -> None:
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/json"
    assert int(reply.headers["content-length"]) == len(reply.body)
    error = reply.json()["error"]
    assert error["code"] == "invalid_request"
    assert error["details"]["field"] is None
    assert reason in error["details"]["reason"]
    assert error["request_id"] == reply.headers["x-request-id"]


def test_what_is_no_http_gets_the_envelope(site: Site) -> None:
    async def test(port: int) -> None:
        for sent in MALFORMED:
            raw = await exchange(port, sent)
            assert raw, sent
            assert_malformed(split(raw), "well-formed HTTP/1.1")

    run(site, test)


def test_a_head_must_arrive_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.4)

    async def test(port: int) -> None:
        slow = [b"GET /health HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 4]
        assert_malformed(split(await exchange(port, *slow, pause=0.05)), "whole request head within")
        assert await exchange(port) == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get("/health"))
        assert (await read_reply(reader)).status == 200
        writer.write(b"\r\n")
        assert await reader.read() == b""
        writer.close()

    run(site, test)


def test_a_head_that_arrives_in_pieces_is_served(site: Site) -> None:
    async def test(port: int) -> None:
        request = get("/health", "Connection: close")
        raw = await exchange(port, *(request[i : i + 7] for i in range(0, len(request), 7)), pause=0.005)
        assert split(raw).status == 200

    run(site, test)


@pytest.mark.parametrize("endless", [b"GET /" + b"a" * 200_000, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 40_000])
def test_an_endless_head_is_refused(site: Site, endless: bytes) -> None:
    async def test(port: int) -> None:
        raw = await exchange(port, *(endless[i : i + 30_000] for i in range(0, len(endless), 30_000)))
        if raw:  # a reset may overtake the answer while we still send
            assert_malformed(split(raw), "at most 65536 bytes")

    run(site, test)


def test_one_connection_serves_many_requests_pipelined_too(site: Site) -> None:
    async def test(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        bearer = f"Authorization: Bearer {site.key}"
        writer.write(get("/v1/scans", bearer) + get("/v1/nothing", bearer) + get("/health"))
        assert [(await read_reply(reader)).status for _ in range(3)] == [200, 404, 200]
        writer.write(get("/v1/scans", bearer, method="HEAD"))
        head = await read_reply(reader, head_only=True)
        assert (head.status, head.headers["content-length"]) == (200, "47")
        writer.write(get("/health"))
        assert (await read_reply(reader)).json() == {"status": "ok"}
        writer.close()

    run(site, test)


def test_an_answer_under_way_is_finished_before_what_follows_is_refused(site: Site) -> None:
    async def test(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        bearer = f"Authorization: Bearer {site.key}"
        writer.write(get("/v1/scans", bearer) + get("/health") + b"BAD\r\n\r\n")
        assert [(await read_reply(reader)).status for _ in range(2)] == [200, 200]
        assert_malformed(await read_reply(reader), "well-formed HTTP/1.1")
        assert await reader.read() == b""
        writer.close()

    run(site, test)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"2\r\n{}\r\nzz\r\n"])
def test_a_body_that_is_no_http_gets_the_envelope(site: Site, chunk: bytes) -> None:
    async def test(port: int) -> None:
        head = get(
            "/v1/scans",
            f"Authorization: Bearer {site.key}",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            method="POST",
        )
        for pieces in ((head + chunk,), (head, chunk)):
            assert_malformed(split(await exchange(port, *pieces, pause=0.05)), "well-formed HTTP/1.1")

    run(site, test)


@pytest.mark.parametrize("method", ["FOO", "GETS", "get", "X-Y", "PRI"])
def test_any_method_is_answered_with_what_is_allowed(site: Site, method: str) -> None:
    async def test(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(get("/v1/scans", f"Authorization: Bearer {site.key}", method=method))
            reply = await read_reply(reader)
            assert reply.status == 405
            assert reply.headers["allow"] == "GET, HEAD, POST, OPTIONS"
            assert "x-ratelimit-remaining" in reply.headers
            assert method in reply.json()["error"]["message"]
            writer.write(get("/health"))
            assert (await read_reply(reader)).status == 200
        writer.close()

    run(site, test)


def test_a_head_that_is_too_long_at_once_is_told_so(site: Site) -> None:
    async def test(port: int) -> None:
        raw = await exchange(port, get("/" + "a" * 70_000))
        assert_malformed(split(raw), "at most 65536 bytes")

    run(site, test)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get("http://127.0.0.1/health", "Connection: close"), 200),
        (get("/health", version="1.0"), 200),
        (get("/health", "Connection: close, Upgrade", "Upgrade: h2c"), 200),
        (get("*", "Connection: close", method="OPTIONS"), 404),
        (get("/health", "Connection: close", method="CONNECT"), 405),
        (get("/he%61lth", "Connection: close"), 200),
    ],
)
def test_forms_of_a_request(site: Site, request_bytes: bytes, status: int) -> None:
    async def test(port: int) -> None:
        assert split(await exchange(port, request_bytes)).status == status

    run(site, test)


def test_a_body_larger_than_allowed_is_refused_before_it_is_sent(site: Site) -> None:
    async def test(port: int) -> None:
        head = get(
            "/v1/scans",
            f"Authorization: Bearer {site.key}",
            "Content-Type: application/json",
            "Content-Length: 9999999999",
            method="POST",
        )
        reply = split(await exchange(port, head))
        assert reply.status == 413
        assert reply.json()["error"]["code"] == "payload_too_large"

    run(site, test)


UPGRADE = ("Connection: Upgrade", "Upgrade: websocket")
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
VERSION = "Sec-WebSocket-Version: 13"


BROKEN_HANDSHAKES: list[tuple[str, ...]] = [
    UPGRADE,
    (*UPGRADE, KEY),
    (*UPGRADE, VERSION),
    (*UPGRADE, VERSION, "Sec-WebSocket-Key: short"),
    (*UPGRADE, KEY, "Sec-WebSocket-Version: 8"),
    (*UPGRADE, KEY, VERSION, "X-Long: " + "a" * 20_000),
]


def test_a_broken_websocket_handshake_gets_the_envelope(site: Site) -> None:
    async def test(port: int) -> None:
        for headers in BROKEN_HANDSHAKES:
            raw = await exchange(port, get(f"/v1/ws?token={site.key}", *headers))
            assert raw, headers
            assert_malformed(split(raw), "well-formed WebSocket handshake")

    run(site, test)


def test_a_bad_token_is_exactly_401_before_the_handshake(site: Site) -> None:
    async def test(port: int) -> None:
        raw = await exchange(port, get("/v1/ws?token=wrong", *UPGRADE, KEY, VERSION))
        assert raw.count(b"HTTP/1.1 ") == 1
        reply = split(raw)
        assert reply.status == 401
        assert reply.json()["error"]["code"] == "unauthorized"
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.headers["x-ratelimit-limit"] == "60"
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/v1/ws?token=wrong")
        assert refused.value.response.status_code == 401

    run(site, test)


def test_events_reach_a_real_client_within_a_second(site: Site) -> None:
    async def test(port: int) -> None:
        async with connect(
            f"ws://127.0.0.1:{port}/v1/ws?token={site.key}", origin="https://evil.example"
        ) as ws:
            await ws.send("nothing to say")
            assert json.loads(await asyncio.wait_for(ws.recv(), 1))["type"] == "error"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = b'{"target": "example.com"}'
            writer.write(
                get(
                    "/v1/scans",
                    f"Authorization: Bearer {site.key}",
                    "Content-Type: application/json",
                    f"Content-Length: {len(body)}",
                    method="POST",
                )
                + body
            )
            scan = (await read_reply(reader)).json()
            frame = await asyncio.wait_for(ws.recv(), 1)
            assert isinstance(frame, str)
            assert json.loads(frame)["data"]["id"] == scan["id"]
            await progress(site, scan["id"], 7)
            assert json.loads(await asyncio.wait_for(ws.recv(), 1))["data"]["progress"]["current"] == 7
            await asyncio.wait_for(await ws.ping(), 1)
            writer.close()

    run(site, test)


def test_a_message_of_a_client_is_bounded(site: Site) -> None:
    async def test(port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/v1/ws?token={site.key}") as ws:
            await ws.send("x" * 70_000)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(ws.recv(), 2)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009

    run(site, test)


def test_no_log_carries_a_query_string(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    canary = site.make_key()

    async def test(port: int) -> None:
        for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets.server"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        async with connect(f"ws://127.0.0.1:{port}/v1/ws?token={canary}"):
            pass
        async with connect(
            f"ws://127.0.0.1:{port}/v1/ws", additional_headers={"Authorization": f"Bearer {canary}"}
        ):
            pass
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{port}/v1/ws?token={canary}x")
        await exchange(port, get(f"/v1/ws?token={canary}", *UPGRADE))
        await exchange(port, get(f"/v1/scans?token={canary}", "Connection: close"))
        await exchange(port, get(f"/v1/scans?token={canary} x", "Connection: close"))

    with caplog.at_level(logging.DEBUG):
        run(site, test)
    own = [
        record for record in caplog.records if not record.name.startswith(("websockets.client", "asyncio"))
    ]
    text = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in own)
    assert "/v1/ws" in text
    assert canary not in text
    assert "/v1/ws?***" in text
    assert "Traceback" not in text
    assert not [record for record in own if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '1.2.3.4:5 - "WebSocket /v1/ws?token=a&b=c" [accepted]',
            '1.2.3.4:5 - "WebSocket /v1/ws?***" [accepted]',
        ),
        ("GET /a?b HTTP/1.1, GET /c?d", "GET /a?*** HTTP/1.1, GET /c?***"),
        ("/a?b?c d", "/a?*** d"),
        ("nothing to hide", "nothing to hide"),
        ("really?", "really?***"),
    ],
)
def test_queries_are_cut(text: str, expected: str) -> None:
    assert without_queries(text) == expected


def test_the_server_stops_in_time_with_clients_on_it(site: Site) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        async with serving(site) as port:
            ws = await connect(f"ws://127.0.0.1:{port}/v1/ws?token={site.key}")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(get("/health"))
            await read_reply(reader)
            _, stuck = await asyncio.open_connection("127.0.0.1", port)
            head = (
                "Content-Type: application/json",
                "Content-Length: 100",
                f"Authorization: Bearer {site.key}",
            )
            stuck.write(get("/v1/scans", *head, method="POST") + b"{")
            await asyncio.sleep(0.1)
            began = loop.time()
        assert loop.time() - began < 5
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in (1001, 1012)
        writer.close()
        stuck.close()

    site.runner.run(asyncio.wait_for(body(), 20))


def test_https(site: Site, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)

    async def test(port: int) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname="localhost"
        )
        writer.write(get("/v1/scans", f"Authorization: Bearer {site.key}"))
        assert (await read_reply(reader)).status == 200
        writer.close()
        async with connect(f"wss://localhost:{port}/v1/ws?token={site.key}", ssl=context, host="127.0.0.1"):
            pass

    run(site, test, tls_cert=str(certificate), tls_key=str(key))


def self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"
