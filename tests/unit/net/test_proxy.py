"""Everything goes through the proxy, to judged addresses alone."""

import base64
import contextlib
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.net.egress import EgressPolicy
from cyberai.net.proxy import Proxy, parse_proxy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import PortState, TlsVersion, TransportError, TransportReason
from netkit.certificates import issue
from netkit.clocks import SystemClock
from netkit.proxies import proxying
from netkit.servers import answering, closed_port, response, serving
from netkit.sessions import LOOPBACK, get, open_session, run

PAIR = base64.b64encode(b"kim:s3cret word").decode()


def through(port: int, *, user: str = "", policy: EgressPolicy | None = None, **names: str) -> ScanNetwork:
    return ScanNetwork(
        policy or EgressPolicy(allow=LOOPBACK),
        SystemClock(),
        resolve_overrides={name.replace("_", "."): (address,) for name, address in names.items()},
        proxy=parse_proxy(f"http://{user}127.0.0.1:{port}"),
    )


def test_http_and_tls_go_through_tunnels_to_the_judged_address(tmp_path: Path) -> None:
    async def scenario() -> None:
        tls = issue("a.example", names=("a.example",)).server_context(tmp_path)
        async with (
            proxying() as proxy,
            serving(answering(response())) as plain,
            serving(answering(response()), tls=tls) as secure,
        ):
            session = open_session(("a.example",), on=through(proxy.port, a_example="127.0.0.1"))
            for port, scheme in ((plain, "http"), (secure, "https")):
                answer = await session.http.send(get(port, host="a.example", scheme=scheme))
                assert (answer.status, answer.body) == (200, b"ok")
            assert (await session.dialer.handshake("a.example", secure)).version
            assert await session.dialer.offers("a.example", secure, TlsVersion.TLS1_3)
            await session.aclose()
            asked = [head.split("\r\n")[0] for head in proxy.heads]
            # The address, never the name: the proxy gets nothing to look up and to be wrong about.
            assert set(asked) == {f"CONNECT 127.0.0.1:{port} HTTP/1.1" for port in (plain, secure)}

    run(scenario())


@pytest.mark.parametrize("refusal", [403, 405, 501])
def test_a_proxy_without_tunnels_gets_plain_requests_in_its_own_form(refusal: int) -> None:
    async def scenario() -> None:
        async with (
            proxying(connect=refusal, credentials=PAIR) as proxy,
            serving(answering(response())) as port,
        ):
            session = open_session(on=through(proxy.port, user="kim:s3cret%20word@"))
            for path in ("/a/../b?x=1", "/c"):
                assert (await session.http.send(get(port, path))).body == b"ok"
            with pytest.raises(TransportError) as caught:
                await session.http.send(get(port, scheme="https"))
            await session.aclose()
            assert "refuses a tunnel" in caught.value.detail
            told = [head for head in proxy.heads if not head.startswith("CONNECT")]
            # One connection serves both: the second request goes down the pipe that the first one opened.
            assert told[0].startswith(f"GET http://127.0.0.1:{port}/a/../b?x=1 HTTP/1.1\r\n")
            assert f"\r\nHost: 127.0.0.1:{port}\r\n" in told[0]

    run(scenario())


def test_the_target_itself_never_sees_the_proxys_credentials() -> None:
    async def scenario() -> None:
        seen: list[bytes] = []

        async def target(reader, writer) -> None:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(response())

        async with proxying(credentials=PAIR) as proxy, serving(target) as port:
            session = open_session(on=through(proxy.port, user="kim:s3cret%20word@"))
            await session.http.send(get(port))
            await session.aclose()
        assert b"Proxy-Authorization" not in b"".join(seen)

    run(scenario())


@pytest.mark.parametrize(
    ("target", "proxy_address", "reason"),
    [
        ("169.254.169.254", "127.0.0.1", TransportReason.NOT_ALLOWED),
        ("10.0.0.1", "127.0.0.1", TransportReason.NOT_ALLOWED),
        ("127.0.0.1", "10.0.0.1", TransportReason.NOT_ALLOWED),
    ],
)
def test_target_and_proxy_are_both_judged(target: str, proxy_address: str, reason: TransportReason) -> None:
    async def scenario() -> None:
        async with proxying() as proxy:
            network = ScanNetwork(
                EgressPolicy(allow=LOOPBACK),
                SystemClock(),
                resolve_overrides={"a.example": (target,)},
                proxy=Proxy(proxy_address, proxy.port),
            )
            session = open_session(("a.example",), on=network)
            with pytest.raises(TransportError) as caught:
                await session.http.send(get(80, host="a.example"))
            await session.aclose()
            assert caught.value.reason is reason
            assert proxy.heads == []

    run(scenario())


def test_own_listeners_are_out_of_reach_through_a_proxy_too() -> None:
    async def scenario() -> None:
        async with proxying() as proxy, serving(answering(response())) as port:
            policy = EgressPolicy(allow=LOOPBACK, denied={("127.0.0.1", port)})
            session = open_session(on=through(proxy.port, policy=policy))
            with pytest.raises(TransportError) as caught:
                await session.http.send(get(port))
            await session.aclose()
            assert caught.value.reason is TransportReason.NOT_ALLOWED
            assert proxy.heads == []

    run(scenario())


def test_ports_are_asked_for_through_the_proxy() -> None:
    async def scenario() -> None:
        async with proxying() as proxy, serving(answering(response())) as port:
            shut = closed_port()
            session = open_session(on=through(proxy.port))
            states = {p: s async for p, s in session.dialer.scan_ports("127.0.0.1", (port, shut))}
            await session.aclose()
            assert states == {port: PortState.OPEN, shut: PortState.CLOSED}
            assert len(proxy.heads) == 2

    run(scenario())


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (b"HTTP/1.1 407 No\r\n\r\n", TransportReason.PROXY, "credentials"),
        (b"HTTP/1.1 502 No\r\n\r\n", TransportReason.REFUSED, "could not connect"),
        (b"HTTP/1.1 504 No\r\n\r\n", TransportReason.CONNECT_TIMEOUT, "no answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", TransportReason.PROXY, "no HTTP proxy"),
        (b"HTTP/1.1 20", TransportReason.PROXY, "no HTTP proxy"),
        (b"HTTP/1.1 200 " + b"x" * 20_000, TransportReason.PROXY, "no HTTP proxy"),
        (b"", TransportReason.PROXY, "no HTTP proxy"),
    ],
)
def test_what_a_proxy_says_is_understood(answer: bytes, reason: TransportReason, words: str) -> None:
    async def scenario() -> None:
        async def strange(reader, writer) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

        async with serving(strange) as port:
            session = open_session(on=through(port))
            with pytest.raises(TransportError) as caught:
                await session.http.send(get(9))
            await session.aclose()
        assert (caught.value.reason, words in caught.value.detail) == (reason, True)

    run(scenario())


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy.example", Proxy("proxy.example", 3128)),
        ("http://Proxy.example:80/", Proxy("proxy.example", 80)),
        ("http://[::1]:8080", Proxy("::1", 8080)),
    ],
)
def test_an_address_is_read(text: str, proxy: Proxy) -> None:
    assert parse_proxy(text) == proxy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "proxy.example",
        "proxy.example:3128",
        "https://x",
        "socks5://x",
        "http://",
        "http://x:0x",
        "http://x:99999",
        "http://x/p",
        "http://x?y",
    ],
)
def test_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="write http://proxy"):
        parse_proxy(text)


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_read_or_refused_and_no_secret_is_repeated(text: str, secret: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_proxy(text).host
    with pytest.raises(ValueError, match="write http://proxy") as caught:
        parse_proxy(f"ftp://user:S3CRET{secret}@host")
    assert "S3CRET" not in str(caught.value)


def test_a_client_certificate_is_presented(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    from cyberai.net.tls_contexts import TlsContexts

    root = issue("root", authority=True)
    client, server = issue("client", root), issue("a.example", root, names=("a.example",))
    key = client.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem, roots = tmp_path / "client.pem", tmp_path / "roots.pem"
    pem.write_bytes(key + client.pem)
    roots.write_bytes(root.pem)

    async def answered(contexts: TlsContexts) -> bool:
        context = server.server_context(tmp_path)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(roots)
        async with serving(answering(response()), tls=context) as port:
            network = ScanNetwork(
                EgressPolicy(allow=LOOPBACK),
                SystemClock(),
                resolve_overrides={"a.example": ("127.0.0.1",)},
                contexts=contexts,
            )
            session = open_session(("a.example",), on=network)
            try:
                return (await session.http.send(get(port, host="a.example", scheme="https"))).status == 200
            except TransportError:
                return False
            finally:
                await session.aclose()

    assert run(answered(TlsContexts(roots, pem)))
    assert run(answered(TlsContexts(None, pem)))  # also where the server's own certificate is not trusted
    assert not run(answered(TlsContexts(roots)))


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificate_or_key_is_said_so(tmp_path: Path, content: bytes) -> None:
    from cyberai.net.tls_contexts import TlsContexts

    path = tmp_path / "x.pem"
    path.write_bytes(content)
    for contexts in (TlsContexts(path), TlsContexts(None, path)):
        with pytest.raises(ValueError, match="PEM"):
            contexts.verifying  # noqa: B018 - made when first asked for


def test_a_proxy_that_does_not_run_is_no_fault_of_the_target() -> None:
    async def scenario() -> None:
        session = open_session(on=through(closed_port()))
        with pytest.raises(TransportError) as caught:
            await session.http.send(get(9))
        await session.aclose()
        assert caught.value.reason is TransportReason.PROXY

    run(scenario())
