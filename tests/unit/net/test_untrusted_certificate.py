"""A server whose certificate is not trusted is scanned all the same, without what may be secret."""

import asyncio
import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cyberai.bootstrap.clock import SystemClock
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_network, parse_target
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import SessionLimits, TransportError, TransportReason
from support.deployment import START


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody.example")])
    start = datetime.datetime.fromtimestamp(START / 1e6, datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def heads_of_two_requests(pem: Path, *, ignore_ssl: bool, private: bool = False) -> list[bytes]:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = Url.parse(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    network = ScanNetwork(EgressPolicy(allow=[parse_network("127.0.0.0/8")]), SystemClock())
    limits = SessionLimits(
        concurrent=1,
        request_timeout=5,
        requests_per_second=None,
        ignore_ssl=ignore_ssl,
        user_agent="test",
        custom_headers=(("X-Secret", "s3cret"),),
    )
    session = network.open(ScanScope((parse_target(str(url)),)), limits)
    try:
        for _ in range(2):
            assert (await session.http.send(HttpRequest("GET", url), private=private)).body == b"ok"
    finally:
        await session.aclose()
        server.close()
        await server.wait_closed()
    return seen


@pytest.mark.parametrize("ignore_ssl", [False, True])
def test_custom_headers_go_only_where_the_operator_said_so(tmp_path: Path, ignore_ssl: bool) -> None:
    seen = asyncio.run(heads_of_two_requests(self_signed(tmp_path), ignore_ssl=ignore_ssl))
    assert len(seen) == 2
    assert [b"s3cret" in head for head in seen] == [ignore_ssl] * 2


def test_a_private_request_is_not_sent_to_who_cannot_prove_its_name(tmp_path: Path) -> None:
    pem = self_signed(tmp_path)
    with pytest.raises(TransportError) as refused:
        asyncio.run(heads_of_two_requests(pem, ignore_ssl=False, private=True))
    assert refused.value.reason is TransportReason.CERTIFICATE
    assert len(asyncio.run(heads_of_two_requests(pem, ignore_ssl=True, private=True))) == 2
