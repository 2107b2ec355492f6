"""A message broker accepts the log-in `guest` with the password `guest`, which everybody knows.

## Impact
Messages of all queues can be read, taken away and forged; applications act on them as on their own. RabbitMQ's guest is
an administrator.

## Remediation
Delete the user (`rabbitmqctl delete_user guest`) after making others with passwords of their own, and leave
`loopback_users.guest = true`, which keeps it from logging in over the network.

## How it is proven
Over AMQP 0-9-1 the log-in guest/guest is accepted and the virtual host `/` opened; the same user with a random password
is refused. One attempt each, in the intrusive mode only; no queue is touched.
"""

import struct
from collections.abc import AsyncIterator

from cyberai.checkkit import Conversation, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import ask, observed, piped
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_HEADER = b"AMQP\x00\x00\x09\x01"
_START, _TUNE, _OPENED = (10, 10), (10, 30), (10, 41)
_PRODUCT = Pattern(r"\x07productS\x00\x00\x00[\x01-\x7f]([\x20-\x7e]{1,60})")
_VERSION = Pattern(r"\x07versionS\x00\x00\x00[\x01-\x7f]([\w.\-+]{1,40})")
_MOST = 65_536


def _frame(class_id: int, method: int, arguments: bytes) -> bytes:
    payload = struct.pack(">HH", class_id, method) + arguments
    return struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce"


_TUNE_OK = _frame(10, 31, struct.pack(">HIH", 16, 8_192, 0))
_OPEN = _frame(10, 40, b"\x01/\x00\x00")
_CLOSE = _frame(10, 50, struct.pack(">HBHH", 200, 0, 0, 0))


def _log_in(password: str) -> bytes:
    secret = b"\0guest\0" + password.encode()
    return _frame(10, 11, b"\0\0\0\0" + b"\x05PLAIN" + struct.pack(">I", len(secret)) + secret + b"\x05en_US")


@check(
    id="network.rabbitmq-default-login",
    title="Message broker with the default log-in guest",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-1392",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=5,
    references=("https://www.rabbitmq.com/docs/access-control#default-state",),
    tags=("amqp", "rabbitmq", "broker", "default-login"),
    intrusive=True,
)
async def rabbitmq_default_login(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One log-in with the known password, and one that must fail."""
    if not speaks(service, {"amqp"}, {5672, 5671}):
        return

    async def as_guest(conversation: Conversation) -> tuple[bytes, bytes] | None:
        start = await _admitted(conversation, "guest")
        if start is None:
            return None
        await conversation.send(_TUNE_OK + _OPEN)
        method, opened = await _read(conversation)
        return (start, opened) if method == _OPENED else None

    found = await ask(service, probe, as_guest)
    if found is None:
        return
    wrong = probe.token(16)
    if await ask(service, probe, lambda conversation: _admitted(conversation, wrong)) is not None:
        return
    start, opened = found
    product, version = _PRODUCT.search(start), _VERSION.search(start)
    told = " ".join(excerpt(match.groups[0]) for match in (product, version) if match is not None)
    yield observed(
        service,
        _HEADER + _log_in("guest") + _TUNE_OK + _OPEN,
        start + opened,
        piped(service, _HEADER + _log_in("guest") + _TUNE_OK + _OPEN + _CLOSE),
        match=excerpt(product.groups[0]) if product is not None else "",
        note="guest/guest is let in and the virtual host / opened; guest with a random password is refused.",
        detail=f"{told or 'The broker'} lets guest in with the password guest",
        control=True,
    )


async def _admitted(conversation: Conversation, password: str) -> bytes | None:
    """The broker's first frame, when it then lets guest in with this password."""
    await conversation.send(_HEADER)
    method, start = await _read(conversation)
    if method != _START:
        return None
    await conversation.send(_log_in(password))
    method, _ = await _read(conversation)
    return start if method == _TUNE else None


async def _read(conversation: Conversation) -> tuple[tuple[int, int], bytes]:
    """((class, method), payload) of one method frame; zeros for whatever else came."""
    head = await conversation.receive_exactly(7)
    if len(head) < 7 or head[0] != 1:
        return (0, 0), b""
    size = struct.unpack(">I", head[3:])[0]
    if not 4 <= size <= _MOST:
        return (0, 0), b""
    payload = (await conversation.receive_exactly(size + 1))[:size]
    if len(payload) < size:
        return (0, 0), b""
    return struct.unpack_from(">HH", payload), payload
