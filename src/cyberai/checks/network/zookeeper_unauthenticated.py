"""A ZooKeeper server opens sessions for anyone who can reach its port and shows them its nodes.

## Impact
Coordination data is there to read (addresses, configuration, often secrets), and nodes whose access list names the world,
as lists do by default, can be changed: leaders replaced, configuration of Kafka, Solr or Hadoop rewritten.

## Remediation
Require authentication (`enforce.auth.enabled=true` with `enforce.auth.schemes=sasl`, or mutual TLS on `secureClientPort`
alone), set access lists on the nodes, and let only the cluster's machines reach the port 2181.

## How it is proven
A session is opened without credentials, and the children of the root node are listed in it; the session is closed again.
That `srvr` tells the version is no finding.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, listed, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import excerpt

_CONNECT, _CHILDREN, _CLOSE = 0, 8, -11
_MOST = 65_536
_MOST_NODES = 1_000


def _record(body: bytes) -> bytes:
    return struct.pack(">i", len(body)) + body


_HELLO = _record(struct.pack(">iqiqi16s?", 0, 0, 10_000, 0, 16, b"", False))
_LIST = _record(struct.pack(">iii1s?", 1, _CHILDREN, 1, b"/", False))
_BYE = _record(struct.pack(">ii", 2, _CLOSE))


@check(
    id="network.zookeeper-unauthenticated",
    title="ZooKeeper without authentication",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_authOptions",),
    tags=("zookeeper", "control-plane", "exposure"),
)
async def zookeeper_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: open a session, list the root, close the session."""
    if not speaks(service, {"zookeeper"}, {2181}):
        return
    answer = await ask(service, probe, _children)
    names = _names(answer) if answer else None
    if not answer or not names:
        return
    yield observed(
        service,
        _HELLO + _LIST,
        answer,
        piped(service, _HELLO + _LIST + _BYE),
        match=names[0],
        note=f"A session is opened and the root's children are listed: {listed(names)}",
        detail=f"Nodes: {listed(names)}",
    )


async def _children(conversation: Conversation) -> bytes | None:
    await conversation.send(_HELLO)
    session = await _read(conversation)
    # The answer to the greeting: version, negotiated time, session id (0 when refused), password.
    if len(session) < 36 or struct.unpack_from(">iiq", session)[1:] <= (0, 0):
        return None
    await conversation.send(_LIST)
    answer = await _read(conversation)
    await conversation.send(_BYE)
    return answer


async def _read(conversation: Conversation) -> bytes:
    head = await conversation.receive_exactly(4)
    size = struct.unpack(">i", head)[0] if len(head) == 4 else 0
    return await conversation.receive_exactly(size) if 0 < size <= _MOST else b""


def _names(answer: bytes) -> list[str] | None:
    """The children in an answer to our request; None when it is none, or an error."""
    if len(answer) < 20:
        return None
    request, _, error, count = struct.unpack_from(">iqii", answer)
    if (request, error) != (1, 0) or not 0 <= count <= _MOST_NODES:
        return None
    names: list[str] = []
    at = 20
    for _ in range(count):
        size = struct.unpack_from(">i", answer, at)[0] if at + 4 <= len(answer) else -1
        at += 4
        if size < 0 or at + size > len(answer):
            return None
        names.append(excerpt(answer[at : at + size]))
        at += size
    return names
