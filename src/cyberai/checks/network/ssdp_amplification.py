"""A device answers UPnP searches that come to its own address, with more than it was asked.

## Impact
As nobody proves the sender's address of a datagram, forged searches make the device flood others. The answers name the
device, its software and the address of its description, through which some devices open ports to the Internet for anyone.

## Remediation
Switch UPnP off where nothing needs it. UDP port 1900 belongs to the local network: block it at its edge, and on the
device for all but the local interface. Update the device.

## How it is proven
The search that every control point sends (`M-SEARCH`, UPnP Device Architecture 2.0, section 1.3.3), sent to the device's
own address, is answered twice with whole descriptions (`200 OK` with `ST`, `USN` and `LOCATION`) that are larger
than the search. Nothing behind the address of the description is asked.
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
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_SEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
_ANSWERS = 16
_SECONDS_BETWEEN = 1.2
"""Devices spread their answers over the MX seconds of the search."""

_OK = Pattern(r"^HTTP/1\.1 200 ", ignore_case=True)
_FIELDS = tuple(Pattern(rf"\r\n{name}:[^\r\n]*\S", ignore_case=True) for name in ("ST", "USN", "LOCATION"))
_SERVER = Pattern(r"\r\nserver:[ \t]*([^\r\n]{1,120})", ignore_case=True)


@check(
    id="network.ssdp-amplification",
    title="UPnP device multiplies traffic",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:L",
    cwe=("CWE-406", "CWE-306"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://www.cisa.gov/news-events/alerts/2014/01/17/udp-based-amplification-attacks",),
    tags=("ssdp", "upnp", "amplification"),
)
async def ssdp_amplification(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two searches."""
    if not speaks(service, ("ssdp",), transport=Transport.UDP):
        return
    first = await _search(service, probe)
    if not first or not await _search(service, probe):
        return
    size = sum(map(len, first))
    found = _SERVER.search(first[0])
    server = excerpt(found.groups[0]).strip() if found is not None else ""
    told = f"{len(_SEARCH)} bytes are answered by {size} bytes in {len(first)} datagrams"
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                _SEARCH,
                first[0][:2048],
                f"printf '{_shown(_SEARCH)}' | nc -u -w 3 {service.host} {service.port}",
                "200 OK",
                f"{told}. {server}".strip(),
                transport=Transport.UDP,
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"{told} ({server})" if server else told,
    )


async def _search(service: ServiceAsset, probe: Probe) -> tuple[bytes, ...]:
    """The answers, where they are descriptions and more than the search; else none."""
    try:
        said = await probe.datagram(
            service.host, service.port, _SEARCH, answers=_ANSWERS, quiet=_SECONDS_BETWEEN
        )
    except TransportError as error:
        if error.reason is TransportReason.TIMEOUT:
            return ()
        raise
    whole = tuple(
        d for d in said if _OK.search(d) is not None and all(f.search(d) is not None for f in _FIELDS)
    )
    return whole if sum(map(len, whole)) > len(_SEARCH) else ()


def _shown(raw: bytes) -> str:
    return raw.decode().replace("\r\n", "\\r\\n")
