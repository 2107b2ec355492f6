"""A VNC server shows its screen to anyone who can reach its port, and takes their keys and mouse.

## Impact
Whoever connects sees the desktop and works on it as the person who is logged in: with their files, mail and rights.

## Remediation
Require a password or better a type with encryption (VeNCrypt, RA2), bind the server to the host itself (`-localhost`) and
reach it through SSH, and do not start it with `-SecurityTypes None`.

## How it is proven
The server offers the security type None (1), says that the handshake is complete without a password, and then tells size
and name of the desktop. The connection is shared, so nobody is thrown out; no picture is asked for, no key is sent.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_GREETING = Pattern(r"^RFB (\d{3})\.(\d{3})\n$")
_NONE = b"\x01"
_SHARED = b"\x01"
_OLD, _NEW = b"RFB 003.003\n", b"RFB 003.008\n"
_MOST_NAME = 4_096


@check(
    id="network.vnc-unauthenticated",
    title="VNC without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://datatracker.ietf.org/doc/html/rfc6143#section-7.2.1",),
    tags=("vnc", "desktop", "exposure"),
)
async def vnc_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: the handshake without a password, up to the desktop's name."""
    if not speaks(service, {"vnc"}, {5900, 5901, 5902}):
        return
    found = await ask(service, probe, _enter)
    if found is None:
        return
    version, initial = found
    width, height, size = *struct.unpack_from(">HH", initial), struct.unpack_from(">I", initial, 20)[0]
    name = excerpt(initial[24 : 24 + min(size, _MOST_NAME)])
    sent = version + (_NONE if version == _NEW else b"") + _SHARED
    yield observed(
        service,
        sent,
        initial,
        piped(service, sent),
        match=name,
        note="The security type None is accepted, and the desktop is told.",
        detail=f"Desktop {name!r}, {width} x {height}",
    )


async def _enter(conversation: Conversation) -> tuple[bytes, bytes] | None:
    """(our version, the server's first message about its desktop), when it asks for no password."""
    greeting = _GREETING.search(await conversation.receive_exactly(12))
    if greeting is None:
        return None
    # Servers of 3.8, and those with a number of their own above it, speak 3.8; all others speak 3.3 as well.
    version = _NEW if greeting.groups >= (b"003", b"008") else _OLD
    await conversation.send(version)
    if version == _OLD:
        if await conversation.receive_exactly(4) != b"\0\0\0\1":
            return None
    else:
        count = await conversation.receive_exactly(1)
        if _NONE not in await conversation.receive_exactly(count[0] if count else 0):
            return None
        await conversation.send(_NONE)
        if await conversation.receive_exactly(4) != b"\0\0\0\0":
            return None
    await conversation.send(_SHARED)
    initial = await conversation.receive_exactly(24)
    if len(initial) < 24:
        return None
    size = struct.unpack_from(">I", initial, 20)[0]
    return version, initial + await conversation.receive_exactly(min(size, _MOST_NAME))
