"""A connect scan of one address in a thread of its own, driven by a selector.

Never by asyncio: its connect times out by the loop's lateness and calls open ports filtered under load
(measured: hundreds of 65,536 wrong). Here a port is only called silent when a poll made after its deadline
still shows nothing for it, and only after a second attempt.
"""

import errno
import resource
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from cyberai.net.failure import is_local_shortage
from cyberai.ports.network import PortState

States = list[tuple[int, PortState]]

FIRST_TIMEOUT = 1.0
"""Seconds an attempt waits before any round trip is known (RFC 6298 starts at the same)."""

MIN_TIMEOUT = 0.3
MAX_TIMEOUT = 2.0
ATTEMPTS = 2
MAX_IN_FLIGHT = 512
_START_IN_FLIGHT = 128
_MAX_POLL = 0.05
_MAX_SHORTAGES = 100
"""Times in a row that this machine may be short of something before a port is given up as filtered."""
_CLOSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})
_CONNECTING = frozenset({0, errno.EINPROGRESS})


class _Attempt:
    __slots__ = ("deadline", "number", "port", "sent_at", "socket")

    def __init__(
        self, opened: socket.socket, port: int, number: int, sent_at: float, deadline: float
    ) -> None:
        self.socket = opened
        self.port = port
        self.number = number
        self.sent_at = sent_at
        self.deadline = deadline


class PortSweep(threading.Thread):
    """Probes `ports` of `address` and calls `report` (in this thread) with batches of states, every port
    exactly once unless `stop` is set before. A last call with an empty batch says that it has ended."""

    def __init__(self, address: str, ports: Iterable[int], report: Callable[[States], None]) -> None:
        super().__init__(name="cyberai-ports", daemon=True)
        self._address = address
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._waiting = deque((port, 1) for port in dict.fromkeys(ports))
        self._report = report
        self._stopped = threading.Event()
        self._flying: dict[int, _Attempt] = {}
        self._window = _START_IN_FLIGHT
        self._most = min(MAX_IN_FLIGHT, max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4, 16))
        self._round_trip: float | None = None
        self._variation = 0.0
        self._resume_at = 0.0
        self._shortages = 0
        self._found: States = []

    def stop(self) -> None:
        """End soon; what is in flight is closed and not reported."""
        self._stopped.set()

    def run(self) -> None:
        """The sweep."""
        poller = select.epoll()
        try:
            while (self._waiting or self._flying) and not self._stopped.is_set():
                self._launch(poller)
                self._collect(poller)
                if self._found:
                    self._report(self._found)
                    self._found = []
        finally:
            for attempt in self._flying.values():
                attempt.socket.close()
            poller.close()
            self._report([])

    def _launch(self, poller: select.epoll) -> None:
        if time.monotonic() < self._resume_at:
            return
        while self._waiting and len(self._flying) < min(self._window, self._most):
            port, number = self._waiting.popleft()
            if not self._start(poller, port, number):
                # This machine is short of descriptors or ports: fewer at once, and a moment later.
                self._short_of_something(port, number)
                return

    def _short_of_something(self, port: int, number: int) -> None:
        self._shortages += 1
        if self._shortages > _MAX_SHORTAGES:
            self._settle(port, PortState.FILTERED)
            return
        self._waiting.appendleft((port, number))
        self._window = max(len(self._flying) // 2, 4)
        self._resume_at = time.monotonic() + 0.1

    def _start(self, poller: select.epoll, port: int, number: int) -> bool:
        """Begin an attempt; False when this machine cannot at the moment."""
        try:
            opened = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError:
            return False
        sent_at = time.monotonic()
        code = opened.connect_ex((self._address, port))
        if code not in _CONNECTING:
            opened.close()
            if is_local_shortage(code):
                return False
            self._settle(port, PortState.CLOSED if code in _CLOSED else PortState.FILTERED)
            return True
        attempt = _Attempt(opened, port, number, sent_at, sent_at + self._timeout() * number)
        self._flying[opened.fileno()] = attempt
        poller.register(opened.fileno(), select.EPOLLOUT)
        return True

    def _collect(self, poller: select.epoll) -> None:
        if not self._flying:
            time.sleep(min(max(self._resume_at - time.monotonic(), 0.0), _MAX_POLL))
            return
        nearest = next(iter(self._flying.values())).deadline
        wait = min(max(nearest - time.monotonic(), 0.0), _MAX_POLL)
        self._answers(poller, wait)
        # Whatever answered before this moment is seen by the poll that follows it, so silence is proven.
        judged_at = time.monotonic()
        late = [a for a in self._flying.values() if a.deadline <= judged_at]
        if not late:
            return
        self._answers(poller, 0.0)
        for attempt in late:
            if attempt.socket.fileno() >= 0:
                self._silent(attempt)

    def _answers(self, poller: select.epoll, wait: float) -> None:
        for number, _ in poller.poll(wait, max(len(self._flying), 1)):
            attempt = self._flying.pop(number)
            self._answered(attempt)
            attempt.socket.close()

    def _answered(self, attempt: _Attempt) -> None:
        code = attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0 and _is_self_connect(attempt.socket):
            code = errno.ECONNREFUSED
        if code == 0 or code in _CLOSED:
            self._shortages = 0
            self._measure(time.monotonic() - attempt.sent_at, attempt.number)
            self._settle(attempt.port, PortState.OPEN if code == 0 else PortState.CLOSED)
        elif is_local_shortage(code):
            self._short_of_something(attempt.port, attempt.number)
        else:
            self._retry_or_filtered(attempt)

    def _silent(self, attempt: _Attempt) -> None:
        self._flying.pop(attempt.socket.fileno(), None)
        attempt.socket.close()
        self._retry_or_filtered(attempt)

    def _retry_or_filtered(self, attempt: _Attempt) -> None:
        if attempt.number < ATTEMPTS:
            self._waiting.append((attempt.port, attempt.number + 1))
        else:
            self._settle(attempt.port, PortState.FILTERED)

    def _settle(self, port: int, state: PortState) -> None:
        self._found.append((port, state))

    def _timeout(self) -> float:
        if self._round_trip is None:
            return FIRST_TIMEOUT
        return min(max(self._round_trip + 4 * self._variation, MIN_TIMEOUT), MAX_TIMEOUT)

    def _measure(self, seconds: float, number: int) -> None:
        """RFC 6298's smoothing; an answer only to the second attempt means packets were lost: slow down."""
        if number > 1:
            self._window = max(self._window // 2, 16)
        else:
            self._window = min(self._window + 1, self._most)
        if self._round_trip is None:
            self._round_trip, self._variation = seconds, seconds / 2
            return
        self._variation += 0.25 * (abs(self._round_trip - seconds) - self._variation)
        self._round_trip += 0.125 * (seconds - self._round_trip)


def _is_self_connect(opened: socket.socket) -> bool:
    """Without a listener, the kernel joins a socket to itself when its own port is the port it connects to."""
    try:
        return bool(opened.getsockname() == opened.getpeername())
    except OSError:
        return False
