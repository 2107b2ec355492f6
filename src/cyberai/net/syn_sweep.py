"""A SYN scan of IPv4 addresses in a thread of its own: half-open, by raw packets, for a process that has the right.

Packets are written into slots of one buffer, a wave at a time, and sent and received by one system call each. The
kernel hands over only answers to our port (a BPF filter), and itself resets what a SYN would have opened, for it knows
nothing of it. A port is silent when a look made after its deadline shows nothing, after several attempts; an address
of which nothing at all came is asked by the connect scan: maybe the answers do not reach this process. So is every
silent port where packets turn out to get lost.
"""

import ctypes
import errno
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

from cyberai.net.message_batch import Incoming, Outgoing
from cyberai.net.port_sweep import PortSweep
from cyberai.net.sweep_pace import FIRST_TIMEOUT, Probe, RoundTrip, States, Told, Window
from cyberai.net.syn_packets import (
    ANSWER,
    CHECKSUM_AT,
    PORT_AT,
    RESET,
    answer_filter,
    checksums,
    partial_sum,
    syn,
)
from cyberai.ports.network import PortState

WAVE = 512
PER_SECOND = 20_000
"""Packets per second towards other machines."""

_ATTEMPTS = 3
_START_IN_FLIGHT, _LEAST_IN_FLIGHT = 1024, 64
_BUFFER = 8 * 2**20
_TRUE_SIZE = 1024
"""Bytes that a waiting answer takes of the kernel's buffer."""

_ATTACH_FILTER, _BUFFER_FORCE = 26, 33
_ANY = "0.0.0.0"  # noqa: S104 - a raw socket that sends and hears
_MAX_POLL = 0.05
_SHORTAGE_PAUSE = 0.01
_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EINTR})


def may_send_raw() -> bool:
    """True when this process may open raw sockets (CAP_NET_RAW)."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    except OSError:
        return False
    return True


class _Host:
    """What is known of one address: its number, its bytes, the sum its packets start from, its round trip."""

    __slots__ = ("answers", "base", "key", "name", "packed", "round_trip", "timeout")

    def __init__(self, name: str, source: str, packet: bytes) -> None:
        self.name = name
        self.packed = socket.inet_aton(name)
        self.key = int.from_bytes(self.packed, "big") << 16
        self.base = partial_sum(source, name, packet)
        self.round_trip = RoundTrip()
        self.timeout = FIRST_TIMEOUT
        self.answers = 0

    def measure(self, seconds: float) -> None:
        """A round trip took this long."""
        self.round_trip.measure(seconds)
        self.timeout = self.round_trip.timeout


class _Wave:
    __slots__ = ("deadline", "keys", "left", "number", "sent_at")

    def __init__(self, keys: list[int], number: int, sent_at: float, timeout: float) -> None:
        self.keys = keys
        self.left = len(keys)
        self.number = number
        self.sent_at = sent_at
        self.deadline = sent_at + timeout * number


class _Line:
    """The raw socket, the port kept for it, and the buffers of both directions."""

    def __init__(self) -> None:
        # With the port, what an answer must know of: nobody who does not see our packets can guess both.
        self.sequence = time.perf_counter_ns() & 0xFFFFFFFF
        self.held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_TCP)
        # Held but never listening: no one else gets this port, and the kernel refuses what comes to it.
        self.held.bind(("", 0))
        port = self.held.getsockname()[1]
        program = ctypes.create_string_buffer(answer_filter(port))
        steps = (len(program) - 1) // 8
        self.raw.setsockopt(
            socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HL", steps, ctypes.addressof(program))
        )
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        with suppress(OSError):
            self.raw.setsockopt(socket.SOL_SOCKET, _BUFFER_FORCE, _BUFFER)
        self.room = max(
            self.raw.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // _TRUE_SIZE, _LEAST_IN_FLIGHT
        )
        self.packet = syn(port, self.sequence)
        self.out = Outgoing(WAVE, self.packet)
        self.incoming = Incoming(2 * WAVE, ANSWER.size)
        self._asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._source: str | None = None

    def source_for(self, address: str) -> str:
        """The address of this machine that packets to this one are sent from."""
        try:
            self._asked.connect((address, 9))
            source = str(self._asked.getsockname()[0])
        except OSError:
            source = "127.0.0.1"  # no way there: sending fails as well
        if self._source not in (source, _ANY):
            # Bound to one address, the kernel shows us nothing of what comes to others: on loopback not our own packets.
            self._source = source if self._source is None else _ANY
            self.raw.bind((self._source, 0))
        return source

    def close(self) -> None:
        for opened in (self.raw, self.held, self._asked):
            opened.close()


class SynSweep(threading.Thread):
    """As PortSweep, for IPv4 `probes`. `per_second` caps what is sent; None: as fast as answers come."""

    def __init__(
        self, probes: Iterable[Probe], report: Callable[[States], None], per_second: int | None = PER_SECOND
    ) -> None:
        super().__init__(name="cyberai-syn", daemon=True)
        self._fresh = iter(probes)
        self._report = report
        self._per_second = per_second
        self._stopped = threading.Event()
        self._again: dict[int, deque[Probe]] = {number: deque() for number in range(2, _ATTEMPTS + 1)}
        self._waves: deque[_Wave] = deque()
        self._pending: dict[int, _Wave] = {}
        self._hosts: dict[str, _Host] = {}
        self._numbers: dict[int, _Host] = {}
        self._silent: list[Probe] = []
        self._lossy = False
        self._next_wave = 0.0
        self._told = Told(report)

    def stop(self) -> None:
        """End soon; what is in flight is not reported."""
        self._stopped.set()

    def run(self) -> None:
        """The sweep."""
        try:
            self._sweep()
            if not self._stopped.is_set():
                self._judge_silent()
        finally:
            self._report([])

    def _sweep(self) -> None:
        line = _Line()
        window = Window(_START_IN_FLIGHT, _LEAST_IN_FLIGHT, line.room)
        try:
            while not self._stopped.is_set():
                sent = self._send_wave(line, window)
                if not sent and not self._pending and time.monotonic() >= self._next_wave:
                    return
                self._collect(line, window, sent)
                self._told.pass_on(time.monotonic())
        finally:
            line.close()

    def _judge_silent(self) -> None:
        """Silent ports of addresses that answered at others are filtered, unless packets get lost; the rest connect
        has to tell."""
        found = self._told.found
        doubtful: list[Probe] = []
        for probe in self._silent:
            if self._hosts[probe[0]].answers and not self._lossy:
                found.append((*probe, PortState.FILTERED))
            else:
                doubtful.append(probe)
        self._told.flush()
        if doubtful:
            sweep = PortSweep(doubtful, self._passed_on)
            sweep.share_stop(self._stopped)
            sweep.run()

    def _passed_on(self, found: States) -> None:
        if found:
            self._report(found)

    def _send_wave(self, line: _Line, window: Window) -> bool:
        """Send what there is room and time for; False when nothing waits to be sent or it is not yet time."""
        now = time.monotonic()
        room = min(window.size - len(self._pending), WAVE)
        if room <= 0 or now < self._next_wave:
            return False
        number, probes = 1, list(islice(self._fresh, room))
        for attempt, waiting in self._again.items():
            if not probes and waiting:
                number = attempt
                probes = [waiting.popleft() for _ in range(min(room, len(waiting)))]
        if not probes:
            return False
        known = self._hosts.get
        hosts = [known(address) or self._host(line, address) for address, _ in probes]
        self._write(line, hosts, [port for _, port in probes])
        keys = [host.key | probe[1] for host, probe in zip(hosts, probes, strict=True)]
        wave = _Wave(keys, number, now, max([host.timeout for host in hosts]))
        self._waves.append(wave)
        self._pending.update(dict.fromkeys(keys, wave))
        self._transmit(line, len(probes))
        if self._per_second is not None:
            self._next_wave = max(self._next_wave, now) + len(probes) / self._per_second
        return True

    def _write(self, line: _Line, hosts: list[_Host], ports: list[int]) -> None:
        layout = struct.Struct(f"!{len(ports)}H")
        sums = checksums([host.base + port for host, port in zip(hosts, ports, strict=True)])
        line.out.fill(PORT_AT, 2, layout.pack(*ports))
        line.out.fill(CHECKSUM_AT, 2, layout.pack(*sums))
        line.out.address(b"".join([host.packed for host in hosts]))

    def _host(self, line: _Line, address: str) -> _Host:
        host = self._hosts[address] = _Host(address, line.source_for(address), line.packet)
        self._numbers[host.key >> 16] = host
        return host

    def _transmit(self, line: _Line, count: int) -> None:
        first = 0
        while first < count and not self._stopped.is_set():
            sent, code = line.out.send(line.raw, first, count)
            if sent:
                first += sent
            elif code in _LATER:
                time.sleep(_SHORTAGE_PAUSE)
            else:
                first += 1  # no way there: connect will tell why

    def _collect(self, line: _Line, window: Window, sent: bool) -> None:
        waves = self._waves
        while waves and not waves[0].left:
            waves.popleft()
        if not self._receive(line, window) and not sent:
            now = time.monotonic()
            until = waves[0].deadline if waves else now
            if now < self._next_wave and len(self._pending) < window.size:
                until = min(until, self._next_wave) if waves else self._next_wave
            select.select([line.raw], [], [], min(max(until - now, 0.0), _MAX_POLL))
        # Whatever answered before this moment is seen by the looks that follow it, so silence is proven.
        judged_at = time.monotonic()
        while self._receive(line, window):
            pass
        while waves and waves[0].deadline <= judged_at:
            self._judge(waves.popleft(), window)

    def _receive(self, line: _Line, window: Window) -> bool:
        """Take what has come; False when nothing has."""
        expected = line.sequence + 1 & 0xFFFFFFFF
        now = 0.0
        first = 0
        pending, numbers = self._pending, self._numbers
        closed, opened = PortState.CLOSED, PortState.OPEN
        found = self._told.found
        for address, port, acknowledged, _, flags in line.incoming.receive(line.raw, ANSWER):
            now = now or time.monotonic()
            wave = pending.pop(address << 16 | port, None) if acknowledged == expected else None
            if wave is None:
                continue
            wave.left -= 1
            host = numbers[address]
            if wave.number > 1:
                self._lossy = True
                window.answered(wave.number)
            else:
                first += 1
                if host.answers < 8 or not host.answers & 15:  # all of them would only take time
                    host.measure(now - wave.sent_at)
            host.answers += 1
            found.append((host.name, port, closed if flags & RESET else opened))
        window.grow(first)
        return now > 0.0

    def _judge(self, wave: _Wave, window: Window) -> None:
        for key in wave.keys:
            if self._pending.get(key) is not wave:
                continue
            del self._pending[key]
            probe = (self._numbers[key >> 16].name, key & 0xFFFF)
            if wave.number < _ATTEMPTS:
                self._again[wave.number + 1].append(probe)
            else:
                window.silent()
                self._silent.append(probe)
