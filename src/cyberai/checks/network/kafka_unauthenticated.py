"""A Kafka broker or controller takes clients without a log-in: it tells them its topics and serves them.

## Impact
Messages of all topics can be read, forged and deleted by whoever reaches the port, unless access lists name users.

## Remediation
Use listeners with `SASL_SSL` (SCRAM or Kerberos) or mutual TLS instead of `PLAINTEXT`, set an authorizer with
`allow.everyone.if.no.acl.found=false`, and bind internal listeners to internal addresses.

## How it is proven
The broker answers which interfaces it speaks and, on the same connection without any SASL exchange, a request for its
metadata with brokers and topics; a controller, which serves no metadata, one for its cluster. No message is read or written,
and no topic comes into being.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, listed, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_METADATA, _VERSIONS, _CLUSTER = 3, 18, 60
_MOST = 262_144
_MOST_ROWS = 1_000
_TAGS = b"\0"
"""No tagged fields: the end of a header or message in Kafka's flexible versions."""
_CONTROLLERS = Pattern(r"^\x00[\s\S]{4}\x00\x00\x00\x02[\x02-\x7f]([\w\-]{1,126})", dot_all=True)
"""Tags, how long we are to wait, no error, no message about one, endpoints of type controller, the cluster's id."""


def _request(key: int, number: int, body: bytes = b"") -> bytes:
    client = b"cyberai"
    head = struct.pack(">hhih", key, 0 if key == _VERSIONS else 1, number, len(client)) + client
    return struct.pack(">i", len(head) + len(body)) + head + body


_ASK_VERSIONS = _request(_VERSIONS, 1)
_ASK_METADATA = _request(_METADATA, 2, struct.pack(">i", -1))
_ASK_CONTROLLERS = _request(_CLUSTER, 2, _TAGS + b"\0\x02" + _TAGS)
"""DescribeCluster of version 1: without what we may do there, of the controllers."""


@check(
    id="network.kafka-unauthenticated",
    title="Kafka without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://kafka.apache.org/documentation/#security",),
    tags=("kafka", "broker", "exposure"),
)
async def kafka_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One connection: what the broker speaks, then what it holds."""
    if not speaks(service, {"kafka"}, {9092}):
        return
    answered = await ask(service, probe, _asked)
    if answered is None:
        return
    question, answer = answered
    told = _broker(answer) if question == _ASK_METADATA else _controller(answer)
    if told is None:
        return
    match, note, detail = told
    yield observed(
        service,
        _ASK_VERSIONS + question,
        answer,
        piped(service, question),
        match=match,
        note=note,
        detail=detail,
    )


async def _asked(conversation: Conversation) -> tuple[bytes, bytes] | None:
    """(question, answer) of what is asked of a broker or of a controller; None for what is neither."""
    await conversation.send(_ASK_VERSIONS)
    versions = await _read(conversation, 1)
    if len(versions) < 6 or versions[:2] != b"\0\0":
        return None
    spoken = {
        key: most for key, _, most in struct.iter_unpack(">hhh", versions[6 : 6 + len(versions[6:]) // 6 * 6])
    }
    controls = _METADATA not in spoken and spoken.get(_CLUSTER, 0) >= 1
    question = _ASK_CONTROLLERS if controls else _ASK_METADATA
    await conversation.send(question)
    return question, await _read(conversation, 2)


def _broker(answer: bytes) -> tuple[str, str, str] | None:
    """(match, note, detail) of a broker's metadata; None when it is none."""
    read = _read_metadata(answer)
    if read is None:
        return None
    brokers, topics = read
    return (
        brokers[0].partition(":")[0],
        f"Brokers and topics are told without a log-in: {listed(topics)}",
        f"Brokers: {listed(brokers)}; topics: {listed(topics)}",
    )


def _controller(answer: bytes) -> tuple[str, str, str] | None:
    """The same of a controller's cluster."""
    found = _CONTROLLERS.search(answer)
    if found is None:
        return None
    cluster = excerpt(found.groups[0])
    return cluster, "The controllers are told without a log-in.", f"Controller of the cluster {cluster}"


async def _read(conversation: Conversation, number: int) -> bytes:
    """The body of the response to this request, the first _MOST bytes at most; empty for anything else."""
    head = await conversation.receive_exactly(8)
    if len(head) < 8 or struct.unpack(">ii", head)[1] != number:
        return b""
    size = struct.unpack(">i", head[:4])[0] - 4
    return await conversation.receive_exactly(min(size, _MOST)) if size > 0 else b""


def _read_metadata(data: bytes) -> tuple[list[str], list[str]] | None:
    """(brokers, topics) of a metadata response of version 1; None when it has no broker, or is cut off by
    others than us: a large cluster's topics fill megabytes."""
    brokers: list[str] = []
    topics: list[str] = []
    try:
        count, at = struct.unpack_from(">i", data)[0], 4
        for _ in range(min(count, _MOST_ROWS)):
            host, at = _text(data, at + 4)
            brokers.append(f"{host}:{struct.unpack_from('>i', data, at)[0]}")
            _, at = _text(data, at + 4)
        count, at = struct.unpack_from(">i", data, at + 4)[0], at + 8
        for _ in range(min(count, _MOST_ROWS)):
            name, at = _text(data, at + 2)
            topics.append(name)
            at = _after_partitions(data, at + 1)
    except struct.error:
        if len(data) < _MOST:
            return None
    return (brokers, topics) if brokers else None


def _after_partitions(data: bytes, at: int) -> int:
    count, at = struct.unpack_from(">i", data, at)[0], at + 4
    for _ in range(min(count, _MOST_ROWS)):
        at += 10
        for _ in range(2):
            at += 4 + 4 * max(0, min(struct.unpack_from(">i", data, at)[0], _MOST_ROWS))
    return at


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A string, empty where it is null, and where it ends; raise struct.error when it is cut off."""
    size = struct.unpack_from(">h", data, at)[0]
    if at + 2 + max(size, 0) > len(data):
        raise struct.error("a text that is cut off")
    return excerpt(data[at + 2 : at + 2 + max(size, 0)]), at + 2 + max(size, 0)
