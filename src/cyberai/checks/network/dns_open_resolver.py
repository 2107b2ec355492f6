"""A DNS server resolves names of the whole Internet for anyone who asks: it is an open resolver.

## Impact
Forged questions make it send large answers to victims, who see its address as the attacker's. Strangers can fill its
memory with answers of their choice, the first step to leading its own users astray, and can see what they asked for.

## Remediation
Answer recursive questions of your own networks only (`allow-recursion { ... };` in BIND, `access-control:` in Unbound),
and switch recursion off on servers that are there for your own zones (`recursion no;`). A resolver for the users of a
network is meant to answer them: there, see to it that nobody else reaches it.

## How it is proven
Two names of domains that are not the server's are asked for with the wish for recursion, and both answers come with
records, with the flag that recursion is available and without authority. The control asks for a fresh name without
that wish, and must get no record: a server that answers every question alike, such as a sinkhole or a page for guests, is
silent here.
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
    check,
)
from cyberai.checkkit.dns_message import DnsAnswer, ask, question
from cyberai.checkkit.service_port import is_elsewhere, speaks

_PORTS = frozenset({53})
_NAMES = ("www.example.com", "example.org")
_CONTROL_DOMAIN = "example.net"


@check(
    id="network.dns-open-resolver",
    title="Open DNS resolver",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L",
    cwe=("CWE-406", "CWE-284"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://www.rfc-editor.org/rfc/rfc5358",),
    tags=("dns", "amplification"),
)
async def dns_open_resolver(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two questions with recursion and one without."""
    if not (speaks(service, ("dns",), _PORTS) or speaks(service, ("dns",), transport=Transport.UDP)):
        return
    answers: list[DnsAnswer] = []
    try:
        for name in _NAMES:
            answer = await ask(service, probe, name, "A", recursion=True)
            if answer is None or not _is_resolved(answer):
                return
            answers.append(answer)
        control = await ask(service, probe, f"{probe.token(12)}.{_CONTROL_DOMAIN}", "A")
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if control is None or not control.records:
        yield _hit(service, answers[0])


def _is_resolved(answer: DnsAnswer) -> bool:
    recursive = answer.recursion_available and not answer.authoritative
    return recursive and answer.code == "NOERROR" and bool(answer.data("A"))


def _hit(service: ServiceAsset, answer: DnsAnswer) -> Hit:
    address = answer.data("A")[0]
    tcp = "" if service.transport is Transport.UDP else " +tcp"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                question(answer.number, _NAMES[0], "A", recursion=True),
                answer.raw[:2048],
                f"dig @{service.host} -p {service.port}{tcp} {_NAMES[0]} A",
                address,
                f"{_NAMES[0]} is resolved to {address} for a stranger.",
                transport=service.transport,
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"{_NAMES[0]} is resolved to {address}",
    )
