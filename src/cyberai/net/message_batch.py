"""Many small datagrams by one system call (sendmmsg and recvmmsg of Linux), out of one buffer of equal slots."""

import ctypes
import errno
import socket
import struct
from collections.abc import Iterable

_DONT_WAIT = 0x40
_NAME_BYTES = 16


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


_libc = ctypes.CDLL(None, use_errno=True)
_MESSAGE_BYTES = ctypes.sizeof(_Message)


class _Slots:
    """`count` slots of `size` bytes in one buffer, as the system calls want them described; `names` holds a socket
    address for each, where they are to be sent."""

    def __init__(self, buffer: bytearray, size: int, names: bytearray | None = None) -> None:
        count = len(buffer) // size
        start = _address(buffer)
        self.vectors = (_Vector * count)(*[_Vector(start + index * size, size) for index in range(count)])
        vector, width = ctypes.addressof(self.vectors), ctypes.sizeof(_Vector)
        name = None if names is None else _address(names)
        self.messages = (_Message * count)(
            *[
                _Message(
                    _Header(
                        None if name is None else name + index * _NAME_BYTES,
                        0 if name is None else _NAME_BYTES,
                        vector + index * width,
                        1,
                    )
                )
                for index in range(count)
            ]
        )


def _address(buffer: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))


class Outgoing:
    """Packets of one size to IPv4 addresses: fill their slots by strided slices, then send."""

    def __init__(self, count: int, packet: bytes) -> None:
        self.size = len(packet)
        self.packets = bytearray(packet * count)
        self.names = bytearray((struct.pack("=H", socket.AF_INET) + bytes(14)) * count)
        self._slots = _Slots(self.packets, self.size, self.names)

    def fill(self, offset: int, width: int, values: bytes) -> None:
        """Write values of `width` bytes each to `offset` of the packets from the first on."""
        _spread(self.packets, offset, self.size, width, values)

    def address(self, values: bytes) -> None:
        """Write four bytes of address to each name from the first on."""
        _spread(self.names, 4, _NAME_BYTES, 4, values)

    def send(self, opened: socket.socket, first: int, end: int) -> tuple[int, int]:
        """Send the slots from `first` up to `end`; (how many went, the error number that stopped it or 0)."""
        start = ctypes.byref(self._slots.messages, first * _MESSAGE_BYTES)
        sent = _libc.sendmmsg(opened.fileno(), start, end - first, _DONT_WAIT)
        return (sent, 0) if sent >= 0 else (0, ctypes.get_errno())


class Incoming:
    """Room for `count` datagrams of which the first `size` bytes matter."""

    def __init__(self, count: int, size: int) -> None:
        self._size, self._count = size, count
        self._buffer = bytearray(count * size)
        self._slots = _Slots(self._buffer, size)

    def receive(self, opened: socket.socket, layout: struct.Struct) -> Iterable[tuple[int, ...]]:
        """What has come, read by `layout` (of `size` bytes): nothing when nothing has. Raise OSError."""
        came = _libc.recvmmsg(opened.fileno(), self._slots.messages, self._count, _DONT_WAIT, None)
        if came > 0:
            return layout.iter_unpack(memoryview(self._buffer)[: came * self._size])
        code = ctypes.get_errno()
        if came < 0 and code not in (errno.EAGAIN, errno.EINTR):
            raise OSError(code, "recvmmsg failed")
        return ()


def _spread(buffer: bytearray, offset: int, stride: int, width: int, values: bytes) -> None:
    end = len(values) // width * stride
    for index in range(width):
        buffer[offset + index : end : stride] = values[index::width]
