"""An SNMP agent shows what it knows about the machine and its network to anyone who says `public`.

## Impact
Interfaces, routes, connections, running programs and their arguments, users and software of the machine can be read:
what an attacker would otherwise have to find out step by step. Agents also answer small forged questions with large
answers to victims.

## Remediation
Use version 3 with authentication and encryption (`rouser NAME authpriv` in Net-SNMP) and switch versions 1 and 2c off.
Where they are needed, choose a community nobody can guess, name the addresses that may use it, and put a firewall before
the port.

## How it is proven
The description of the system (`sysDescr.0`) is read with the community `public` by versions 2c and 1, and the value
after the interfaces' group is asked for, which tells how far the view reaches. The control is the same question with a
random community, which must get no answer. Values are read only; nothing is ever written.
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
from cyberai.checkkit.snmp import SYS_DESCR, Agent, Readable, readable

COMMUNITY = "public"
_LITTLE = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"


@check(
    id="network.snmp-default-community",
    title="SNMP with the default community",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-1392", "CWE-1188"),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=(
        "https://www.rfc-editor.org/rfc/rfc3410#section-5",
        "https://www.cisa.gov/news-events/alerts/2017/06/05/reducing-risk-snmp-abuse",
    ),
    tags=("snmp", "default-login", "amplification"),
)
async def snmp_default_community(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """A few questions with the community and one with a word nobody has chosen."""
    if not speaks(service, ("snmp",), transport=Transport.UDP):
        return
    found = await readable(service, probe, COMMUNITY)
    if found is None:
        return
    anyone = await Agent(service, probe).ask(found.wire_version, probe.token(12), SYS_DESCR) is not None
    yield _hit(service, found, anyone)


def _hit(service: ServiceAsset, found: Readable, anyone: bool) -> Hit:
    who = "any community" if anyone else f"the community {COMMUNITY}"
    version = found.versions[0]
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=found.times, control_silent=not anyone),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                found.sent,
                found.heard[:2048],
                f"snmpget -v {version} -c {COMMUNITY} -r 1 udp:{authority(service)} 1.3.6.1.2.1.1.1.0",
                found.description[:200],
                f"{who} reads by version {' and '.join(found.versions)}; "
                + (
                    "more than the system group is shown."
                    if found.beyond
                    else "only the system group is shown."
                ),
                transport=Transport.UDP,
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"Read with {who}: {found.description[:200]}",
        severity=None if found.beyond else Severity.MEDIUM,
        cvss=None if found.beyond else _LITTLE,
    )
