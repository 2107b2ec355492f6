"""A memcached server answers commands of anyone who can reach its port.

## Impact
Everything in the cache can be read and changed: sessions, pages, results of queries. A changed entry that an
application unpacks can become running code. Where the port is open to UDP as well, the server multiplies forged
requests into floods against others.

## Remediation
Bind memcached to the addresses that need it (`-l`), put a firewall before the port, leave UDP off (`-U 0`, the
default since 1.5.6), and use SASL or the text protocol's log-in (`-Y`) where the network is shared.

## How it is proven
`version` is answered as memcached does, and on a connection of its own `stats` with the server's own counters
(process, uptime, version); both change nothing. A server that asks for a log-in is silent.
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

_PORT = 11211
_VERSION = Pattern(r"^VERSION [\w.\-+ ()]{1,60}\r\n")
_STATS = Pattern(r"^STAT pid \d{1,10}\r\n[\s\S]*STAT version ([\w.\-+]{1,40})\r\n")
_ITEMS = Pattern(r"\nSTAT curr_items (\d{1,20})\r\n")
_SILENT = frozenset(
    {TransportReason.TIMEOUT, TransportReason.RESET, TransportReason.MALFORMED, TransportReason.TLS_FAILED}
)


@check(
    id="network.memcached-unauthenticated",
    title="Memcached without authentication",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://docs.memcached.org/serverguide/#security",),
    tags=("memcached", "cache", "exposure"),
)
async def memcached_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two read-only commands to what answered an unknown command as memcached does, or is on its port."""
    if service.transport is not Transport.TCP:
        return
    unnamed = service.protocol == "" and (
        service.banner.startswith("ERROR") or (not service.banner and service.port == _PORT)
    )
    if service.protocol != "memcached" and not unnamed:
        return
    if _VERSION.search(await _ask(service, probe, b"version\r\n")) is None:
        return
    answer = await _ask(service, probe, b"stats\r\n")
    stats = _STATS.search(answer)
    if stats is None:
        return
    version = excerpt(stats.groups[0])
    items = _ITEMS.search(answer)
    held = f", {excerpt(items.groups[0])} items" if items is not None else ""
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"stats\r\n",
                answer[:2048],
                f"printf 'stats\\r\\nquit\\r\\n' | nc {service.host} {service.port}",
                f"STAT version {version}",
                "version and stats are answered without a log-in.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Memcached version {version}{held}",
    )


async def _ask(service: ServiceAsset, probe: Probe, command: bytes) -> bytes:
    try:
        return await probe.talk(service.host, service.port, command, tls=service.tls)
    except TransportError as error:
        # A port of unknown kind that does not answer is simply no memcached.
        if service.protocol == "" and error.reason in _SILENT:
            return b""
        raise
