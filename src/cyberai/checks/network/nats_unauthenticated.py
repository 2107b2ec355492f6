"""A NATS server accepts clients without a user name, password or token.

## Impact
Whoever reaches the port can listen to every subject and publish on it: read what services tell each other, and give
them orders.

## Remediation
Set `authorization` (users with passwords, tokens or NKeys) or accounts with JWTs in the server's configuration, limit
subjects by permissions, require TLS, and bind the client port to the addresses that need it. The monitoring port (8222)
has no log-in at all; keep it local.

## How it is proven
The server's greeting is NATS' own, and after `CONNECT` without any credentials `PING` is answered with `PONG` where a
guarded server says `Authorization Violation`. Nothing is subscribed to or published.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_CONNECT = b'CONNECT {"verbose":false,"pedantic":false,"tls_required":false,"name":"cyberai","lang":"c","version":"1"}\r\nPING\r\n'
_INFO = Pattern(r"^INFO \{[^\r\n]+\}")
_VERSION = Pattern(r"\"version\":\s?\"([\w.\-+]{1,40})\"")
_NEEDS_TLS = Pattern(r"\"tls_required\":\s?true")
_PONG = Pattern(r"(?m)^PONG\r$")


@check(
    id="network.nats-unauthenticated",
    title="NATS without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=1,
    references=("https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro",),
    tags=("nats", "broker", "exposure"),
)
async def nats_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: the greeting, then the first words of every client."""
    if not speaks(service, {"nats"}, {4222}):
        return
    found = await ask(service, probe, _dialogue)
    if found is None or _PONG.search(found[1]) is None or b"-ERR" in found[1]:
        return
    greeting, answer = found
    version = _VERSION.search(greeting)
    told = f"NATS version {excerpt(version.groups[0])}" if version is not None else "NATS"
    yield observed(
        service,
        _CONNECT,
        greeting + answer,
        piped(service, _CONNECT),
        match="PONG",
        note="CONNECT without credentials is accepted, and PING answered.",
        detail=f"{told} lets clients in without credentials",
    )


async def _dialogue(conversation: Conversation) -> tuple[bytes, bytes] | None:
    greeting = await conversation.receive(16_384, quiet=0.2)
    if _INFO.search(greeting) is None or _VERSION.search(greeting) is None:
        return None
    if _NEEDS_TLS.search(greeting) is not None:
        await conversation.start_tls()
    await conversation.send(_CONNECT)
    return greeting, await conversation.receive(4_096, quiet=0.5)
