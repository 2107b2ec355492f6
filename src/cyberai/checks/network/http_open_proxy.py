"""An HTTP proxy forwards the requests of anyone who can reach its port.

## Impact
Strangers surf, attack and send spam under its address, and reach through it what only it can reach: services of the
inner network, of its own machine and of its cloud.

## Remediation
Name who may use it (`http_access allow` for your own networks and users, then `http_access deny all` in Squid; `Allow` in
Tinyproxy), bind it to the inner address, and forbid local addresses and unusual ports as goals. If the scanner stands in
a network that may use the proxy, scan from outside of it as well.

## How it is proven
The proxy is asked for nothing but itself and what does not exist, so that nothing leaves the target. Either a tunnel
(`CONNECT`) to its own address and port is opened, through which it answers again, while a tunnel to a host below
`.invalid` is not opened. Or, where tunnels are not allowed, it reports that it cannot reach a host below `.invalid` and
a closed port of its own (502 to 504; Squid's word that it looked the name up in vain stands for the second, where rules
forbid its own address), while a plain request to it gets no such answer. A proxy that refuses strangers answers both
with 403 or 407.
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
from cyberai.checkkit.service_port import authority, speaks
from cyberai.checkkit.text import Pattern

_PORTS = frozenset({3128, 8118, 8888})
_STATUS = Pattern(r"^HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]")
_MAX_HEAD = 16_384
_CLOSED_PORTS = (9, 61_009)
"""Nothing is known to listen there; many rules let ports above 1,024 pass only."""
_LOOKED_UP = Pattern(r"\r\nX-Squid-Error: ERR_(?:DNS_FAIL|READ_ERROR) ", ignore_case=True)
"""Squid asks for the name after its rules have let the request pass; it says the second where no resolver answers."""
_UNREACHED = frozenset({502, 503, 504})

Seen = tuple[bytes, bytes]
"""What was sent and what came."""


@check(
    id="network.http-open-proxy",
    title="Open HTTP proxy",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N",
    cwe=("CWE-441", "CWE-918"),
    owasp=("A10:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=8,
    references=(
        "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6",
        "https://wiki.squid-cache.org/SquidFaq/SquidAcl",
    ),
    tags=("proxy", "exposure"),
)
async def http_open_proxy(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """A tunnel to itself, else requests for what cannot be reached."""
    if not speaks(service, ("http-proxy",), _PORTS):
        return
    absent = f"{probe.token(12)}.invalid"
    own = authority(service)
    tunnel = await _tunnel(service, probe, own)
    if tunnel is not None:
        control = await _ask(service, probe, _connect(f"{absent}:{service.port}"))
        if _status(control[1]) and _status(control[1]) // 100 != 2:
            command = f"curl --silent --show-error --proxytunnel --proxy http://{own} http://{own}/"
            yield _hit(service, tunnel, command, "It opens a tunnel to itself and answers through it again.")
        return
    first = await _ask(service, probe, _forward(f"{absent}"))
    if _status(first[1]) not in _UNREACHED:
        return
    plain = await _ask(service, probe, f"GET / HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode())
    if _status(plain[1]) in _UNREACHED or not plain[1]:
        return
    if _LOOKED_UP.search(first[1]) is not None or await _reports_closed_ports(service, probe):
        command = f"curl --silent --head --proxy http://{own} http://{absent}/"
        yield _hit(
            service, first, command, "It tries to reach what a stranger names, and says that it cannot."
        )


async def _reports_closed_ports(service: ServiceAsset, probe: Probe) -> bool:
    """True when the proxy cannot reach one of the ports of its own that nothing listens on."""
    host = f"[{service.host}]" if ":" in service.host else service.host
    for port in _CLOSED_PORTS:
        if _status((await _ask(service, probe, _forward(f"{host}:{port}")))[1]) in _UNREACHED:
            return True
    return False


def _connect(goal: str) -> bytes:
    return f"CONNECT {goal} HTTP/1.1\r\nHost: {goal}\r\n\r\n".encode()


def _forward(goal: str) -> bytes:
    return f"GET http://{goal}/ HTTP/1.1\r\nHost: {goal}\r\nConnection: close\r\n\r\n".encode()


def _status(answer: bytes) -> int:
    found = _STATUS.search(answer)
    return int(found.groups[0]) if found is not None else 0


async def _tunnel(service: ServiceAsset, probe: Probe, own: str) -> Seen | None:
    """What was said through a tunnel to the proxy itself; None where none is opened."""
    opening, inner = _connect(own), f"OPTIONS * HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode()

    async def talk(conversation: Conversation) -> Seen | None:
        await conversation.send(opening)
        opened = await _head(conversation)
        if _status(opened) // 100 != 2:
            return None
        await conversation.send(inner)
        said = await _head(conversation)
        return (opening + inner, opened + said) if _status(said) else None

    try:
        return await probe.converse(service.host, service.port, talk, tls=service.tls)
    except TransportError as error:
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return None
        raise


async def _ask(service: ServiceAsset, probe: Probe, request: bytes) -> Seen:
    async def talk(conversation: Conversation) -> bytes:
        await conversation.send(request)
        return await _head(conversation)

    try:
        return request, await probe.converse(service.host, service.port, talk, tls=service.tls)
    except TransportError as error:
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return request, b""
        raise


async def _head(conversation: Conversation) -> bytes:
    """The head of an answer; what came of it where the proxy hangs up."""
    said = b""
    while b"\r\n\r\n" not in said and len(said) < _MAX_HEAD:
        more = await conversation.receive(4_096, quiet=0.05)
        if not more:
            break
        said += more
    return said


def _hit(service: ServiceAsset, seen: Seen, command: str, told: str) -> Hit:
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(
            ServiceEvidence(service.host, service.port, seen[0], seen[1][:2048], command, "HTTP/1.", told),
        ),
        host=service.host,
        port=service.port,
        detail=told,
    )
