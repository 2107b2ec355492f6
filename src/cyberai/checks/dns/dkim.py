"""A key by which receivers check the domain's signatures on mail (DKIM, RFC 6376) is too weak or is in test mode.

## Impact
A short RSA key can be computed from what is published: whoever does so signs mail as the domain, and passes DMARC. With
`t=y` receivers treat a signature that fails like none.

## Remediation
Publish a new key of 2,048 bits under a new selector, sign with it, and then empty the old one's `p=`. Take `t=y` out once
the signatures are seen to work.

## How it is proven
The public key stands in the record of the selector; its length is counted. Selectors cannot be listed: only a few common
ones are asked for, and that none is there says nothing. A zone that answers for a selector that cannot exist just alike is
left alone, and so are revoked keys.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import DnsReply, DomainAsset, Grain, Hit, Probe, Scope, Severity, check
from cyberai.checkkit.domains import HARMLESS, Fault, ask, hit, seen_twice, tags
from cyberai.checkkit.public_keys import rsa_bits_of_der

SELECTORS = ("default", "dkim", "google", "k1", "mail", "s1", "s2", "selector1", "selector2", "smtp")
"""Those that common mail systems and services use unless told otherwise."""
ENOUGH = 1_024
"""Bits below which receivers must not take a signature (RFC 8301, section 3.2)."""


@check(
    id="dns.dkim",
    title="Weak DKIM key",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N",
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=2 * len(SELECTORS) + 2,
    references=("https://www.rfc-editor.org/rfc/rfc6376", "https://www.rfc-editor.org/rfc/rfc8301"),
    tags=("dns", "mail"),
)
async def dkim(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Common selectors, twice, and one that cannot exist."""

    async def look() -> list[Fault]:
        return await _faults(domain.host, probe)

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _faults(host: str, probe: Probe) -> list[Fault]:
    control = await ask(probe, f"{probe.token(12)}._domainkey.{host}", "TXT")
    faults = []
    for selector in SELECTORS:
        reply = await ask(probe, f"{selector}._domainkey.{host}", "TXT")
        if reply.data() != control.data():
            faults += _of_reply(selector, reply)
    return faults


def _of_reply(selector: str, reply: DnsReply) -> list[Fault]:
    said = dict(reversed(tags(reply.data()[0]))) if len(reply.data()) == 1 else {}
    key = said.get("p", "").replace(" ", "")
    if said.get("v", "DKIM1") != "DKIM1" or not key:
        return []
    faults = []
    bits = rsa_bits_of_der(key) if said.get("k", "rsa").lower() == "rsa" else 0
    if 0 < bits < ENOUGH:
        detail = f"The RSA key of selector {selector} has {bits} bits"
        faults.append(Fault(f"weak-key {selector}", "Weak DKIM key", detail, reply, key[:60]))
    if "y" in said.get("t", "").lower().split(":"):
        detail = f"The key of selector {selector} is in test mode (t=y)"
        faults.append(Fault(f"test-mode {selector}", "DKIM key in test mode", detail, reply, "t=y", HARMLESS))
    return faults
