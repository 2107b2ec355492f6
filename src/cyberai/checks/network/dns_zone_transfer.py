"""A DNS server hands out a whole zone, all names in it, to anyone who asks.

## Impact
The list of all hosts of a domain is a map for an attacker: internal names, test systems, mail and VPN gateways that
nobody would have guessed.

## Remediation
Allow transfers to your secondary servers only, by address and better by key (`allow-transfer { key ...; };` in BIND,
`provide-xfr:` in NSD). Names that must stay inside belong to a zone that is served inside.

## How it is proven
Zones are those that the server can be asked about without guessing: the target's own name and the domains above it, the
name that it gives to the scanned address, the names by which it calls itself (`hostname.bind`, `id.server`), and the
reverse zone of the address. Where it answers the SOA question with authority, the transfer is asked for (AXFR,
RFC 5936), and is proven by the same SOA followed by more records of the zone. Zones of `localhost` are left out.
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
    TransportError,
    check,
)
from cyberai.checkkit.dns_message import Record, ask, question, reverse_name, transfer
from cyberai.checkkit.service_port import is_elsewhere, speaks

_PORTS = frozenset({53})
_ZONES = 8
_SHOWN = 8
_LOCAL = ("localhost", "127.in-addr.arpa", "0.in-addr.arpa", "255.in-addr.arpa", "ip6.arpa", "in-addr.arpa")
_SELF = ("hostname.bind", "id.server")


@check(
    id="network.dns-zone-transfer",
    title="DNS zone transfer for everyone",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-200", "CWE-284"),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=16,
    references=(
        "https://www.rfc-editor.org/rfc/rfc5936",
        "https://www.cisa.gov/news-events/alerts/2015/04/13/dns-zone-transfer-axfr-requests-may-leak-domain-information",
    ),
    tags=("dns", "exposure"),
)
async def dns_zone_transfer(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Ask for the zones that the server itself or the target's name tells."""
    if not speaks(service, ("dns",), _PORTS):
        return
    try:
        asked = 0
        for zone in _zones(await _names(service, probe)):
            serial = await _soa(service, probe, zone)
            if not serial:
                continue
            records = await transfer(service, probe, zone)
            if _is_zone(records, zone, serial):
                yield _hit(service, zone, records)
            asked += 1
            if asked == 3:
                return
    except TransportError as error:
        if not is_elsewhere(service, error):
            raise


async def _names(service: ServiceAsset, probe: Probe) -> list[str]:
    """Names that belong to the server, as it says itself."""
    reverse = reverse_name(service.host)
    names = [] if reverse else [service.host]
    if reverse:
        answer = await ask(service, probe, reverse, "PTR")
        names += answer.data("PTR") if answer is not None else ()
    for name in _SELF:
        answer = await ask(service, probe, name, "TXT", chaos=True)
        names += (text.strip('"') for text in answer.data("TXT")) if answer is not None else ()
    if reverse and not reverse.endswith("ip6.arpa"):
        names.append(reverse.partition(".")[2])
    return [name.rstrip(".").lower() for name in names]


def _zones(names: list[str]) -> tuple[str, ...]:
    """The names and the domains above them, of two labels or more, each once."""
    zones: dict[str, None] = {}
    for name in names:
        labels = name.split(".")[-6:]
        for start in range(len(labels) - 1):
            zone = ".".join(labels[start:])
            if len(zone) < 254 and all(0 < len(label) < 64 for label in labels) and not _is_local(zone):
                zones.setdefault(zone)
    return tuple(zones)[:_ZONES]


def _is_local(zone: str) -> bool:
    return zone in _LOCAL or zone.endswith((".localhost", ".127.in-addr.arpa"))


async def _soa(service: ServiceAsset, probe: Probe, zone: str) -> str:
    """The data of the zone's SOA record, where the server has authority over it."""
    try:
        answer = await ask(service, probe, zone, "SOA")
    except ValueError:
        return ""
    if answer is None or not answer.authoritative or answer.code != "NOERROR":
        return ""
    found = (record.data for record in answer.records if record.kind == "SOA" and record.name.lower() == zone)
    return next(found, "")


def _is_zone(records: tuple[Record, ...], zone: str, soa: str) -> bool:
    """The zone's SOA first, then more than its own name servers, all of it within the zone."""
    if not records or (records[0].kind, records[0].data) != ("SOA", soa):
        return False
    inside = all(r.name.lower() == zone or r.name.lower().endswith(f".{zone}") for r in records)
    return inside and any(record.kind not in ("SOA", "NS") for record in records)


def _hit(service: ServiceAsset, zone: str, records: tuple[Record, ...]) -> Hit:
    names = tuple(dict.fromkeys(record.name for record in records if record.name.lower() != zone))
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    listing = "\n".join(f"{record.name} {record.kind} {record.data}" for record in records)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                question(0, zone, "AXFR"),
                listing[:2048].encode(),
                f"dig @{service.host} -p {service.port} {zone} AXFR",
                f"{zone} SOA",
                f"{len(records)} records of {zone} came. Names: {shown or 'only the zone itself'}",
            ),
        ),
        host=service.host,
        port=service.port,
        cause=zone,
        detail=f"Zone {zone}: {shown or 'only the zone itself'}",
    )
