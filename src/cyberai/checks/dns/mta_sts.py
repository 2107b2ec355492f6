"""A domain's announcements about the transport of its mail (MTA-STS, RFC 8461; TLS reports, RFC 8460) cannot be used.

## Impact
Whoever sits between two mail servers can keep them from encrypting. MTA-STS makes senders insist on it; an announcement that
cannot be used protects nothing, while its owner believes it does.

## Remediation
Publish exactly one record `v=STSv1; id=...` at `_mta-sts.DOMAIN` and the policy at
`https://mta-sts.DOMAIN/.well-known/mta-sts.txt`; and one record `v=TLSRPTv1; rua=mailto:...` at `_smtp._tls.DOMAIN`. Or
publish neither.

## How it is proven
The records are read twice, and the host of the policy is looked up. The policy itself lies on another host and is not
fetched: nothing widens a scan. That a domain announces nothing is no finding.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import DomainAsset, Grain, Hit, Probe, Scope, Severity, check
from cyberai.checkkit.domains import Fault, ask, has_address, hit, seen_twice, tags


@check(
    id="dns.mta-sts",
    title="MTA-STS or TLS report record that cannot be used",
    severity=Severity.LOW,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N",
    cwe=("CWE-319",),
    owasp=("A02:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=10,
    references=("https://www.rfc-editor.org/rfc/rfc8461", "https://www.rfc-editor.org/rfc/rfc8460"),
    tags=("dns", "mail"),
)
async def mta_sts(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Read the records twice."""

    async def look() -> list[Fault]:
        return [*await _announced(domain.host, probe), *await _reported(domain.host, probe)]

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _announced(host: str, probe: Probe) -> list[Fault]:
    reply = await ask(probe, f"_mta-sts.{host}", "TXT")
    records = [text for text in reply.data() if tags(text)[:1] == [("v", "STSv1")]]
    if not records:
        return []
    if len(records) > 1:
        detail = f"_mta-sts.{host} has {len(records)} records; senders then use none (RFC 8461, section 3.1)"
        return [Fault("several", "Several MTA-STS records", detail, reply, records[1])]
    number = dict(tags(records[0])).get("id", "")
    if not (1 <= len(number) <= 32 and number.isascii() and number.isalnum()):
        detail = "The record has no id of 1 to 32 letters and digits, by which senders see a new policy"
        return [Fault("syntax", "MTA-STS record without an id", detail, reply, records[0])]
    if await has_address(probe, f"mta-sts.{host}"):
        return []
    detail = f"A policy is announced, but its host mta-sts.{host} has no address"
    return [Fault("no-policy", "MTA-STS record without a policy", detail, reply, records[0])]


async def _reported(host: str, probe: Probe) -> list[Fault]:
    reply = await ask(probe, f"_smtp._tls.{host}", "TXT")
    records = [text for text in reply.data() if tags(text)[:1] == [("v", "TLSRPTv1")]]
    if len(records) > 1:
        detail = f"_smtp._tls.{host} has {len(records)} records; senders then use none (RFC 8460, section 3)"
        return [Fault("tls-report-several", "Several TLS report records", detail, reply, records[1])]
    for text in records:
        where = dict(tags(text)).get("rua", "")
        if not where.lower().startswith(("mailto:", "https:")):
            detail = "The record does not say where reports go (rua=mailto:... or https:...)"
            return [Fault("tls-report-syntax", "TLS report record without an address", detail, reply, text)]
    return []
