"""The commands in the evidence of TLS offers, run as a reader would run them: against the lab's own servers they show what
the finding says, and against their twins they do not."""

import asyncio
import datetime
import shutil
import subprocess

import pytest

from cyberai.checkkit import Hit, TlsAsset, TlsEvidence
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Session, TlsService
from cyberai.lab.service_connection import ServiceConnection
from cyberai.lab.tls._server import TlsSession
from support.direct_probe import DirectProbe, collect
from support.tls_policies import profile_of

SHOWN = {
    "tls.anonymous-suites": ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA",),
    "tls.beast": ("Cipher is ECDHE-RSA-AES128-SHA", "Protocol  : TLSv1\n"),
    "tls.compression": ("DEFLATE",),
    "tls.des-suites": ("TLS_RSA_WITH_DES_CBC_SHA",),
    "tls.export-suites": ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    "tls.fallback-scsv": ("Cipher is ECDHE-RSA-AES128-SHA", "Protocol  : TLSv1.1\n"),
    "tls.insecure-renegotiation": ("Secure Renegotiation IS NOT supported", "Cipher is AES128-SHA"),
    "tls.no-forward-secrecy": ("Cipher is (NONE)",),
    "tls.no-modern-version": ("Cipher is (NONE)",),
    "tls.null-suites": ("TLS_RSA_WITH_NULL_SHA256",),
    "tls.poodle": ("VULNERABLE", "CVE-2014-3566"),
    "tls.rc4-suites": ("_RC4_128_",),
    "tls.small-blocks": ("TLS_RSA_WITH_3DES_EDE_CBC_SHA",),
    "tls.ssl2": ("SSL2_RC2_128_CBC_EXPORT40_WITH_MD5",),
    "tls.weak-dh": ("Server Temp Key: DH, 1024 bits",),
    "tls.weak-signatures": ("Peer signing digest: SHA1",),
    "tls.weak-groups": ("Server Temp Key: ECDH, prime192v1, 192 bits",),
}
"""What the command shows of a weak server and of no sound one."""
ON_BOTH = {"tls.client-preference": ("cipher preference: client",)}
"""The twin lets the client decide as well, between good suites."""
SECONDS = 60.0
IDENTITY = LabAuthority(datetime.datetime.now(datetime.UTC)).identity(discovery.tls_services()[0].certificate)
CHECKS = [c for c in all_checks() if c.meta.id in SHOWN or c.meta.id in ON_BOTH]
PAGES = [
    item
    for item in discovery.tls_services()
    if any(f.check in SHOWN for f in item.flaws) and isinstance(item.session(False, IDENTITY), TlsSession)
]


async def hits(item: TlsService, port: int) -> list[tuple[str, Hit]]:
    session = item.session(False, IDENTITY)
    assert isinstance(session, TlsSession)
    asset = TlsAsset("127.0.0.1", port, profile=profile_of(session.policy))
    found = []
    for check in CHECKS:
        probe = DirectProbe()
        probe.sessions["127.0.0.1", port] = lambda: item.session(False, IDENTITY)
        found += [(check.meta.id, hit) for hit in await collect(check, asset, probe)]
    return found


async def printed(command: str) -> str:
    """What the command prints, both streams."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        return (await asyncio.wait_for(process.communicate(), SECONDS))[0].decode("latin-1")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def expected(check_id: str) -> tuple[str, ...]:
    return SHOWN.get(check_id) or ON_BOTH[check_id]


@pytest.mark.parametrize("item", PAGES, ids=lambda item: item.name)
def test_the_command_shows_what_the_finding_says(item: TlsService) -> None:
    if shutil.which("nmap") is None:
        pytest.skip("nmap is not installed")
    twin = False

    def session() -> Session:
        return item.session(twin, IDENTITY)

    async def scenario() -> None:
        nonlocal twin
        connections: set[asyncio.Protocol] = set()
        server = await asyncio.get_running_loop().create_server(
            lambda: ServiceConnection(session(), False, connections), "127.0.0.1", 0
        )
        found = await hits(item, server.sockets[0].getsockname()[1])
        commands: dict[str, list[tuple[str, ...]]] = {}
        for check_id, hit in found:
            (evidence,) = hit.evidence
            assert isinstance(evidence, TlsEvidence)
            # Current builds of OpenSSL speak neither SSLv3 nor MD5, which the evidence says.
            if not evidence.note:
                commands.setdefault(evidence.command, []).append((check_id, *expected(check_id)))
        shown = await asyncio.gather(*map(printed, commands))
        twin = True
        of_the_twin = await asyncio.gather(*map(printed, commands))
        for command, said, other in zip(commands, shown, of_the_twin, strict=True):
            wanted = commands[command]
            assert [w for _, *words in wanted for w in words if w not in said] == [], (command, said)
            fooled = {check_id for check_id, *words in wanted if all(w in other for w in words)}
            assert fooled <= set(ON_BOTH), (command, other)
        server.close()

    asyncio.run(scenario())
