"""A management controller (BMC) lets people in by IPMI without proof, or gives away what a password can be guessed from.

## Impact
Who controls the BMC controls the machine: screen, keyboard, power and discs, below the operating system and all its
protection.

## Remediation
Put management controllers into a network of their own that only administrators reach. Switch IPMI over LAN off where
it is not needed, disable cipher suite 0, the authentication type `none` and users without a name, and update the
firmware. The hashes that version 2.0 gives to everyone cannot be switched off: choose long random passwords.

## How it is proven
The controller says itself which kinds of authentication it takes (Get Channel Authentication Capabilities, a command that
is answered without a session), twice the same. For cipher suite 0 the opening of a session without any protection
is asked for (RMCP+ Open Session), and the control asks for a suite that does not exist, which must be refused. No user is
named and no session completed: the opening expires by itself.
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
    TransportReason,
    check,
)
from cyberai.checkkit.ipmi import CAPABILITIES, Capabilities, open_session, opened, read_capabilities
from cyberai.checkkit.service_port import by_hand, speaks

_CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
_NO_SUCH_SUITE = 0x3F


@check(
    id="network.ipmi-weak-authentication",
    title="IPMI without sound authentication",
    severity=Severity.HIGH,
    cvss=_HIGH,
    cwe=("CWE-287",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=(
        "https://www.cisa.gov/news-events/alerts/2013/07/26/risks-using-intelligent-platform-management-interface-ipmi",
    ),
    tags=("ipmi", "bmc"),
)
async def ipmi_weak_authentication(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """What it says of itself, twice; and whether it opens a session without protection."""
    if not speaks(service, ("ipmi",), transport=Transport.UDP):
        return
    said = await _ask(service, probe, CAPABILITIES)
    can = read_capabilities(said)
    if can is None:
        return
    if _faults(can) and read_capabilities(await _ask(service, probe, CAPABILITIES)) == can:
        for fault in _faults(can):
            yield _hit(service, fault, CAPABILITIES, said)
    if not can.version_2:
        return
    word = probe.number(1, 2**32 - 1)
    asked = open_session(word, 0)
    answer = await _ask(service, probe, asked)
    if not opened(answer, word, 0) or not opened(await _ask(service, probe, asked), word, 0):
        return
    if not opened(await _ask(service, probe, open_session(word, _NO_SUCH_SUITE)), word, _NO_SUCH_SUITE):
        yield _hit(service, "cipher-zero", asked, answer)


async def _ask(service: ServiceAsset, probe: Probe, message: bytes) -> bytes:
    try:
        return (await probe.datagram(service.host, service.port, message))[0]
    except TransportError as error:
        if error.reason is TransportReason.TIMEOUT:
            return b""
        raise


def _faults(can: Capabilities) -> tuple[str, ...]:
    """The causes, by what the controller says of itself."""
    faults = (("none", can.takes_none), ("anonymous", can.anonymous), ("hashes", can.version_2))
    return tuple(cause for cause, is_there in faults if is_there)


_TITLES = {
    "none": "IPMI sessions without authentication",
    "anonymous": "IPMI users without name and password",
    "hashes": "IPMI 2.0 gives password hashes to everyone",
    "cipher-zero": "IPMI accepts any password (cipher suite 0)",
}
_SEVERE = {"none": Severity.CRITICAL, "cipher-zero": Severity.CRITICAL, "anonymous": Severity.CRITICAL}
_CVES = {"hashes": ("CVE-2013-4786",), "cipher-zero": ("CVE-2013-4784",)}
_NOTES = {
    "none": "The controller says that it takes sessions of the authentication type none.",
    "anonymous": "The controller says that a user with an empty name and an empty password is enabled.",
    "hashes": "The controller speaks version 2.0, whose handshake (RAKP) answers everyone who names an existing user "
    "with a hash of the password. No user was named.",
    "cipher-zero": "A session without authentication, integrity and confidentiality is opened; a suite that does not "
    "exist is refused.",
}


def _hit(service: ServiceAsset, cause: str, sent: bytes, received: bytes) -> Hit:
    severe = _SEVERE.get(cause)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=cause == "cipher-zero"),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                sent,
                received[:2048],
                by_hand(service, sent),
                "",
                _NOTES[cause],
                transport=Transport.UDP,
            ),
        ),
        host=service.host,
        port=service.port,
        cause=cause,
        detail=_NOTES[cause],
        title=_TITLES[cause],
        severity=severe,
        cvss=_CRITICAL if severe is not None else None,
        cve=_CVES.get(cause, ()),
    )
