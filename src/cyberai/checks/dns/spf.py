"""A domain does not say, or not in a way that receivers can use, which servers may send its mail (SPF, RFC 7208).

## Impact
Anybody can send mail in the domain's name, and receivers have no ground to refuse it: forged invoices and password
letters. A record that is broken has the same effect as none, and may cost the domain its own mail.

## Remediation
Publish exactly one TXT record at the domain: `v=spf1`, the senders, and `-all` (`~all` where DMARC does the refusing). A
domain that never sends mail publishes `v=spf1 -all`. Keep the terms that need a look-up at ten or fewer.

## How it is proven
The record is read and followed through `include` and `redirect` as a receiver does, twice. A record is only called
missing where the domain takes mail or is a registered domain with an address, and where the zone itself vouches that there
is none. A null MX (RFC 7505), a record of senders elsewhere by `redirect`, and look-ups that get no answer are no finding.
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
    seen_twice,
)
from cyberai.checkkit.spf import MAX_LOOK_UPS, MAX_VOID, Walk, read_spf, records_of, walk

_ANYBODY = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N"


@check(
    id="dns.spf",
    title="Mail senders are not restricted (SPF)",
    severity=Severity.MEDIUM,
    cvss=SPOOFED_EASILY,
    cwe=("CWE-290", "CWE-345"),
    owasp=("A05:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=60,
    references=("https://www.rfc-editor.org/rfc/rfc7208", "https://www.rfc-editor.org/rfc/rfc7505"),
    tags=("dns", "mail"),
)
async def spf(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Read the record twice, each time with where it leads."""

    async def look() -> list[Fault]:
        return await _faults(domain.host, probe)

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _faults(host: str, probe: Probe) -> list[Fault]:
    reply = await ask_whether(probe, host, "TXT")
    records = records_of(reply)
    if not records:
        if not await is_mail_domain(probe, host):
            return []
        return [
            Fault("absent", "No SPF record", f"{host} has no SPF record: any server may send its mail", reply)
        ]
    if len(records) > 1:
        detail = f"{host} has {len(records)} SPF records; receivers then use none (RFC 7208, section 3.2)"
        return [Fault("several", "Several SPF records", detail, reply, records[1])]
    record = read_spf(records[0])
    if record.errors:
        detail = f"{record.errors[0]!r} is no term of SPF; receivers then use nothing of the record"
        return [Fault("syntax", "SPF record with an error", detail, reply, record.errors[0])]
    return _of_walk(host, reply, records[0], await walk(probe, host, record))


def _of_walk(host: str, reply: DnsReply, text: str, found: Walk) -> list[Fault]:
    faults = []

    def add(cause: str, title: str, detail: str, cvss: str | None = None) -> None:
        faults.append(Fault(cause, title, detail, reply, text, cvss))

    if found.open_at:
        where = "" if found.open_at == host else f", by the record of {found.open_at}"
        add("pass-all", "SPF record that lets everybody pass", f"Every sender passes{where}", _ANYBODY)
    elif found.neutral:
        add(
            "neutral",
            "SPF record without a verdict",
            "Senders not named are neither refused nor marked",
            SPOOFED_SOMETIMES,
        )
    if found.look_ups > MAX_LOOK_UPS:
        detail = f"The record needs more than {MAX_LOOK_UPS} look-ups; receivers then give up (RFC 7208, section 4.6.4)"
        add("too-many-look-ups", "SPF record with too many look-ups", detail)
    elif found.void > MAX_VOID:
        detail = f"{found.void} of its look-ups come back empty; receivers give up at more than {MAX_VOID}"
        add("void-look-ups", "SPF record with empty look-ups", detail, SPOOFED_SOMETIMES)
    if found.loops:
        add(
            "loop",
            "SPF record that leads back to itself",
            f"{found.loops[0]} is included again within itself",
        )
    if found.missing:
        detail = f"{found.missing[0]} has no SPF record; receivers then use nothing of the record"
        add("missing-include", "SPF record that includes what is not there", detail)
    if found.broken:
        detail = f"The record of {found.broken[0]} cannot be used; receivers then use nothing of this one"
        add("broken-include", "SPF record that includes a broken one", detail)
    return faults
