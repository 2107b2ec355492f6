"""A domain does not tell receivers what to do with mail that only claims to come from it (DMARC, RFC 7489).

## Impact
The address that people see can be forged: SPF and DKIM alone do not look at it. A policy of `none` watches and lets
everything pass.

## Remediation
Publish one TXT record at `_dmarc.DOMAIN`: `v=DMARC1; p=none; rua=mailto:...` to see who sends in your name, then
`p=quarantine`, then `p=reject`. Let `sp` be no weaker than `p`, and leave `pct` out.

## How it is proven
The record is looked up at the name and, without one there, at the organisational domain (by the public suffix list),
twice. A missing record is only reported where mail from the name is to be expected, and where the zone vouches that there is
none; texts that are no DMARC record, as of a wildcard, are passed over as receivers do.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import DnsReply, DomainAsset, Grain, Hit, Probe, Scope, Severity, check
from cyberai.checkkit.domains import (
    SPOOFED_EASILY,
    SPOOFED_SOMETIMES,
    Fault,
    ask_whether,
    hit,
    is_mail_domain,
    organisational,
    seen_twice,
    tags,
)

_POLICIES = frozenset({"none", "quarantine", "reject"})


@check(
    id="dns.dmarc",
    title="Forged senders are not refused (DMARC)",
    severity=Severity.MEDIUM,
    cvss=SPOOFED_EASILY,
    cwe=("CWE-290", "CWE-345"),
    owasp=("A05:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=20,
    references=("https://www.rfc-editor.org/rfc/rfc7489",),
    tags=("dns", "mail"),
)
async def dmarc(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Read the record twice."""

    async def look() -> list[Fault]:
        return await _faults(domain.host, probe)

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _faults(host: str, probe: Probe) -> list[Fault]:
    top = organisational(host)
    for at in dict.fromkeys((host, top)):
        reply = await ask_whether(probe, f"_dmarc.{at}", "TXT")
        records = [text for text in reply.data() if _is_dmarc(text)]
        if records:
            return _of_records(host, at, reply, records)
    if not await is_mail_domain(probe, host):
        return []
    detail = (
        f"Neither {host} nor a domain above it has a DMARC record"
        if top != host
        else f"{host} has no DMARC record"
    )
    return [Fault("absent", "No DMARC record", detail, reply)]


def _is_dmarc(text: str) -> bool:
    first = text.partition(";")[0].replace(" ", "")
    return first.lower() == "v=dmarc1"


def _of_records(host: str, at: str, reply: DnsReply, records: list[str]) -> list[Fault]:
    if len(records) > 1:
        detail = (
            f"_dmarc.{at} has {len(records)} DMARC records; receivers then use none (RFC 7489, section 6.6.3)"
        )
        return [Fault("several", "Several DMARC records", detail, reply, records[1])]
    text = records[0]
    said = dict(reversed(tags(text)))
    policy = said.get("p", "").lower()
    if policy not in _POLICIES:
        named = f"p={said['p'][:40]}" if "p" in said else "no p at all"
        detail = f"The record has {named}; it must be none, quarantine or reject"
        return [Fault("syntax", "DMARC record without a policy", detail, reply, text)]
    below = said.get("sp", policy).lower()
    below = below if below in _POLICIES else policy
    faults = []
    if (policy if at == host else below) == "none":
        tag = "p" if at == host or "sp" not in said else "sp"
        detail = f"The policy for {host} is none ({tag}=none at _dmarc.{at}): forged mail is delivered"
        faults.append(
            Fault("none", "DMARC policy that refuses nothing", detail, reply, text, SPOOFED_SOMETIMES)
        )
    elif at == host and below == "none":
        detail = "Mail from names below the domain is not refused (sp=none), existing or not"
        faults.append(
            Fault(
                "subdomains",
                "DMARC policy that leaves out subdomains",
                detail,
                reply,
                text,
                SPOOFED_SOMETIMES,
            )
        )
    part = said.get("pct", "100")
    if policy != "none" and part.isascii() and part.isdigit() and int(part[:4]) < 100:
        detail = f"The policy is applied to {part[:4]} % of the mail only (pct={part[:4]})"
        faults.append(
            Fault("part", "DMARC policy for a part of the mail", detail, reply, text, SPOOFED_SOMETIMES)
        )
    return faults
