"""A remote desktop (RDP) shows its log-in screen to anyone before they have proved who they are.

## Impact
Without Network Level Authentication a stranger reaches far more of the server's code (BlueKeep needed no log-in), can
take up its sessions, and sees names of users. Where the old security layer of RDP is accepted, nobody can tell the server
from someone in between, who reads and changes the session, passwords included.

## Remediation
Require Network Level Authentication (`Require user authentication for remote connections by using NLA`) and the security
layer TLS (`SSL`) by policy; for xrdp `security_layer=tls`. Put the port behind a gateway or VPN.

## How it is proven
In the negotiation that begins every connection (MS-RDPBCGR, section 2.2.1.1) one security protocol is offered alone, and
the server takes it: TLS without NLA, or the old layer of RDP. Each is seen on two connections. A server that requires NLA
refuses by naming its reason.
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
    TransportReason,
    check,
)
from cyberai.checkkit.service_port import by_hand, speaks

_PORTS = frozenset({3389})
_STANDARD, _TLS = 0, 1
_RESPONSE = 0x02
_CAUSES = {
    _STANDARD: ("standard-security", "RDP accepts its old security layer", "rdp"),
    _TLS: ("without-nla", "RDP without Network Level Authentication", "tls"),
}


@check(
    id="network.rdp-without-nla",
    title="RDP without Network Level Authentication",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L",
    cwe=("CWE-306", "CWE-327"),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=4,
    references=(
        "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-rdpbcgr/",
        "https://www.cisa.gov/news-events/cybersecurity-advisories/aa19-168a",
    ),
    tags=("rdp",),
)
async def rdp_without_nla(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two offers, each twice where it is taken."""
    if not speaks(service, ("rdp",), _PORTS):
        return
    for protocol in (_TLS, _STANDARD):
        answer = await _offer(service, probe, protocol)
        if _takes(answer, protocol) and _takes(await _offer(service, probe, protocol), protocol):
            yield _hit(service, protocol, answer)


def request(protocol: int) -> bytes:
    """An X.224 connection request that offers one security protocol (MS-RDPBCGR, section 2.2.1.1)."""
    negotiation = bytes([0x01, 0x00, 0x08, 0x00]) + protocol.to_bytes(4, "little")
    body = b"\xe0\x00\x00\x00\x00\x00" + negotiation
    return b"\x03\x00" + (len(body) + 5).to_bytes(2, "big") + bytes([len(body)]) + body


async def _offer(service: ServiceAsset, probe: Probe, protocol: int) -> bytes:
    async def talk(conversation: Conversation) -> bytes:
        await conversation.send(request(protocol))
        head = await conversation.receive_exactly(4)
        if len(head) < 4 or head[:2] != b"\x03\x00" or not 7 <= int.from_bytes(head[2:], "big") <= 64:
            return b""
        return head + await conversation.receive_exactly(int.from_bytes(head[2:], "big") - 4)

    try:
        return await probe.converse(service.host, service.port, talk)
    except TransportError as error:
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return b""
        raise


def _takes(answer: bytes, protocol: int) -> bool:
    """True for a connection confirm with a negotiation response that selects this protocol. Servers from before the
    negotiation answer none: whether they speak RDP at all then cannot be told."""
    if len(answer) < 19 or answer[5] & 0xF0 != 0xD0 or answer[11] != _RESPONSE:
        return False
    return int.from_bytes(answer[15:19], "little") == protocol


def _hit(service: ServiceAsset, protocol: int, answer: bytes) -> Hit:
    cause, title, option = _CAUSES[protocol]
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                request(protocol),
                answer,
                by_hand(service, request(protocol)),
                "",
                f"The only offered security protocol ({option}) is taken.",
            ),
        ),
        host=service.host,
        port=service.port,
        cause=cause,
        detail=f"The security protocol {option} is taken without NLA",
        title=title,
    )
