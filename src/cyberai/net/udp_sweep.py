"""Datagrams to many ports of one address, side by side, in a thread of its own.

Each port has a socket joined to it, so that the system tells an ICMP port unreachable as a refusal and drops what
any other peer sends; for what is answered from another port a second one, which takes that address only. Hosts send
few ICMP messages per second (Linux: one after a burst of six), so silence proves nothing: only answers and refusals
are reported.
"""

import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from cyberai.ports.network import Datagram

Heard = list[tuple[int, bytes | None]]

ROUNDS = 2
ROUND_SECONDS = 1.0
"""How long answers to the last message of a round are waited for."""

SPACING = 0.004
"""Seconds between two datagrams to one address."""

IN_FLIGHT = 256
"""Ports asked at a time."""

MOST_ANSWERS = 16
"""Datagrams taken from one port: what sends more floods."""

MAX_DATAGRAM = 65_535
_MAX_POLL = 0.05
_BATCH = 64

_Place = tuple[int, bool]
"""A port, and whether its answers come from another one."""


class UdpSweep(threading.Thread):
    """Sends `messages` (by port) to a judged address and calls `report` with what came. A last call with an empty
    batch says that it has ended."""

    def __init__(
        self, address: str, messages: Mapping[int, Sequence[Datagram]], report: Callable[[Heard], None]
    ) -> None:
        super().__init__(name="cyberai-udp", daemon=True)
        self._address = address
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._messages = messages
        self._report = report
        self._stopped = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._opened: dict[_Place, socket.socket] = {}
        self._answers: Counter[int] = Counter()
        self._heard: Heard = []

    def stop(self) -> None:
        """End soon."""
        self._stopped.set()

    def run(self) -> None:
        """The sweep."""
        ports = list(self._messages)
        try:
            for first in range(0, len(ports), IN_FLIGHT):
                self._ask(ports[first : first + IN_FLIGHT])
        finally:
            self._selector.close()
            self._report([])

    def _ask(self, ports: list[int]) -> None:
        """Two rounds over some ports; an answer or a refusal takes a port out of the second."""
        try:
            for place in {(port, m.answered_elsewhere) for port in ports for m in self._messages[port]}:
                self._open(place)
            for _ in range(ROUNDS):
                self._round(
                    deque(
                        ((port, message.answered_elsewhere), message.payload)
                        for port in ports
                        if not self._answers[port]
                        for message in self._messages[port]
                    )
                )
        finally:
            for opened in self._opened.values():
                with suppress(KeyError):
                    self._selector.unregister(opened)
                opened.close()
            self._opened.clear()

    def _open(self, place: _Place) -> None:
        """Without a route or a descriptor there is nothing to hear of this port."""
        port, elsewhere = place
        with suppress(OSError):
            opened = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            try:
                if not elsewhere:
                    opened.connect((self._address, port))
                    if opened.getsockname()[:2] == opened.getpeername()[:2]:
                        opened.close()  # the very port it speaks to: it would hear itself
                        return
                self._selector.register(opened, selectors.EVENT_READ, place)
            except OSError:
                opened.close()
                raise
            self._opened[place] = opened

    def _round(self, queue: deque[tuple[_Place, bytes]]) -> None:
        turn = time.monotonic()
        end = turn + ROUND_SECONDS
        while not self._stopped.is_set() and (queue or self._waiting()):
            now = time.monotonic()
            if queue and now >= turn:
                place, payload = queue.popleft()
                if place in self._opened:
                    self._send(place, payload)
                    turn = max(turn + SPACING, now - SPACING)
                end = time.monotonic() + ROUND_SECONDS
            # A look is taken after the deadline, too: what came before it counts, however late this thread runs.
            over = not queue and now >= end
            self._listen(0.0 if over else (turn if queue else end) - now)
            if over:
                break
        self._hand_over()

    def _waiting(self) -> bool:
        return any(not self._answers[port] for port, _ in self._opened)

    def _hand_over(self) -> None:
        if self._heard:
            self._report(self._heard)
            self._heard = []

    def _send(self, place: _Place, payload: bytes) -> None:
        try:
            if place[1]:
                self._opened[place].sendto(payload, (self._address, place[0]))
            else:
                self._opened[place].send(payload)
        except ConnectionRefusedError:
            self._refused(place)
        except OSError:
            return  # the next round may get through

    def _listen(self, wait: float) -> None:
        for key, _ in self._selector.select(min(max(wait, 0.0), _MAX_POLL)):
            place: _Place = key.data
            try:
                data, sender = self._opened[place].recvfrom(MAX_DATAGRAM)
            except ConnectionRefusedError:
                self._refused(place)
                continue
            except OSError:
                continue
            if place[1] and sender[0] != self._address:
                continue
            self._answers[place[0]] += 1
            self._heard.append((place[0], data))
            if self._answers[place[0]] >= MOST_ANSWERS:
                self._selector.unregister(self._opened[place])
        if len(self._heard) >= _BATCH:
            self._hand_over()

    def _refused(self, place: _Place) -> None:
        port, elsewhere = place
        for each in (place, (port, True)):
            opened = self._opened.pop(each, None)
            if opened is not None:
                with suppress(KeyError):
                    self._selector.unregister(opened)
                opened.close()
        if not elsewhere:
            self._heard.append((port, None))
