"""An NFS server exports folders to every host that asks: whoever reaches it may mount them.

## Impact
NFS believes the user numbers that a client names: whoever can mount such a folder reads the files of all its users, and
writes to them where the export is not read-only.

## Remediation
Name the hosts or networks of each export in `/etc/exports` instead of `*`, keep `root_squash` and `ro`, use Kerberos
(`sec=krb5p`), and let only the clients' networks reach the ports 111, 2049 and mountd's.

## How it is proven
mountd's list of exports, which `showmount -e` shows, has folders with no host named, or with `*`; it is asked for twice.
Nothing is mounted.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check, replace
from cyberai.checkkit.open_service import ask, listed, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import excerpt

_PORTMAP, _MOUNT, _NFS_MOUNT_VERSION = 100_000, 100_005, 3
_GETPORT, _EXPORT = 3, 5
_TCP = 6
_ID = b"\x43\x79\x41\x49"
_MOST = 65_536
_EVERYONE = frozenset({"*", "(everyone)", "0.0.0.0/0", "0.0.0.0/0.0.0.0"})


@check(
    id="network.nfs-exports",
    title="NFS exports open to everyone",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=("CWE-284",),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://man7.org/linux/man-pages/man5/exports.5.html",),
    tags=("nfs", "files", "exposure"),
)
async def nfs_exports(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """mountd's port, where the port mapper was met, then the exports, twice."""
    if not speaks(service, {"rpcbind", "mountd"}, {111}):
        return
    mountd = service
    if service.protocol != "mountd":
        wanted = struct.pack(">IIII", _MOUNT, _NFS_MOUNT_VERSION, _TCP, 0)
        said = await ask(service, probe, lambda talk: _called(talk, _call(_PORTMAP, 2, _GETPORT, wanted)))
        port = struct.unpack(">I", said)[0] if said and len(said) == 4 else 0
        if not 0 < port < 65_536:
            return
        mountd = replace(service, port=port, protocol="mountd")
    question = _call(_MOUNT, _NFS_MOUNT_VERSION, _EXPORT)
    lists = [await ask(mountd, probe, lambda talk: _called(talk, question)) for _ in range(2)]
    exports = _exports(lists[1] or b"")
    if lists[0] is None or _exports(lists[0]) != exports:
        return
    everyone = [folder for folder, hosts in exports if not hosts or _EVERYONE & set(hosts)]
    if not everyone:
        return
    yield observed(
        mountd,
        question,
        lists[1] or b"",
        f"showmount -e {service.host}" if service.protocol == "rpcbind" else piped(mountd, question),
        match=everyone[0],
        note=f"Exported to every host: {listed(everyone)}",
        detail=f"Exported to every host: {listed(everyone)}",
    )


def _call(program: int, version: int, procedure: int, arguments: bytes = b"") -> bytes:
    """A call without credentials as one record (RFC 5531, sections 9 and 11)."""
    body = _ID + struct.pack(">IIIII", 0, 2, program, version, procedure) + bytes(16) + arguments
    return struct.pack(">I", 0x80000000 | len(body)) + body


async def _called(conversation: Conversation, call: bytes) -> bytes | None:
    """The results of an accepted call; None for anything else."""
    await conversation.send(call)
    mark = await conversation.receive_exactly(4)
    size = struct.unpack(">I", mark)[0] & 0x7FFFFFFF if len(mark) == 4 else 0
    if not 24 <= size <= _MOST:
        return None
    reply = await conversation.receive_exactly(size)
    verifier = struct.unpack_from(">I", reply, 16)[0] if len(reply) == size else _MOST
    head = 24 + verifier
    if reply[:12] != _ID + b"\0\0\0\1\0\0\0\0" or head > size or reply[head - 4 : head] != b"\0\0\0\0":
        return None
    return reply[head:]


def _exports(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """(folder, hosts) of each export (RFC 1813, appendix I); empty where the list is cut off."""
    found: list[tuple[str, tuple[str, ...]]] = []
    at = 0
    try:
        while _number(data, at):
            folder, at = _text(data, at + 4)
            hosts: list[str] = []
            while _number(data, at):
                host, at = _text(data, at + 4)
                hosts.append(host)
            at += 4
            found.append((folder, tuple(hosts)))
    except struct.error:
        return []
    return found


def _number(data: bytes, at: int) -> int:
    value: int = struct.unpack_from(">I", data, at)[0]
    return value


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A string of XDR, which is filled up to four bytes, and where it ends; raise struct.error when it is cut off."""
    size = _number(data, at)
    if at + 4 + size > len(data):
        raise struct.error("a text that is cut off")
    return excerpt(data[at + 4 : at + 4 + size]), at + 4 + (size + 3) // 4 * 4
