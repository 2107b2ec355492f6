"""A connect scan of one or many addresses in a thread of its own, driven by epoll.

Never by asyncio: its connect times out by the loop's lateness and calls open ports filtered under load
(measured: hundreds of 65,536 wrong). Here a port is only called silent when a poll made after its deadline
still shows nothing for it, and only after a second attempt; after more where answers came to later attempts only.
"""

import errno
import resource
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

from cyberai.net.failure import is_local_shortage
from cyberai.net.sweep_pace import Probe, RoundTrip, States, Told, Window
from cyberai.ports.network import PortState

MAX_IN_FLIGHT = 1024
_START_IN_FLIGHT = 128
_LEAST_IN_FLIGHT = 16
_TURN = 256
"""Probes begun before answers are looked at again."""

_MAX_POLL = 0.05
_MAX_SHORTAGES = 100
"""Times in a row that this machine may be short of something before a port is given up as filtered."""
_STATES = {
    0: PortState.OPEN,
    errno.ECONNREFUSED: PortState.CLOSED,
    # A SYN that is answered by a reset is refused; what is reset had been accepted before.
    errno.ECONNRESET: PortState.OPEN,
    errno.EPIPE: PortState.OPEN,
}
_CONNECTING = frozenset({0, errno.EINPROGRESS, errno.EALREADY, errno.EISCONN})


class _Attempt:
    __slots__ = ("deadline", "number", "probe", "sent_at", "socket")

    def __init__(
        self, opened: socket.socket, probe: Probe, number: int, sent_at: float, deadline: float
    ) -> None:
        self.socket = opened
        self.probe = probe
        self.number = number
        self.sent_at = sent_at
        self.deadline = deadline


class PortSweep(threading.Thread):
    """Asks every (address, port) of `probes`, taken as there is room for them, and calls `report` (in this thread)
    with batches of states, each probe exactly once unless `stop` is called before. A last call with an empty batch
    says that it has ended."""

    def __init__(self, probes: Iterable[Probe], report: Callable[[States], None]) -> None:
        super().__init__(name="cyberai-ports", daemon=True)
        self._fresh = iter(probes)
        self._again: deque[tuple[Probe, int]] = deque()
        self._silent_so_far: list[tuple[Probe, int]] = []
        self._report = report
        self._stopped = threading.Event()
        self._flying: dict[int, _Attempt] = {}
        self._nearest = 0.0
        most = min(MAX_IN_FLIGHT, max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4, 16))
        self._window = Window(_START_IN_FLIGHT, _LEAST_IN_FLIGHT, most)
        self._round_trips: dict[str, RoundTrip] = {}
        self._spare: dict[socket.AddressFamily, socket.socket] = {}
        self._resume_at = 0.0
        self._shortages = 0
        self._told = Told(report)

    def stop(self) -> None:
        """End soon; what is in flight is closed and not reported."""
        self._stopped.set()

    def share_stop(self, stopped: threading.Event) -> None:
        """End when this is set: for a sweep that runs as the last part of another one."""
        self._stopped = stopped

    def run(self) -> None:
        """The sweep."""
        poller = select.epoll()
        try:
            while not self._stopped.is_set():
                more = self._launch(poller)
                if self._flying or self._resume_at:
                    self._collect(poller)
                elif not more and not self._once_more():
                    break
                self._told.pass_on(time.monotonic())
            self._told.flush()
        finally:
            for attempt in self._flying.values():
                attempt.socket.close()
            for spare in self._spare.values():
                spare.close()
            poller.close()
            self._report([])

    def _launch(self, poller: select.epoll) -> bool:
        """Begin what there is room for; False when nothing waits to be begun."""
        if self._resume_at:
            if time.monotonic() < self._resume_at:
                return True
            self._resume_at = 0.0
        room = min(self._window.size - len(self._flying), _TURN)
        if room <= 0:
            return True
        begun = 0
        for probe in islice(self._fresh, room):
            begun += 1
            if not self._begin(poller, probe, 1):
                return True
        while begun < room and self._again:
            begun += 1
            if not self._begin(poller, *self._again.popleft()):
                return True
        return begun > 0

    def _begin(self, poller: select.epoll, probe: Probe, number: int) -> bool:
        if self._start(poller, probe, number):
            return True
        # This machine is short of descriptors or ports: fewer at once, and a moment later.
        self._short_of_something(probe, number)
        return False

    def _short_of_something(self, probe: Probe, number: int) -> None:
        self._shortages += 1
        if self._shortages > _MAX_SHORTAGES:
            self._settle(probe, PortState.FILTERED)
            return
        self._again.appendleft((probe, number))
        self._window.short(len(self._flying))
        self._resume_at = time.monotonic() + 0.1

    def _start(self, poller: select.epoll, probe: Probe, number: int) -> bool:
        """Begin an attempt; False when this machine cannot at the moment."""
        family = socket.AF_INET6 if ":" in probe[0] else socket.AF_INET
        opened = self._spare.pop(family, None)
        try:
            if opened is None:
                opened = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            sent_at = time.monotonic()
            code = opened.connect_ex(probe)
            if code == errno.EINPROGRESS:
                # This machine's own answer is there already, and Linux tells it to whoever connects again.
                code = opened.connect_ex(probe)
        except OSError:
            return False
        if code == errno.ECONNREFUSED:
            # With it, the socket was given back unconnected: good for the next port.
            self._spare[family] = opened
            self._shortages = 0
            self._settle(probe, PortState.CLOSED)
            return True
        if code not in _CONNECTING:
            opened.close()
            if is_local_shortage(code):
                return False
            self._settle(probe, _STATES.get(code, PortState.FILTERED))
            return True
        deadline = sent_at + self._round_trip(probe[0]).timeout * number
        if not self._flying or deadline < self._nearest:
            self._nearest = deadline
        self._flying[opened.fileno()] = _Attempt(opened, probe, number, sent_at, deadline)
        poller.register(opened.fileno(), select.EPOLLOUT)
        return True

    def _collect(self, poller: select.epoll) -> None:
        if not self._flying:
            time.sleep(min(max(self._resume_at - time.monotonic(), 0.0), _MAX_POLL))
            return
        wait = min(max(self._nearest - time.monotonic(), 0.0), _MAX_POLL)
        self._answers(poller, wait)
        # Whatever answered before this moment is seen by the poll that follows it, so silence is proven.
        judged_at = time.monotonic()
        if judged_at < self._nearest:
            return
        self._answers(poller, 0.0)
        for attempt in [a for a in self._flying.values() if a.deadline <= judged_at]:
            self._flying.pop(attempt.socket.fileno())
            attempt.socket.close()
            self._unanswered(attempt)
        self._nearest = min((a.deadline for a in self._flying.values()), default=0.0)

    def _answers(self, poller: select.epoll, wait: float) -> None:
        if not self._flying:
            return
        for number, _ in poller.poll(wait, len(self._flying)):
            attempt = self._flying.pop(number)
            self._answered(attempt)
            attempt.socket.close()

    def _answered(self, attempt: _Attempt) -> None:
        code = attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0 and _is_self_connect(attempt.socket):
            code = errno.ECONNREFUSED
        if code in _STATES:
            self._shortages = 0
            self._window.answered(attempt.number)
            if attempt.number == 1:
                self._round_trip(attempt.probe[0]).measure(time.monotonic() - attempt.sent_at)
            self._settle(attempt.probe, _STATES[code])
        elif is_local_shortage(code):
            self._short_of_something(attempt.probe, attempt.number)
        else:
            self._unanswered(attempt)

    def _unanswered(self, attempt: _Attempt) -> None:
        if attempt.number < self._window.attempts:
            self._again.append((attempt.probe, attempt.number + 1))
        else:
            self._window.silent()
            self._silent_so_far.append((attempt.probe, attempt.number))

    def _once_more(self) -> bool:
        """All have answered or stayed silent as often as was thought enough; True when packets turned out to get
        lost meanwhile, so that some are to be asked again."""
        silent, self._silent_so_far = self._silent_so_far, []
        for probe, number in silent:
            if number < self._window.attempts:
                self._again.append((probe, number + 1))
            else:
                self._settle(probe, PortState.FILTERED)
        return bool(self._again)

    def _settle(self, probe: Probe, state: PortState) -> None:
        self._told.found.append((*probe, state))

    def _round_trip(self, address: str) -> RoundTrip:
        known = self._round_trips.get(address)
        if known is None:
            known = self._round_trips[address] = RoundTrip()
        return known


def _is_self_connect(opened: socket.socket) -> bool:
    """Without a listener, the kernel joins a socket to itself when its own port is the port it connects to."""
    try:
        return bool(opened.getsockname() == opened.getpeername())
    except OSError:
        return False
