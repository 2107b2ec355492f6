"""The lab's own TLS server against a client that is not ours: what `openssl s_client` makes of its answers."""

import asyncio
import datetime
import re
import subprocess

import pytest

from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Identity
from cyberai.lab.service_connection import ServiceConnection
from cyberai.lab.tls import _keys as keys
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import MODERN, MODERN_1_3, Policy
from cyberai.lab.tls._server import TlsSession
from cyberai.lab.tls._suites import codes

NOW = datetime.datetime.now(datetime.UTC)
LIMIT = 30


@pytest.fixture(scope="module")
def identity() -> Identity:
    return LabAuthority(NOW).identity(Certificate())


def spoken(policy: Policy, identity: Identity, *options: str, session: type[TlsSession] = TlsSession) -> str:
    """Everything that the client tells of one handshake with a server of this policy."""

    async def scenario() -> str:
        connections: set[asyncio.Protocol] = set()
        server = await asyncio.get_running_loop().create_server(
            lambda: ServiceConnection(session(policy, identity), False, connections), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        client = await asyncio.create_subprocess_exec(
            *("openssl", "s_client", "-msg", "-connect", f"127.0.0.1:{port}", *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said, _ = await asyncio.wait_for(client.communicate(), LIMIT)
        finally:
            if client.returncode is None:
                client.kill()
                await client.wait()
            server.close()
        return said.decode("latin-1")

    return asyncio.run(scenario())


OLD = (wire.TLS1_0, wire.TLS1_1, wire.TLS1_2)
WEAK = ("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
CBC = codes("RSA_WITH_AES_128_CBC_SHA", "DHE_RSA_WITH_AES_256_CBC_SHA")
CASES = [
    (Policy(), ("-tls1_2",), ("Temp Key: X25519", "Cipher is ECDHE-RSA-AES128-GCM-SHA256", "RSA-PSS")),
    (Policy(groups=(keys.SECP521R1,)), ("-tls1_2",), ("Temp Key: ECDH, secp521r1, 521 bits",)),
    (Policy(groups=(keys.SECP192R1,)), (*WEAK, "-tls1_2", "-groups", "P-192"), ("Temp Key: ECDH, prime192v1",)),
    (Policy(groups=(keys.SECP384R1, keys.X25519)), ("-groups", "X448:P-384", "-tls1_2"), ("secp384r1",)),
    (Policy(versions=OLD, suites=CBC), (*WEAK, "-tls1"), ("New, SSLv3, Cipher is AES128-SHA", "Protocol  : TLSv1\n")),
    (Policy(versions=OLD, suites=CBC[1:]), (*WEAK, "-tls1_1"), ("Temp Key: DH, 2048 bits", "Protocol  : TLSv1.1")),
    (Policy(versions=OLD, suites=CBC), ("-tls1_2", "-cipher", "DHE-RSA-AES256-SHA:AES128-SHA"), ("Cipher is AES128-SHA",)),
    (
        Policy(suites=CBC, server_order=False),
        ("-tls1_2", "-cipher", "DHE-RSA-AES256-SHA:AES128-SHA"),
        ("Cipher is DHE-RSA-AES256-SHA", "Temp Key: DH, 2048 bits"),
    ),
    (Policy(suites=CBC[1:], dh_prime=keys.OAKLEY_2), (*WEAK, "-tls1_2"), ("Temp Key: DH, 1024 bits",)),
    (
        Policy(suites=CBC[1:], signatures=(0x0201,)),
        (*WEAK, "-tls1_2", "-sigalgs", "RSA+SHA256:RSA+SHA1"),
        ("Peer signing digest: SHA1", "Peer signature type: RSA\n"),
    ),
    (Policy(suites=codes("RSA_WITH_NULL_SHA256")), (*WEAK, "-tls1_2"), ("Cipher is NULL-SHA256",)),
    (
        Policy(suites=codes("ECDH_anon_WITH_AES_128_CBC_SHA")),
        (*WEAK, "-tls1_2"),
        ("Cipher is AECDH-AES128-SHA", "no peer certificate available"),
    ),
    (Policy(suites=codes("DH_anon_WITH_AES_128_CBC_SHA")), (*WEAK, "-tls1_2"), ("Cipher is ADH-AES128-SHA",)),
    (Policy(), ("-tls1_2",), ("Secure Renegotiation IS supported", "Extended master secret: yes")),
    (
        Policy(secure_renegotiation=False, extended_master_secret=False),
        ("-tls1_2", "-legacy_server_connect"),
        ("Secure Renegotiation IS NOT supported", "Extended master secret: no"),
    ),
    (Policy(alpn=("h2", "http/1.1")), ("-tls1_2", "-alpn", "http/1.1"), ("ALPN protocol: http/1.1",)),
    (Policy(client_certificate=True), ("-tls1_2",), ("CertificateRequest", "Client Certificate Types: RSA sign")),
    (Policy(staple=b"\x30\x03\x0a\x01\x06"), ("-tls1_2", "-status"), ("CertificateStatus", "OCSP Response Status: unauth")),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "options", "shown"), CASES)
def test_openssl_takes_the_flight_and_goes_on(
    policy: Policy, options: tuple[str, ...], shown: tuple[str, ...], identity: Identity
) -> None:
    said = spoken(policy, identity, *options)
    missing = [words for words in shown if words not in said]
    assert missing == [], said
    # Only a client that has understood every message, and found the signature right, sends what comes next.
    assert re.search(r">>> .* Handshake \[length [0-9a-f]+\], Finished", said), said
    assert "fatal handshake_failure" in said


class Ending(TlsSession):
    """Hangs up after its hello: what comes next in TLS 1.3 is encrypted."""

    def feed(self, data: bytes) -> bytes:
        answer = super().feed(data)
        self.closed = self.closed or self.hello is not None
        return answer


@pytest.mark.parametrize(
    ("groups", "options", "key", "hellos"),
    [
        ((keys.X25519,), (), "X25519", 1),
        ((keys.SECP256R1,), (), "ECDH, prime256v1", 2),
        ((keys.SECP256R1,), ("-groups", "P-256"), "ECDH, prime256v1", 1),
    ],
)
def test_openssl_takes_the_hello_of_tls_1_3(
    groups: tuple[int, ...], options: tuple[str, ...], key: str, hellos: int, identity: Identity
) -> None:
    policy = Policy(versions=(wire.TLS1_2, wire.TLS1_3), suites=(*MODERN, *MODERN_1_3), groups=groups)
    said = spoken(policy, identity, *options, session=Ending)
    assert "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384" in said
    assert f"Server Temp Key: {key}" in said
    assert said.count(", ServerHello\n") == hellos
    assert "bad" not in said
    assert "unexpected eof while reading" in said
    older = spoken(policy, identity, "-tls1_2", *options)
    assert "44 4f 57 4e 47 52 44 01" in " ".join(older.split())


@pytest.mark.parametrize(
    ("policy", "options", "alert"),
    [
        (Policy(), (*WEAK, "-tls1_1"), 70),
        (Policy(), ("-tls1_3",), 40),
        (Policy(versions=(wire.TLS1_3,), suites=MODERN_1_3), ("-tls1_2",), 70),
        (Policy(suites=CBC), ("-tls1_2", "-cipher", "AES256-SHA"), 40),
        (Policy(groups=(keys.X448,)), ("-tls1_2", "-groups", "P-256"), 40),
        (Policy(versions=OLD, suites=CBC), (*WEAK, "-tls1_1", "-fallback_scsv"), 86),
        (Policy(versions=OLD, suites=CBC, fallback_scsv=False), (*WEAK, "-tls1_1", "-fallback_scsv"), 40),
        (Policy(alpn=("h2",)), ("-tls1_2", "-alpn", "http/1.1"), 120),
    ],
)  # fmt: skip
def test_refusals_are_those_of_the_standard(
    policy: Policy, options: tuple[str, ...], alert: int, identity: Identity
) -> None:
    said = spoken(policy, identity, *options)
    assert f"SSL alert number {alert}" in said
    # Where the fallback is let through, it is refused only because the server cannot go on.
    assert (", ServerHello\n" in said) is not policy.fallback_scsv
