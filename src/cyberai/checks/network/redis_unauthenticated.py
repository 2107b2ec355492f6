"""A Redis data store answers commands of anyone who can reach its port, without a password.

## Impact
All data in it (sessions, caches, queues) can be read, changed and deleted; with the right to write files,
which Redis has by its configuration commands, it is usually the way to running commands on the host.

## Remediation
Bind Redis to the addresses that need it and put a firewall before the port. Set a password or ACL users
(`requirepass`, `user` rules), keep `protected-mode yes`, and give the process an account without further
rights.

## How it is proven
`PING` is answered with `+PONG` and, on a connection of its own, `INFO server` with the server's version; both
need no right of the sender. A server that asks for a password (`-NOAUTH`) or denies (`-DENIED`) is silent.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    ServiceAsset,
    ServiceEvidence,
    Severity,
    Transport,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.text import Pattern, excerpt

_PING = b"*1\r\n$4\r\nPING\r\n"
_INFO = b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"
_VERSION = Pattern(r"redis_version:[0-9][\w.\-]{0,30}")
_SILENT = frozenset(
    {TransportReason.TIMEOUT, TransportReason.RESET, TransportReason.MALFORMED, TransportReason.TLS_FAILED}
)


@check(
    id="network.redis-unauthenticated",
    title="Redis without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://redis.io/docs/latest/operate/oss_and_stack/management/security/",),
    tags=("redis", "database", "exposure"),
)
async def redis_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two read-only commands; services that named themselves otherwise are left alone."""
    if service.transport is not Transport.TCP:
        return
    if service.protocol not in ("redis", "") or (service.banner and service.protocol != "redis"):
        return
    if not (await _ask(service, probe, _PING)).startswith(b"+PONG"):
        return
    answer = await _ask(service, probe, _INFO)
    version = _VERSION.search(answer)
    if not answer.startswith((b"$", b"=")) or version is None:
        return
    tls = " --tls --insecure" if service.tls else ""
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                _INFO,
                answer[:2048],
                f"redis-cli -h {service.host} -p {service.port}{tls} INFO server",
                excerpt(version.text),
                "PING and INFO server are answered without a password.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=excerpt(version.text).replace("redis_version:", "Redis version "),
    )


async def _ask(service: ServiceAsset, probe: Probe, command: bytes) -> bytes:
    try:
        return await probe.talk(service.host, service.port, command, tls=service.tls)
    except TransportError as error:
        # A service of unknown kind that does not answer PING is simply no Redis.
        if service.protocol == "" and error.reason in _SILENT:
            return b""
        raise
