"""A file server takes messages without signatures, so that it cannot know whether they were changed on the way.

## Impact
Someone on the way can change what is read and written, and can pass a user's log-in on to the server to act there in
that user's name (NTLM relaying), without knowing the password.

## Remediation
Windows: the policy "Microsoft network server: Digitally sign communications (always)". Samba:
`server signing = mandatory`. For clients as well: the policy of the same name, `client signing = mandatory`.

## How it is proven
On two connections the server says in its answer to the negotiation (MS-SMB2, section 2.2.4) that signatures are
possible at most, not required.
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
    check,
)
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.smb import negotiate_1, negotiate_2, speaks_1, speaks_2

_PORTS = frozenset({445})


@check(
    id="network.smb-signing-not-required",
    title="SMB does not require signatures",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N",
    cwe=("CWE-345", "CWE-294"),
    owasp=("A02:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=("https://learn.microsoft.com/en-us/windows-server/storage/file-server/smb-signing-overview",),
    tags=("smb", "relay"),
)
async def smb_signing_not_required(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two negotiations of the best version that both sides speak."""
    if not speaks(service, ("smb",), _PORTS):
        return
    offer, ask = negotiate_2(), speaks_2
    first = await speaks_2(service, probe)
    if first is None:
        offer, ask = negotiate_1(), speaks_1
        first = await speaks_1(service, probe)
    if first is None or first.signs:
        return
    second = await ask(service, probe)
    if second is None or second.signs:
        return
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                offer,
                first.raw[:2048],
                f"smbclient -N -L //{service.host} -p {service.port} --client-protection=off",
                "",
                f"In {first.name} the server does not require signatures.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"{first.name} without required signatures",
    )
