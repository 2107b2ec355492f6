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
to: a trap that says yes to everything is silent. A proxy that refuses to connect to itself (Dante) shows by its replies
that it tries what strangers name: a closed port of its own address is reported as refused by the host (reply 5), its own
port and the host below `.invalid` with other errors. Nothing leaves the target.
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
    Struct,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.service_port import authority, speaks

_PORTS = frozenset({1080})
_GREETING = b"\x05\x01\x00"
_TAKEN = b"\x05\x00"
_ADDRESS_SIZES = {1: 4, 4: 16}
_NONE, _OPENED, _REFUSED = -1, 0, 5
"""No reply to the request; replies of RFC 1928, section 6."""
_CLOSED_PORT = 9
_SILENCE = (TransportReason.TIMEOUT, TransportReason.RESET)
_ITSELF = "Without a log-in it connects to itself and answers through that connection again."
_TRIES = (
    "Without a log-in it tries to connect to what a stranger names: port {port} of its own address is reported as refused "
    "(reply 5), its own port and a host that does not exist with replies {own} and {nowhere}."
)


class _Seen(Struct, frozen=True):
    """One request: the reply's code, all that was said, and whether a proxy answered at the other end."""

    reply: int = _NONE
    said: bytes = b""
    answered: bool = False


@check(
    id="network.socks-open-proxy",
    title="Open SOCKS proxy",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N",
    cwe=("CWE-441", "CWE-306"),
    owasp=("A10:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=10,
    references=("https://www.rfc-editor.org/rfc/rfc1928",),
    tags=("proxy", "exposure"),
)
async def socks_open_proxy(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Through the proxy to itself and to nowhere; where it does not connect to itself, to a closed port of its own."""
    if not speaks(service, ("socks",), _PORTS):
        return
    own = await _ask(service, probe, service.host, service.port)
    if own.reply == _NONE:
        return
    nowhere = await _ask(service, probe, f"{probe.token(12)}.invalid", service.port)
    if own.answered:
        again = await _ask(service, probe, service.host, service.port)
        if again.answered and not nowhere.answered:
            yield _hit(service, own, _ITSELF, service.port)
    elif own.reply != _REFUSED and nowhere.reply not in (_NONE, _OPENED, _REFUSED):
        closed = [await _ask(service, probe, service.host, _CLOSED_PORT) for _ in range(2)]
        if all(seen.reply == _REFUSED for seen in closed):
            told = _TRIES.format(port=_CLOSED_PORT, own=own.reply, nowhere=nowhere.reply)
            yield _hit(service, closed[0], told, _CLOSED_PORT)


def _hit(service: ServiceAsset, seen: _Seen, told: str, port: int) -> Hit:
    sent = _GREETING + _request(service.host, port)
    way = f"nc -v -w 3 -X 5 -x {authority(service)} {service.host} {port}"
    if seen.answered:
        sent, way = sent + _GREETING, f"printf '\\x05\\x01\\x00' | {way} | od -A d -t x1"
    detail = (
        "It connects strangers without a log-in"
        if seen.answered
        else "It tries ports for strangers without a log-in"
    )
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(ServiceEvidence(service.host, service.port, sent, seen.said[:2048], way, "", told),),
        host=service.host,
        port=service.port,
        detail=detail,
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


async def _ask(service: ServiceAsset, probe: Probe, host: str, port: int) -> _Seen:
    """What the proxy says when it is to connect there, and whether a SOCKS proxy answers at the other end."""

    async def talk(conversation: Conversation) -> _Seen:
        await conversation.send(_GREETING)
        if await conversation.receive_exactly(2) != _TAKEN:
            return _Seen()
        await conversation.send(_request(host, port))
        reply = await conversation.receive_exactly(4)
        if len(reply) < 4 or reply[0] != 5:
            return _Seen()
        if reply[1] != _OPENED:
            return _Seen(reply[1], _TAKEN + reply)
        size = _ADDRESS_SIZES.get(reply[3], 0)
        if reply[3] == 3:
            size = int.from_bytes(await conversation.receive_exactly(1), "big")
        reply += await conversation.receive_exactly(size + 2)
        try:
            await conversation.send(_GREETING)
            inner = await conversation.receive_exactly(2)
        except TransportError as error:
            if error.reason not in _SILENCE:
                raise
            inner = b""
        return _Seen(_OPENED, _TAKEN + reply + inner, inner == _TAKEN)

    try:
        return await probe.converse(service.host, service.port, talk)
    except TransportError as error:
        if error.reason in _SILENCE:
            return _Seen()
        raise
