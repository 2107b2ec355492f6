"""A DNS server tells anyone which software it is and in which version.

## Impact
An attacker knows at once which known flaws may fit. By itself it opens nothing.

## Remediation
BIND: `version none; hostname none; server-id none;` in `options`. Unbound: `hide-version: yes` and `hide-identity: yes`.
More important than hiding the version is to keep it up to date.

## How it is proven
The question for the text of `version.bind` in class CHAOS is answered with a text that holds a version number, twice.
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
from cyberai.checkkit.text import Pattern

_PORTS = frozenset({53})
_NAME = "version.bind"
_NUMBER = Pattern(r"\b\d{1,4}\.\d{1,4}")


@check(
    id="network.dns-version",
    title="DNS server tells its version",
    severity=Severity.INFO,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N",
    cwe=("CWE-497",),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://www.rfc-editor.org/rfc/rfc4892",),
    tags=("dns", "fingerprint"),
)
async def dns_version(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The same question twice."""
    if not (speaks(service, ("dns",), _PORTS) or speaks(service, ("dns",), transport=Transport.UDP)):
        return
    try:
        first = await ask(service, probe, _NAME, "TXT", chaos=True)
        if first is None or not _version(first):
            return
        second = await ask(service, probe, _NAME, "TXT", chaos=True)
    except TransportError as error:
        if is_elsewhere(service, error):
            return
        raise
    if second is not None and _version(second) == _version(first):
        yield _hit(service, first)


def _version(answer: DnsAnswer) -> str:
    texts = (text.strip('"') for text in answer.data("TXT"))
    return next((text[:100] for text in texts if _NUMBER.search(text.encode()) is not None), "")


def _hit(service: ServiceAsset, answer: DnsAnswer) -> Hit:
    version = _version(answer)
    tcp = "" if service.transport is Transport.UDP else " +tcp"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                question(answer.number, _NAME, "TXT", chaos=True),
                answer.raw[:2048],
                f"dig @{service.host} -p {service.port}{tcp} {_NAME} TXT CH",
                version,
                f"The server calls itself {version}.",
                transport=service.transport,
            ),
        ),
        host=service.host,
        port=service.port,
        detail=f"The server calls itself {version}",
    )
