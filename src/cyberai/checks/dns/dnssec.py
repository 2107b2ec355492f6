"""The signatures of a domain (DNSSEC) are broken, about to run out, or made with what is no longer strong enough.

## Impact
Where the chain of signatures is broken, the domain does not exist for everybody whose resolver checks them: no site, no
mail. A weak key or digest lets an attacker with enough means forge the answers that the signatures were to protect.

## Remediation
Let the name server keep keys and signatures (`dnssec-policy` in BIND, automatic signing at the provider), with algorithm 13
or 8, keys of 2,048 bits for RSA, digests of type 2, and no extra iterations for NSEC3. After a change of keys, change the DS
record at the registrar, and take it out before signing is switched off.

## How it is proven
The zone's keys, its delegation at the parent and their signatures are read, twice. Broken is what a checking resolver
refuses (SERVFAIL) while it has the answer when asked not to check, which is the control; a digest that is none of the
keys'; a signature whose time is over. A domain that is not signed is no finding.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import DnsReply, DomainAsset, Grain, Hit, Probe, Scope, Severity, check
from cyberai.checkkit.dnssec import (
    BY_SHA1,
    DIGEST_SHA1,
    Delegation,
    Key,
    delegations_of,
    keys_of,
    signatures_of,
    stands_for,
)
from cyberai.checkkit.domains import HARMLESS, Fault, hit, seen_twice

ENOUGH = 1_024
"""Bits of an RSA key below which it is called weak."""
_DAY = 86_400_000_000
_LONG = 7 * _DAY
"""Signatures that live shorter are made anew all the time: that they end soon says nothing."""
_MANY_ITERATIONS = 100
_OUT = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"
_FORGED = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N"
_SLIGHT = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N"
_SOON = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L"


@check(
    id="dns.dnssec",
    title="Broken DNSSEC",
    severity=Severity.MEDIUM,
    cvss=_OUT,
    cwe=("CWE-347", "CWE-326"),
    owasp=("A02:2021",),
    scope=Scope.DOMAIN,
    grain=Grain.DOMAIN,
    max_requests=14,
    references=(
        "https://www.rfc-editor.org/rfc/rfc4035",
        "https://www.rfc-editor.org/rfc/rfc8624",
        "https://www.rfc-editor.org/rfc/rfc9276",
    ),
    tags=("dns", "dnssec"),
)
async def dnssec(domain: DomainAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Read the zone's chain twice."""

    async def look() -> list[Fault]:
        return await _faults(domain.host, probe)

    for fault in await seen_twice(look):
        yield hit(domain.host, fault)


async def _faults(host: str, probe: Probe) -> list[Fault]:
    checked = await probe.look_up(host, "SOA")
    plain = await probe.look_up(host, "SOA", checked=False)
    owner = next((record.name for record in plain.records if record.kind == "SOA"), plain.zone)
    if plain.code != "NOERROR" or owner is None or not (host == owner or host.endswith(f".{owner}")):
        return []
    published = await probe.look_up(owner, "DNSKEY", checked=False)
    delegated = await probe.look_up(owner, "DS", checked=False)
    keys, delegations = keys_of(published), delegations_of(delegated)
    if not keys and not delegations:
        return []
    if delegations and (published.code, delegated.code) == ("NOERROR", "NOERROR"):
        broken = _broken(owner, checked, published, delegated, probe.now())
        if broken is not None:
            return [broken]
    parameters = await probe.look_up(owner, "NSEC3PARAM", checked=False) if keys else plain
    return [
        *_of_keys(published, keys),
        *_of_delegations(delegated, delegations, keys),
        *_of_times(plain, probe.now()),
        *_of_parameters(parameters),
    ]


def _broken(
    owner: str, checked: DnsReply, published: DnsReply, delegated: DnsReply, now: int
) -> Fault | None:
    """What breaks the chain, the cause before the consequence."""
    keys, delegations = keys_of(published), delegations_of(delegated)
    title = "Broken DNSSEC"
    if not keys:
        detail = f"The parent says that {owner} is signed (DS), but it has no key (DNSKEY)"
        return Fault("ds-without-key", title, detail, delegated, delegations[0].data)
    if not any(stands_for(owner, delegation, keys) for delegation in delegations):
        detail = f"No delegation (DS) of {owner} is that of one of its keys (DNSKEY)"
        return Fault("ds-of-no-key", title, detail, delegated, delegations[0].data)
    mine = [signature for signature in signatures_of(published) if signature.covered == "DNSKEY"]
    if mine and all(signature.ends < now for signature in mine):
        detail = f"The signature of the keys of {owner} is over"
        return Fault("expired", title, detail, published, mine[0].data[:100])
    if checked.code == "SERVFAIL":
        detail = f"Resolvers that check signatures refuse {checked.name}; without checking it is answered"
        return Fault("refused", title, detail, checked, "SERVFAIL")
    return None


def _of_keys(published: DnsReply, keys: tuple[Key, ...]) -> list[Fault]:
    faults = []
    weak = next((key for key in keys if 0 < key.bits < ENOUGH), None)
    if weak is not None:
        detail = f"An RSA key of the zone has {weak.bits} bits"
        faults.append(Fault("weak-key", "Weak DNSSEC key", detail, published, weak.data[:60], _FORGED))
    if keys and all(key.algorithm in BY_SHA1 for key in keys):
        detail = f"All keys are of algorithm {keys[0].algorithm}, which is withdrawn (RFC 8624)"
        faults.append(
            Fault("algorithm", "Old DNSSEC algorithm", detail, published, keys[0].data[:60], _SLIGHT)
        )
    return faults


def _of_delegations(
    delegated: DnsReply, delegations: tuple[Delegation, ...], keys: tuple[Key, ...]
) -> list[Fault]:
    if delegations and all(item.digest_type == DIGEST_SHA1 for item in delegations):
        detail = "The delegation has digests by SHA-1 only (type 1)"
        return [Fault("digest", "Old DNSSEC digest", detail, delegated, delegations[0].data, _SLIGHT)]
    if keys and not delegations and delegated.code == "NOERROR" and delegated.zone is not None:
        detail = "The zone is signed, but its parent does not say so (no DS): nobody checks the signatures"
        return [Fault("no-delegation", "DNSSEC without a delegation", detail, delegated, "", HARMLESS)]
    return []


def _of_times(signed: DnsReply, now: int) -> list[Fault]:
    for signature in signatures_of(signed):
        long = signature.ends - signature.begins >= _LONG
        if signature.covered == "SOA" and long and now < signature.ends < now + _DAY:
            detail = "The zone's signatures end within a day, and were made for a week or more"
            return [
                Fault(
                    "ends-soon", "DNSSEC signatures about to end", detail, signed, signature.data[:60], _SOON
                )
            ]
    return []


def _of_parameters(reply: DnsReply) -> list[Fault]:
    for data in reply.data("NSEC3PARAM"):
        fields = data.split()
        count = int(fields[2]) if len(fields) > 2 and fields[2].isdigit() else 0
        if count:
            detail = f"NSEC3 is computed with {count} extra iterations; there should be none (RFC 9276)"
            cvss = _SOON if count > _MANY_ITERATIONS else HARMLESS
            return [Fault("iterations", "NSEC3 with extra iterations", detail, reply, data, cvss)]
    return []
