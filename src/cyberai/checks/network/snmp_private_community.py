"""An SNMP agent accepts the community `private`, by which devices come from the factory with the right to write.

## Impact
On most devices this community changes settings: routes, names, switching ports off, loading another configuration. What
the agent shows can be read in any case.

## Remediation
Remove the community. Use version 3 with authentication and encryption, and give the right to write to nobody who does
not need it.

## How it is proven
The description of the system (`sysDescr.0`) is read with the community `private`, in versions 2c and 1; the control with a
random community gets no answer. Whether the community may write is not tried: nothing is ever written. As this is a
guess at a password, it is made in intrusive mode only.
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
    check,
)
from cyberai.checkkit.service_port import authority, speaks
from cyberai.checkkit.snmp import SYS_DESCR, Agent, readable

_COMMUNITY = "private"


@check(
    id="network.snmp-private-community",
    title="SNMP accepts the community private",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-1392",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=("https://www.cisa.gov/news-events/alerts/2017/06/05/reducing-risk-snmp-abuse",),
    tags=("snmp", "default-login"),
    intrusive=True,
)
async def snmp_private_community(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Three questions with the community; silent where any word is as good."""
    if not speaks(service, ("snmp",), transport=Transport.UDP):
        return
    found = await readable(service, probe, _COMMUNITY)
    if found is None:
        return
    if await Agent(service, probe).ask(found.wire_version, probe.token(12), SYS_DESCR) is not None:
        return
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=found.times, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                found.sent,
                found.heard[:2048],
                f"snmpget -v {found.versions[0]} -c {_COMMUNITY} -r 1 udp:{authority(service)} 1.3.6.1.2.1.1.1.0",
                found.description[:200],
                f"The community {_COMMUNITY} reads by version {' and '.join(found.versions)}.",
                transport=Transport.UDP,
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Read with the community {_COMMUNITY}: {found.description[:200]}",
    )
