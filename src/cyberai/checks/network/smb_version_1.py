"""A file server still speaks version 1 of SMB, a protocol of 1987 that its own makers have given up.

## Impact
Version 1 has no encryption and no protection against being talked down, its signatures rest on MD5, and the worst worms
of the last years (WannaCry, NotPetya) came in by it.

## Remediation
Windows: remove the feature `SMB1Protocol`. Samba: `server min protocol = SMB2_10` or higher (the default since 4.11 is
SMB2_02). Devices that speak nothing else belong behind a server of their own, or replaced.

## How it is proven
On two connections version 1 (`NT LM 0.12`) is offered alone, and the server agrees to it. Nothing else is said.
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
from cyberai.checkkit.smb import negotiate_1, speaks_1

_PORTS = frozenset({445})


@check(
    id="network.smb-version-1",
    title="SMB version 1 is spoken",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-327", "CWE-477"),
    owasp=("A06:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://learn.microsoft.com/en-us/windows-server/storage/file-server/troubleshoot/detect-enable-and-disable-smbv1-v2-v3",
    ),
    tags=("smb", "obsolete"),
)
async def smb_version_1(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two negotiations."""
    if not speaks(service, ("smb",), _PORTS):
        return
    found = await speaks_1(service, probe)
    if found is None or await speaks_1(service, probe) is None:
        return
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                negotiate_1(),
                found.raw[:2048],
                f"smbclient -N -L //{service.host} -p {service.port} --option='client min protocol=NT1' -m NT1",
                "\xffSMB",
                "The server agrees to NT LM 0.12, the only dialect offered.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail="The server agrees to NT LM 0.12",
    )
