"""An rsync server gives its modules to anyone who can reach its port, without a password.

## Impact
All files of these modules can be copied, backups and home directories among them; where a module is writable
(`read only = no`), they can be replaced, which is often the way to running commands on the host.

## Remediation
Set `auth users` and `secrets file` for each module, limit addresses (`hosts allow`), keep `read only = yes` and
`list = no`, or carry rsync over SSH instead.

## How it is proven
The server lists its modules, and opens at least one of them (`@RSYNCD: OK`) where others ask for a password
(`@RSYNCD: AUTHREQD`). No file is listed or read; at most five modules are asked for.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, listed, observed
from cyberai.checkkit.service_port import authority, speaks
from cyberai.checkkit.text import Pattern, excerpt

_HELLO = b"@RSYNCD: 31.0\n"
_GREETING = Pattern(r"^@RSYNCD: (\d{1,3}(?:\.\d{1,3})?)[^\n]{0,200}\n")
_MODULE = Pattern(r"(?m)^([^\s@][^\t\n]{0,100}?) *\t[^\n]{0,500}$")
_OPEN = Pattern(r"(?m)^@RSYNCD: OK$")
_SAFE_NAME = Pattern(r"^[\w.\-]{1,64}$")
_MOST_MODULES = 5


@check(
    id="network.rsync-unauthenticated",
    title="Rsync modules without a password",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-306",),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=1 + _MOST_MODULES,
    references=("https://download.samba.org/pub/rsync/rsyncd.conf.5",),
    tags=("rsync", "files", "exposure"),
)
async def rsync_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The list of modules, then each of them on a connection of its own."""
    if not speaks(service, {"rsync"}, {873}):
        return
    listing = await ask(service, probe, lambda conversation: _say(conversation, "#list"))
    if not listing:
        return
    names = [match.groups[0] for match in _MODULE.finditer(listing)]
    opened: list[str] = []
    answer = b""
    for name in names[:_MOST_MODULES]:
        module = excerpt(name)
        said = await ask(service, probe, lambda conversation, m=module: _say(conversation, m))  # type: ignore[misc]
        if said and _OPEN.search(said) is not None:
            opened.append(module)
            answer = said
    if not opened:
        return
    shown = opened[-1] if _SAFE_NAME.search(opened[-1].encode()) is not None else ""
    yield observed(
        service,
        _HELLO + f"{opened[-1]}\n".encode(),
        answer,
        f"rsync --list-only rsync://{authority(service)}/{shown}",
        match="@RSYNCD: OK",
        note=f"The modules are listed, and opened without a password: {listed(opened)}",
        detail=f"Open modules: {listed(opened)}; listed: {listed([excerpt(name) for name in names])}",
    )


async def _say(conversation: Conversation, request: str) -> bytes | None:
    """What the server says after its greeting to this request; None when it does not greet."""
    greeting = await conversation.receive(4_096, quiet=0.1)
    if _GREETING.search(greeting) is None:
        return None
    await conversation.send(_HELLO + f"{request}\n".encode())
    return await conversation.receive(quiet=0.5)
