"""A MySQL or MariaDB server lets `root` in over the network with an empty password.

## Impact
Root of the server reads, changes and deletes every database, reads and writes files of the host with the server's
rights, and can make accounts of its own that outlive a changed password.

## Remediation
Give root a password or let it in by the local socket only (`ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket`),
remove `root` accounts for other hosts (`DROP USER 'root'@'%'`), start the server without `skip-grant-tables`, run
`mariadb-secure-installation`, and bind the server to the addresses that need it (`bind-address`).

## How it is proven
One log-in as root with an empty password is accepted, `SELECT CURRENT_USER()` is answered with root's account, and a
random user name with an empty password is refused. One attempt, in the intrusive mode only.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_QUERY = b"\x03SELECT CURRENT_USER()"
_ACCOUNT = Pattern(r"root@[\w.%:\-]{1,255}")
_VERSION = Pattern(r"^\x0a([\w.\-+~:]{1,80})\x00")
_PLUGIN = Pattern(r"\x00([a-z_0-9]{4,40})\x00$")
_CAPABILITIES = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000
"""CLIENT_LONG_PASSWORD, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH."""

_OK, _SWITCH = 0x00, 0xFE
_MOST = 65_536


@check(
    id="network.mysql-unauthenticated",
    title="MySQL or MariaDB root without a password",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1393", "CWE-521"),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=("https://dev.mysql.com/doc/refman/8.4/en/default-privileges.html",),
    tags=("mysql", "mariadb", "database", "default-login"),
    intrusive=True,
)
async def mysql_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One log-in with a query, and one that must fail."""
    if not speaks(service, {"mysql"}, {3306}):
        return

    async def as_root(conversation: Conversation) -> tuple[bytes, bytes] | None:
        greeting = await _log_in(conversation, "root")
        if greeting is None:
            return None
        await conversation.send(_packet(0, _QUERY))
        return greeting, await conversation.receive(_MOST, quiet=0.3)

    found = await ask(service, probe, as_root)
    account = _ACCOUNT.search(found[1]) if found is not None else None
    if found is None or account is None:
        return
    stranger = probe.token(10)
    if await ask(service, probe, lambda conversation: _log_in(conversation, stranger)) is not None:
        return
    version = _VERSION.search(found[0])
    told = f"version {excerpt(version.groups[0])}" if version is not None else "unknown version"
    name = excerpt(account.text)
    yield observed(
        service,
        _packet(0, _QUERY),
        found[1],
        f"mysql --protocol=tcp -h {service.host} -P {service.port} -u root --skip-password -e 'SELECT CURRENT_USER()'",
        match=name,
        note=f"root is let in with an empty password, as {name}; the user {stranger} is refused.",
        detail=f"{name} has no password ({told})",
        control=True,
    )


async def _log_in(conversation: Conversation, user: str) -> bytes | None:
    """The server's greeting when it then lets this user in with an empty password; None when it does not."""
    _, greeting = await _read(conversation)
    if not greeting.startswith(b"\x0a"):
        return None
    plugin = _PLUGIN.search(greeting)
    method = plugin.groups[0] if plugin is not None else b"mysql_native_password"
    head = struct.pack("<IIB23x", _CAPABILITIES, 0x1000000, 33)
    await conversation.send(_packet(1, head + user.encode() + b"\0\0" + method + b"\0"))
    number, answer = await _read(conversation)
    if answer[:1] == bytes([_SWITCH]) and len(answer) > 1:
        # Another method of proving a password; no method needs more than this for an empty one.
        await conversation.send(_packet(number + 1, b""))
        number, answer = await _read(conversation)
    return greeting if answer[:1] == bytes([_OK]) and len(answer) >= 7 else None


async def _read(conversation: Conversation) -> tuple[int, bytes]:
    """(sequence number, payload) of one packet; empty where there is none of a sane size."""
    head = await conversation.receive_exactly(4)
    size = int.from_bytes(head[:3], "little")
    if len(head) < 4 or size > _MOST:
        return 0, b""
    return head[3], await conversation.receive_exactly(size)


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number & 0xFF]) + payload
