"""A directory (LDAP) shows its entries to anyone, without a log-in.

## Impact
Names, mail addresses, groups, machines and whatever else the entries hold can be read by whoever reaches the port: the
list that guessing of passwords and targeted mail begin with, at times with password hashes in it.

## Remediation
OpenLDAP: `olcDisallows: bind_anon` with `olcRequires: authc`, and access rules that end with `by * none`. Active
Directory: leave `dSHeuristics` at its default and take `Anonymous Logon` out of the permissions. Allow anonymous
reading of single attributes only where an application needs it.

## How it is proven
After an anonymous bind an entry below one of the naming contexts is read, with its attributes, on two connections. What
every directory shows to everyone (the root entry, the naming contexts by themselves, the schema) is no finding. The control
is a base with a random name, which must not exist.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Conversation,
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
from cyberai.checkkit.ldap import BASE, ONE_LEVEL, SUBTREE, Entry, LdapSession
from cyberai.checkkit.service_port import authority, is_elsewhere, speaks

_PORTS = frozenset({389, 636, 3268, 3269})
_CONTEXTS = 3
_SHOWN = 5


@check(
    id="network.ldap-anonymous",
    title="Directory readable without a log-in",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-306", "CWE-200"),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=16,
    references=(
        "https://www.rfc-editor.org/rfc/rfc4513#section-6.3.1",
        "https://www.openldap.org/doc/admin26/security.html",
    ),
    tags=("ldap", "exposure"),
)
async def ldap_anonymous(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two visits as nobody."""
    if not speaks(service, ("ldap",), _PORTS):
        return
    absent = f"dc={probe.token(12)},dc=invalid"
    try:
        first = await probe.converse(service.host, service.port, lambda c: _visit(c, absent), tls=service.tls)
        if first is None:
            return
        second = await probe.converse(
            service.host, service.port, lambda c: _visit(c, absent), tls=service.tls
        )
    except ValueError:
        return
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if second is not None and second[0] == first[0]:
        yield _hit(service, *first)


async def _visit(conversation: Conversation, absent: str) -> tuple[str, tuple[Entry, ...], bytes] | None:
    """A naming context, entries below it and the answers; None where nothing is shown."""
    session = LdapSession(conversation)
    if await session.bind():
        return None
    _, root = await session.search("", BASE, ("namingContexts",))
    for context in root[0].values("namingContexts")[:_CONTEXTS] if root else ():
        for scope in (ONE_LEVEL, SUBTREE):
            _, found = await session.search(context, scope, ("*",))
            below = tuple(e for e in found if e.attributes and e.name.lower() != context.lower())
            if below:
                _, nothing = await session.search(absent, SUBTREE, ("*",))
                return None if nothing else (context, below, session.heard)
    return None


def _hit(service: ServiceAsset, context: str, entries: tuple[Entry, ...], heard: bytes) -> Hit:
    names = "; ".join(entry.name for entry in entries[:_SHOWN])
    kinds = ", ".join(name for name, _ in entries[0].attributes[:12])
    scheme = "ldaps" if service.tls else "ldap"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                b"",
                heard[:2048],
                f"ldapsearch -x -LLL -H {scheme}://{authority(service)} -b '{context}' -z 5",
                entries[0].name[:200],
                f"Read without a log-in: {names}. The first has {kinds}.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Entries below {context}: {names}"[:400],
    )
