"""A memcached server answers requests by UDP, each with many times the bytes that were asked with.

## Impact
UDP senders can be forged: whoever sends such requests in a victim's name lets this server flood the victim. Answers of
50,000 times the request's size made the largest floods on record. The cache itself can be read and changed as well:
UDP knows no log-in.

## Remediation
Turn UDP off (`-U 0`, the default since 1.5.6), bind memcached to the addresses that need it (`-l`) and drop UDP to port
11211 at the edge of the network.

## How it is proven
`stats` in one datagram of 15 bytes, twice with different request numbers: each answer carries its own number, is made of
memcached's counters, and is larger than the request. The factor that was measured stands in the finding; it grows
with what an attacker stores in the cache first.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Probe,
    Scope,
    ServiceAsset,
    Severity,
    Transport,
    TransportError,
    TransportReason,
    check,
    replace,
)
from cyberai.checkkit.open_service import observed, piped
from cyberai.checkkit.text import Pattern, excerpt

_VERSION = Pattern(r"STAT version ([\w.\-+]{1,40})\r\n")
_NOBODY = frozenset({TransportReason.REFUSED, TransportReason.TIMEOUT, TransportReason.PROXY})
_FRAME = 8
_MOST_DATAGRAMS = 16


@check(
    id="network.memcached-amplification",
    title="Memcached answers by UDP and multiplies requests",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:H",
    cwe=("CWE-406", "CWE-306"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://github.com/memcached/memcached/wiki/ReleaseNotes156",
        "https://www.cisa.gov/news-events/alerts/2014/01/17/udp-based-amplification-attacks",
    ),
    tags=("memcached", "cache", "amplification", "udp"),
)
async def memcached_amplification(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two datagrams, to a memcached that was met by UDP or to the same port of one that was met by TCP, or of what
    answers an unknown command as memcached does."""
    if service.protocol != "memcached" and (service.protocol or not service.banner.startswith("ERROR")):
        return
    factors: list[float] = []
    answer = sent = b""
    for _ in range(2):
        number = probe.number(1, 65_534).to_bytes(2, "big")
        sent = number + b"\0\0\0\1\0\0stats\r\n"
        try:
            said = await probe.datagram(service.host, service.port, sent, answers=_MOST_DATAGRAMS)
        except TransportError as error:
            if service.transport is Transport.TCP and error.reason in _NOBODY:
                return
            raise
        answer = _text(number, said)
        factors.append(sum(map(len, said)) / len(sent))
        if not answer.startswith(b"STAT ") or factors[-1] <= 1:
            return
    version = _VERSION.search(answer)
    if version is None:
        return
    by_udp = replace(service, transport=Transport.UDP, tls=False)
    told = f"{min(factors):.0f} times the bytes of the request"
    yield observed(
        by_udp,
        sent,
        answer,
        piped(by_udp, sent),
        match=excerpt(version.text.rstrip()),
        note=f"stats by UDP was answered twice, with {told}.",
        detail=f"Memcached version {excerpt(version.groups[0])} answers by UDP with {told}.",
        cve=("CVE-2018-1000115",),
    )


def _text(number: bytes, datagrams: tuple[bytes, ...]) -> bytes:
    """What the datagrams that answer this request say, in their own order; empty when one is of another kind."""
    if any(len(item) < _FRAME or item[:2] != number or item[6:8] != b"\0\0" for item in datagrams):
        return b""
    return b"".join(item[_FRAME:] for item in sorted(datagrams, key=lambda item: item[2:4]))
