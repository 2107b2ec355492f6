"""A Kafka broker takes clients without a log-in: it tells them its topics and serves them.

## Impact
Messages of all topics can be read, forged and deleted by whoever reaches the port, unless access lists name users.

## Remediation
Use listeners with `SASL_SSL` (SCRAM or Kerberos) or mutual TLS instead of `PLAINTEXT`, set an authorizer with
`allow.everyone.if.no.acl.found=false`, and bind internal listeners to internal addresses.

## How it is proven
The broker answers which interfaces it speaks and, on the same connection without any SASL exchange, a request for its
metadata with brokers and topics. No message is read or written, and no topic comes into being.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, listed, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import excerpt

_METADATA, _VERSIONS = 3, 18
_MOST = 262_144
_MOST_ROWS = 1_000


def _request(key: int, number: int, body: bytes = b"") -> bytes:
    client = b"cyberai"
    head = struct.pack(">hhih", key, 1 if key == _METADATA else 0, number, len(client)) + client
    return struct.pack(">i", len(head) + len(body)) + head + body


_ASK_VERSIONS = _request(_VERSIONS, 1)
_ASK_METADATA = _request(_METADATA, 2, struct.pack(">i", -1))


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
    answer = await ask(service, probe, _metadata)
    read = _read_metadata(answer) if answer else None
    if not answer or read is None:
        return
    brokers, topics = read
    yield observed(
        service,
        _ASK_VERSIONS + _ASK_METADATA,
        answer,
        piped(service, _ASK_METADATA),
        match=brokers[0].partition(":")[0],
        note=f"Brokers and topics are told without a log-in: {listed(topics)}",
        detail=f"Brokers: {listed(brokers)}; topics: {listed(topics)}",
    )


async def _metadata(conversation: Conversation) -> bytes | None:
    await conversation.send(_ASK_VERSIONS)
    versions = await _read(conversation, 1)
    if len(versions) < 6 or versions[:2] != b"\0\0":
        return None
    await conversation.send(_ASK_METADATA)
    return await _read(conversation, 2)


async def _read(conversation: Conversation, number: int) -> bytes:
    """The body of the response to this request; empty for anything else."""
    head = await conversation.receive_exactly(8)
    if len(head) < 8 or struct.unpack(">ii", head)[1] != number:
        return b""
    size = struct.unpack(">i", head[:4])[0] - 4
    return await conversation.receive_exactly(size) if 0 < size <= _MOST else b""


def _read_metadata(data: bytes) -> tuple[list[str], list[str]] | None:
    """(brokers, topics) of a metadata response of version 1; None when it is cut off or has no broker."""
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
