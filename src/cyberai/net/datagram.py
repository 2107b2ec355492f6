"""One UDP exchange with a judged address."""

import asyncio
import socket

from cyberai.net.failure import from_os_error
from cyberai.net.session_state import SessionState
from cyberai.ports.network import TransportError, TransportReason

ATTEMPTS = 2
FIRST_WAIT = 1.0
"""Seconds after which an unanswered datagram is sent again (RFC 8085, section 3.1.1 asks for at least the round trip,
one second where that is unknown)."""

MOST_ANSWERS = 64
MAX_DATAGRAM = 65_535


async def exchange_datagrams(
    state: SessionState, host: str, port: int, payload: bytes, answers: int, quiet: float
) -> tuple[bytes, ...]:
    """See ports.network.Dialer.datagram; scope is the caller's part."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    seconds = state.limits.request_timeout
    if state.connector.proxy is not None:
        raise TransportError(TransportReason.PROXY, f"a datagram to {where} cannot pass the proxy")
    await state.slots.take()
    try:
        address = (await state.connector.addresses(host, seconds))[0]
        with state.connector.datagram_socket(address, port) as opened:
            for attempt in range(ATTEMPTS):
                await state.gate(address).turn()
                state.requests_sent += 1
                _send(opened, payload, where)
                wait = min(FIRST_WAIT * (attempt + 1), seconds)
                heard = await _hear(opened, where, min(answers, MOST_ANSWERS), wait, quiet)
                if heard:
                    return heard
    finally:
        state.slots.give()
    raise TransportError(TransportReason.TIMEOUT, f"no datagram came from {where}", retryable=True)


def _send(opened: socket.socket, payload: bytes, where: str) -> None:
    try:
        opened.send(payload)
    except OSError as error:
        raise from_os_error(error, where) from error


async def _hear(
    opened: socket.socket, where: str, answers: int, wait: float, quiet: float
) -> tuple[bytes, ...]:
    """Datagrams in the order they came; none when nothing came within `wait`."""
    loop = asyncio.get_running_loop()
    heard: list[bytes] = []
    while len(heard) < answers:
        try:
            async with asyncio.timeout(quiet if heard else wait):
                heard.append(await loop.sock_recv(opened, MAX_DATAGRAM))
        except TimeoutError:
            break
        except OSError as error:
            if heard:
                break
            raise from_os_error(error, where) from error
    return tuple(heard)
