"""A record leads to a name that no longer exists, and that somebody else may be able to take.

## Impact
Whoever registers the name that an alias (CNAME) leads to serves pages as the domain: with its cookies, its certificates and
its good name. With that of a mail exchanger (MX) he reads its mail, with that of a name server (NS) he owns the domain.

## Remediation
Delete the record, or let it lead to what is yours. Delete records first, and what they lead to afterwards.

## How it is proven
The name at the end is denied (NXDOMAIN) twice by the zone above it, whose SOA stands in the answer. Where that is the
registry's own zone, the domain is not delegated: nobody has registered it, or its registration is held. Where it is the
zone of a cloud service at which customers choose names, the name is free. For other names it is a sign only. The control is
a name that cannot exist (below `.invalid`): a resolver that has an answer to it, as those of some providers, is no witness.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    DnsReply,
    Grain,
    Hit,
    NameAsset,
    Probe,
    Scope,
    Severity,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.claimable import service_of
from cyberai.checkkit.domains import Fault, ask, hit, open_to_all, organisational, seen_twice

_MOST = 8
"""Mail exchangers and name servers that are looked at, of each."""
_TAKEN_OVER = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:H/A:N"
_OWNED = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_READ = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
_BROKEN = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L"
_TITLES = {"CNAME": "alias", "MX": "mail exchanger", "NS": "name server"}


@check(
    id="dns.dangling-record",
    title="Record that leads to a name which does not exist",
    severity=Severity.HIGH,
    cvss=_TAKEN_OVER,
    cwe=("CWE-350", "CWE-672"),
    owasp=("A05:2021",),
    scope=Scope.NAME,
    grain=Grain.DOMAIN,
    max_requests=2 * (4 + 2 * _MOST),
    references=(
        "https://learn.microsoft.com/azure/security/fundamentals/subdomain-takeover",
        "https://github.com/EdOverflow/can-i-take-over-xyz",
    ),
    tags=("dns", "takeover"),
)
async def dangling_record(asset: NameAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Follow the alias, the mail exchangers and the name servers of the name, twice."""
    control = await probe.look_up(f"{probe.token(12)}.invalid", "A")
    if control.code == "NOERROR" and control.records:
        detail = "the resolver answers for names that cannot exist; choose another one with --resolver"
        raise TransportError(TransportReason.DNS_FAILED, detail)

    async def look() -> list[Fault]:
        alias = await ask(probe, asset.name, "A")
        if alias.aliases:
            return _of_target(asset.name, "CNAME", alias)
        if alias.code != "NOERROR":
            return []
        return [*await _of_kind(asset.name, "MX", probe), *await _of_kind(asset.name, "NS", probe)]

    for fault in await seen_twice(look):
        yield hit(asset.name, fault)


async def _of_kind(name: str, kind: str, probe: Probe) -> list[Fault]:
    listed = await probe.look_up(name, kind)
    faults = []
    for target in sorted({r.host for r in listed.records if r.kind == kind and r.name == name and r.host})[
        :_MOST
    ]:
        faults += _of_target(name, kind, await probe.look_up(target, "A"))
    return faults


def _of_target(name: str, kind: str, reply: DnsReply) -> list[Fault]:
    """The fault of a name that is denied by a zone above it; `reply` is about what it leads to, perhaps by further aliases."""
    missing, zone = reply.final, reply.zone
    if (
        reply.code != "NXDOMAIN"
        or zone is None
        or not (missing == zone or missing.endswith(f".{zone}" if zone else ""))
    ):
        return []
    title, cause = _TITLES[kind], f"{kind} {missing}"
    free = open_to_all(missing)
    if free and free != organisational(name) and not (zone == free or zone.endswith(f".{free}")):
        detail = f"The {title} of {name} leads to {missing}, and the domain {free} is not there: {_by(zone)} denies it"
        cvss = {"CNAME": _TAKEN_OVER, "MX": _READ, "NS": _OWNED}[kind]
        return [
            Fault(
                cause,
                f"{title.capitalize()} in a domain that can be registered",
                detail,
                reply,
                missing,
                cvss,
                likely=True,
            )
        ]
    service = service_of(missing)
    if service and kind == "CNAME":
        detail = (
            f"The alias of {name} leads to {missing} of {service}, which is not taken: {_by(zone)} denies it"
        )
        return [
            Fault(
                cause, f"Alias to a free name of {service}", detail, reply, missing, _TAKEN_OVER, likely=True
            )
        ]
    detail = f"The {title} of {name} leads to {missing}, which does not exist: {_by(zone)} denies it"
    sure = organisational(missing) == organisational(name) and kind != "CNAME"
    return [
        Fault(
            cause, f"{title.capitalize()} that does not exist", detail, reply, missing, _BROKEN, sign=not sure
        )
    ]


def _by(zone: str) -> str:
    return f"the zone {zone}" if zone else "the root"
