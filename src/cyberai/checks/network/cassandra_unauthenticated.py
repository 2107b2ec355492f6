"""A Cassandra or ScyllaDB node answers queries of anyone who can reach its port, without a log-in.

## Impact
All data can be read, changed and deleted, and with functions turned on, code of the caller's run in the node.

## Remediation
Set `authenticator: PasswordAuthenticator` and `authorizer: CassandraAuthorizer` in `cassandra.yaml`, change the password of
the user `cassandra`, turn on `client_encryption_options`, and bind the node to the addresses that need it (`rpc_address`).

## How it is proven
`STARTUP` is answered with `READY`, where a guarded node answers `AUTHENTICATE`, and on that connection the node's version is
selected from `system.local`. Nothing is changed.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_READY, _RESULT = 0x02, 0x08
_MOST = 65_536
_VERSION = Pattern(r"release_version\x00\x0d\x00\x00\x00\x01\x00\x00\x00[\x01-\x28]([\w.\-+]{1,40})")


def _frame(stream: int, operation: int, body: bytes) -> bytes:
    """A request of version 3 of the native protocol, which all releases since 2.1 speak."""
    return struct.pack(">BBHBI", 3, 0, stream, operation, len(body)) + body


_STARTUP = _frame(1, 0x01, b"\x00\x01\x00\x0bCQL_VERSION\x00\x053.0.0")
_CQL = b"SELECT release_version FROM system.local"
_QUERY = _frame(2, 0x07, struct.pack(">I", len(_CQL)) + _CQL + b"\x00\x01\x00")


@check(
    id="network.cassandra-unauthenticated",
    title="Cassandra without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://cassandra.apache.org/doc/latest/cassandra/managing/operating/security.html",),
    tags=("cassandra", "scylladb", "database", "exposure"),
)
async def cassandra_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: the start of every client, then one query."""
    if not speaks(service, {"cassandra"}, {9042}):
        return
    answer = await ask(service, probe, _select)
    version = _VERSION.search(answer) if answer else None
    if not answer or version is None:
        return
    told = excerpt(version.groups[0])
    yield observed(
        service,
        _STARTUP + _QUERY,
        answer,
        piped(service, _STARTUP + _QUERY),
        match=told,
        note="STARTUP is answered with READY, and a query with its result.",
        detail=f"Release {told}",
    )


async def _select(conversation: Conversation) -> bytes | None:
    await conversation.send(_STARTUP)
    if (await _read(conversation))[0] != _READY:
        return None
    await conversation.send(_QUERY)
    operation, body = await _read(conversation)
    return body if operation == _RESULT else None


async def _read(conversation: Conversation) -> tuple[int, bytes]:
    """(operation, body) of one response; zero for what is none."""
    head = await conversation.receive_exactly(9)
    if len(head) < 9 or head[0] != 0x83:
        return 0, b""
    size = struct.unpack(">I", head[5:])[0]
    if size > _MOST:
        return 0, b""
    return head[4], await conversation.receive_exactly(size) if size else b""
