"""A SOCKS proxy connects anyone who can reach its port to anything, without a log-in.

## Impact
Strangers attack and send spam under its address, and reach through it what only it can reach: services of the inner
network, of its own machine and of its cloud.

## Remediation
Name who may use it (`client pass` and `socks pass` rules with your own networks in Dante), require a log-in
(`socksmethod: username`), and bind it to the inner address. For SSH's dynamic forwarding: leave `GatewayPorts no`.

## How it is proven
The proxy accepts a client without a log-in (RFC 1928) and connects it to the proxy's own address and port, where the
proxy answers again through its own connection. The control asks for a host below `.invalid`, which cannot be connected
to: a trap that says yes to everything is silent. Nothing leaves the target; so a proxy that refuses to connect to itself,
as Dante does, is not told from a closed one.
"""

import ipaddress
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
from cyberai.checkkit.service_port import authority, speaks

_PORTS = frozenset({1080})
_GREETING = b"\x05\x01\x00"
_TAKEN = b"\x05\x00"
_ADDRESS_SIZES = {1: 4, 4: 16}


@check(
    id="network.socks-open-proxy",
    title="Open SOCKS proxy",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N",
    cwe=("CWE-441", "CWE-306"),
    owasp=("A10:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=8,
    references=("https://www.rfc-editor.org/rfc/rfc1928",),
    tags=("proxy", "exposure"),
)
async def socks_open_proxy(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Twice through the proxy to itself, once to nowhere."""
    if not speaks(service, ("socks",), _PORTS):
        return
    absent = f"{probe.token(12)}.invalid"
    found = await _connect(service, probe, service.host)
    if not found or await _connect(service, probe, absent, only_opened=True):
        return
    if not await _connect(service, probe, service.host):
        return
    own = authority(service)
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                _GREETING + _request(service.host, service.port) + _GREETING,
                found[:2048],
                f"printf '\\x05\\x01\\x00' | nc -w 3 -X 5 -x {own} {service.host} {service.port} | od -A d -t x1",
                "",
                "Without a log-in it connects to itself and answers through that connection again.",
            ),
        ),
        host=service.host,
        port=service.port,
        detail="It connects strangers without a log-in",
    )


def _request(host: str, port: int) -> bytes:
    """CONNECT (RFC 1928, section 4)."""
    try:
        address = ipaddress.ip_address(host)
        goal = bytes([1 if address.version == 4 else 4]) + address.packed
    except ValueError:
        name = host.encode()[:255]
        goal = bytes([3, len(name)]) + name
    return b"\x05\x01\x00" + goal + port.to_bytes(2, "big")


async def _connect(service: ServiceAsset, probe: Probe, host: str, *, only_opened: bool = False) -> bytes:
    """What the proxy said on the way to a host and, unless `only_opened`, from there; empty when it refuses."""

    async def talk(conversation: Conversation) -> bytes:
        await conversation.send(_GREETING)
        if await conversation.receive_exactly(2) != _TAKEN:
            return b""
        await conversation.send(_request(host, service.port))
        reply = await conversation.receive_exactly(4)
        if reply[:2] != _TAKEN or len(reply) < 4:
            return b""
        if only_opened:
            return reply
        size = _ADDRESS_SIZES.get(reply[3], 0)
        if reply[3] == 3:
            size = int.from_bytes(await conversation.receive_exactly(1), "big")
        reply += await conversation.receive_exactly(size + 2)
        await conversation.send(_GREETING)
        inner = await conversation.receive_exactly(2)
        return _TAKEN + reply + inner if inner == _TAKEN else b""

    try:
        return await probe.converse(service.host, service.port, talk)
    except TransportError as error:
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return b""
        raise
