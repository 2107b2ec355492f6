"""The checks of faults in TLS implementations against real ones, over sockets: silent, but for the one that does what it
should not because it was told to."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from cyberai.checkkit import Conversation, Hit, TlsAsset
from cyberai.checkkit.tls_client import Established, establish
from cyberai.checkkit.tls_dialogue import TlsDialogue, offer_of
from cyberai.checkkit.tls_protection import ALL_SUITES, SPECS
from cyberai.checkkit.tls_visit import visit
from cyberai.domain.tls.starttls import StartTls
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.charged_dialer import ChargedConversation
from cyberai.engine.registry import all_checks
from netkit.sessions import limits, open_session, run
from support.direct_probe import DirectProbe, collect

IDS = ("heartbleed", "ccs-injection", "robot", "ticketbleed", "renegotiation", "cbc-padding")
CHECKS = [check for check in all_checks() if check.meta.id.removeprefix("tls.") in IDS]
WEAK = ("-cipher", "ALL:@SECLEVEL=0")
STARTED = 30.0
Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates and keys of both kinds."""
    folder = tmp_path_factory.mktemp("keys")
    for name, options in (("rsa", ("rsa:2048",)), ("ec", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))):
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=localhost",
                    "-newkey",
                    *options,
                ),
                *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")),
            ],
            check=True,
            capture_output=True,
        )
    return folder


@contextlib.contextmanager
def started(command: Callable[[int], list[str]]) -> Iterator[int]:
    """A server's port, from when it listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    process = subprocess.Popen(
        command(port), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + STARTED
        while True:
            assert process.poll() is None, "the server ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < end, "the server does not listen"
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=STARTED)


def openssl(keys: Path, *options: str) -> Callable[[int], list[str]]:
    return lambda port: [
        *("openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-www"),
        *("-cert", str(keys / "rsa.pem"), "-key", str(keys / "rsa.key")),
        *("-dcert", str(keys / "ec.pem"), "-dkey", str(keys / "ec.key"), *options),
    ]


def gnutls(keys: Path, *options: str) -> Callable[[int], list[str]]:
    return lambda port: [
        *("gnutls-serv", "--quiet", "--port", str(port), "--http"),
        *("--x509certfile", str(keys / "rsa.pem"), "--x509keyfile", str(keys / "rsa.key"), *options),
    ]


def nginx(keys: Path, ciphers: str) -> Callable[[int], list[str]]:
    folder = keys / "nginx"
    folder.mkdir(exist_ok=True)

    def command(port: int) -> list[str]:
        settings = folder / "nginx.conf"
        settings.write_text(
            f"daemon off; master_process off; error_log stderr; pid {folder}/pid; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
            f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
            f"server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {ciphers};\n"
            f"ssl_certificate {keys}/rsa.pem; ssl_certificate_key {keys}/rsa.key; return 204; }} }}\n"
        )
        return [
            shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx",
            "-c",
            str(settings),
            "-e",
            "stderr",
        ]

    return command


class RealProbe(DirectProbe):
    """A probe whose conversations are real ones."""

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
        starttls: StartTls | None = None,
    ) -> Answer:
        self._spend()
        session = open_session(settings=limits(timeout=20.0))
        try:
            return await session.dialer.converse(
                host, port, lambda spoken: dialogue(ChargedConversation(spoken, self._spend)), tls=tls
            )
        finally:
            await session.aclose()


def found(port: int) -> list[Hit]:
    """What all the checks say of a port, each within its budget."""

    async def all_of_them() -> list[Hit]:
        hits = []
        for check in CHECKS:
            probe = RealProbe(budget=check.meta.max_requests)
            hits += await collect(check, TlsAsset("127.0.0.1", port, "localhost"), probe)
        return hits

    return run(all_of_them(), limit=240.0)


OPENSSL = [
    pytest.param((*WEAK, "-no_tls1_3"), id="every suite"),
    pytest.param((*WEAK, "-tls1", "-no_ticket"), id="TLS 1.0 without tickets"),
    pytest.param((*WEAK, "-verify", "1", "-legacy_renegotiation"), id="asks for a certificate"),
    pytest.param(("-cipher", "AES128-SHA:AES256-GCM-SHA384", "-no_tls1_3"), id="RSA key exchange only"),
    pytest.param(("-cipher", "DHE-RSA-AES256-SHA256:@SECLEVEL=0", "-no_tls1_3"), id="CBC with DHE only"),
    pytest.param(("-tls1_3",), id="TLS 1.3 only"),
]


@pytest.mark.parametrize("options", OPENSSL)
def test_openssl_has_none_of_them(keys: Path, options: tuple[str, ...]) -> None:
    with started(openssl(keys, *options)) as port:
        assert [(hit.title, hit.detail) for hit in found(port)] == []


def test_openssl_renegotiates_when_it_is_told_to(keys: Path) -> None:
    with started(openssl(keys, *WEAK, "-client_renegotiation")) as port:
        (hit,) = found(port)
    assert hit.cause == "client-initiated"
    assert "RFC 5746" in str(hit.evidence)


def test_nginx_has_none_of_them(keys: Path) -> None:
    with started(nginx(keys, "ALL:@SECLEVEL=0")) as port:
        assert [(hit.title, hit.detail) for hit in found(port)] == []


@pytest.mark.parametrize("priority", ["NORMAL", "LEGACY:-VERS-TLS1.3"])
def test_gnutls_renegotiates_and_has_no_other(keys: Path, priority: str) -> None:
    """Its server begins a new handshake when it is asked to, and takes heartbeats."""
    with started(gnutls(keys, "--heartbeat", "--priority", priority)) as port:
        assert [hit.cause for hit in found(port)] == ["client-initiated"]


def test_handshakes_are_finished_with_every_suite(keys: Path) -> None:
    """OpenSSL takes our Finished, and its own is what we computed."""

    async def with_each(port: int) -> dict[str, str]:
        wrong = {}
        probe = RealProbe()
        place = TlsAsset("127.0.0.1", port, "localhost")
        for version in (TlsVersion.TLS1_2, TlsVersion.TLS1_1, TlsVersion.TLS1_0):
            for code in ALL_SUITES:
                spec = SPECS[code]
                if version is not TlsVersion.TLS1_2 and (spec.cipher, spec.mac) != ("cbc", "sha1"):
                    continue
                offer = replace(offer_of("localhost", (code,)), versions=(version,), session_ticket=b"")

                async def finish(dialogue: TlsDialogue, offer: object = offer) -> Established:
                    return await establish(dialogue, await dialogue.greet(offer))  # type: ignore[arg-type]

                done = await visit(place, probe, finish)
                if done is None or not done.ticket:
                    wrong[f"{version} {code:04x}"] = str(done)
        return wrong

    with started(openssl(keys, *WEAK)) as port:
        assert run(with_each(port), limit=240.0) == {}
