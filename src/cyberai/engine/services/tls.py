"""Whether a port speaks TLS."""

import asyncio

from cyberai.engine.context import Context, is_address
from cyberai.engine.services.line import NOT_THERE, Line
from cyberai.ports.network import Conversation, TlsVersion, TransportError, TransportReason

TLS_SECONDS = 5.0
"""How long a server may take for a handshake before it counts as none: most that stay silent are no TLS."""
SILENT_TLS_SECONDS = 2.0
"""The same where nothing was said to a plain request and the port is not known for TLS."""

_OLD = (TlsVersion.TLS1_2, TlsVersion.TLS1_0, TlsVersion.SSL3)


async def speaks_tls(context: Context, line: Line, seconds: float) -> bool:
    """True when a handshake comes about, or an old version is taken; raise TransportError where nobody is there."""
    name = "" if is_address(line.host) else line.host

    async def shake_hands(conversation: Conversation) -> bool:
        # The time counts from here: what went before was our own turn to wait for.
        try:
            async with asyncio.timeout(seconds):
                await conversation.start_tls()
        except TimeoutError:
            return False
        return True

    line.sent()
    try:
        return await context.network.dialer.converse(line.host, line.port, shake_hands)
    except TransportError as error:
        if error.reason in NOT_THERE:
            raise
        if error.reason is TransportReason.TIMEOUT:
            return False
    # A server of old versions only refuses our library's handshake and still answers a hand-built hello.
    for version in _OLD:
        line.sent()
        try:
            if await context.network.dialer.offers(line.host, line.port, version, name):
                return True
        except TransportError:
            return False
    return False
