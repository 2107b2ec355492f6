"""A domain does not say, or not in a way that can be used, which authorities may issue certificates for it (CAA, RFC 8659).

## Impact
Every authority that browsers trust may issue for the domain: the least careful of them decides. A record that cannot be
understood may keep all of them from issuing, just when a certificate has to be renewed.

## Remediation
Publish a CAA record at the domain with your authority's name: `0 issue "ca.example.net"`, and `0 issuewild ";"` where you
use no wildcards. Take out what is no authority's name.

## How it is proven
The records are looked up at the name and at the domains above it, up to the registered one, as authorities do, twice. A
critical property that no specification knows, and a value that can be no authority's name, stand in the record itself. That
there is no record is worth a note, and only where the zone vouches for it.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import DnsReply, DomainAsset, Grain, Hit, Probe, Scope, Severity, check
from cyberai.checkkit.domains import (
    HARMLESS,
    Fault,
    ask_whether,
    has_address,
    hit,
    organisational,
    seen_twice,
    up_to,
)

_KNOWN = frozenset(
    {
        "issue",
        "issuewild",
        "iodef",
        "issuemail",
        "issuevmc",
        "contactemail",
        "contactphone",
        "auth",
        "path",
        "policy",
    }
)
_CRITICAL = 128
_MOST_LEVELS = 8
_LAME = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L"


@check(
    id="dns.caa",
    title="No CAA record",
    severity=Severity.INFO,
    cvss=HARMLESS,
    cwe=("CWE-295",),
    owasp=("A05:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=4 * _MOST_LEVELS + 8,
    references=("https://www.rfc-editor.org/rfc/rfc8659", "https://www.iana.org/assignments/pkix-parameters"),
    tags=("dns", "certificates"),
)
async def caa(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Climb to the first records, twice."""

    async def look() -> list[Fault]:
        return await _faults(domain.host, probe)

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _faults(host: str, probe: Probe) -> list[Fault]:
    reply: DnsReply | None = None
    for at in up_to(host, organisational(host))[-_MOST_LEVELS:]:
        reply = await ask_whether(probe, at, "CAA")
        if reply.data():
            return _of_records(at, reply)
    if reply is None or not await has_address(probe, host):
        return []
    return [Fault("absent", "No CAA record", f"Any authority may issue certificates for {host}", reply)]


def _of_records(at: str, reply: DnsReply) -> list[Fault]:
    faults = []
    for data in reply.data():
        flags, _, rest = data.partition(" ")
        tag, _, value = rest.partition(" ")
        tag, value = tag.lower(), value.strip('"')
        if flags.isdigit() and int(flags) & _CRITICAL and tag not in _KNOWN:
            detail = f"{at} has the critical property {tag[:40]!r}, which nothing specifies: no authority may issue"
            faults.append(
                Fault("unknown-critical", "CAA record that stops all authorities", detail, reply, data, _LAME)
            )
        elif tag in ("issue", "issuewild", "issuemail") and not _is_issuer(value.partition(";")[0].strip()):
            detail = f"{at} has {tag} {value[:80]!r}, which is no authority's name: nobody may issue by it"
            faults.append(Fault("malformed", "CAA record without an authority", detail, reply, data, _LAME))
    return faults


def _is_issuer(name: str) -> bool:
    """True for a domain name, or nothing: nobody."""
    return not name or all(
        label and label.replace("-", "").isalnum() and label.isascii()
        for label in name.rstrip(".").split(".")
    )
