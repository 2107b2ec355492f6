"""An X11 server lets anyone who can reach its port onto its screen, without a cookie.

## Impact
Whoever connects reads every key that is pressed (passwords among them), takes pictures of the screen, and types and clicks
in other people's windows.

## Remediation
Do not listen on TCP (`-nolisten tcp`, the default), take back `xhost +`, use cookies (`-auth`), and carry X11 through SSH
(`ssh -X`).

## How it is proven
The connection's setup without authorization is accepted with the server's maker and release, and a harmless request
(GetInputFocus) is answered on it. No window is made, no picture taken and no key read.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import excerpt

_SETUP = b"l\x00" + struct.pack("<HHHHH", 11, 0, 0, 0, 0)
_FOCUS = b"\x2b\x00\x01\x00"
_REPLY = b"\x01"
_FIXED = 32


@check(
    id="network.x11-unauthenticated",
    title="X11 without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://www.x.org/releases/current/doc/xproto/x11protocol.html#Connection_Setup",),
    tags=("x11", "desktop", "exposure"),
)
async def x11_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: the setup, then one request that changes nothing."""
    if not speaks(service, {"x11"}, range(6000, 6011)):
        return
    setup = await ask(service, probe, _enter)
    if setup is None:
        return
    release, length = struct.unpack_from("<I", setup, 8)[0], struct.unpack_from("<H", setup, 24)[0]
    maker = excerpt(setup[40 : 40 + length])
    yield observed(
        service,
        _SETUP + _FOCUS,
        setup,
        piped(service, _SETUP + _FOCUS),
        match=maker[:60],
        note="The setup without a cookie is accepted, and a request answered.",
        detail=f"{maker}, release {release}",
    )


async def _enter(conversation: Conversation) -> bytes | None:
    """The setup's answer, when it is success and the next request is answered."""
    await conversation.send(_SETUP)
    head = await conversation.receive_exactly(8)
    if head[:1] != b"\x01" or head[2:4] != b"\x0b\x00" or len(head) < 8:
        return None
    rest = await conversation.receive_exactly(4 * struct.unpack_from("<H", head, 6)[0])
    if len(rest) < _FIXED:
        return None
    await conversation.send(_FOCUS)
    focus = await conversation.receive_exactly(_FIXED)
    return head + rest if len(focus) == _FIXED and focus[:1] == _REPLY else None
