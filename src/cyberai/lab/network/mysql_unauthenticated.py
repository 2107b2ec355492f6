"""A MariaDB service whose root has no password; its twin's has one; and one that lets everybody in."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.mysql-unauthenticated"
_SALT = b"0123456789abcdefghij"
_GREETING = (
    b"\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\0"
    + struct.pack("<I", 7)
    + _SALT[:8]
    + b"\0"
    + struct.pack("<HBHHB", 0xF7FE & ~0x0800, 33, 2, 0x81FF, 21)
    + bytes(10)
    + _SALT[8:]
    + b"\0mysql_native_password\0"
)
_OK = b"\x00\x00\x00\x02\x00\x00\x00"
_EOF = b"\xfe\x00\x00\x02\x00"


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number & 0xFF]) + payload


def _text(value: bytes) -> bytes:
    return bytes([len(value)]) + value


def _rows(name: bytes, value: bytes) -> bytes:
    """A result of one column and one row."""
    column = b"".join(map(_text, (b"def", b"", b"", b"", name, b"")))
    column += b"\x0c" + struct.pack("<HIBHB", 33, 255, 253, 0, 0) + b"\0\0"
    parts = (b"\x01", column, _EOF, _text(value), _EOF)
    return b"".join(_packet(number, part) for number, part in enumerate(parts, 1))


class MariaSession(PacketSession):
    """One connection. `empty` are the users whose password is empty, None for all names there could be."""

    def __init__(self, empty: frozenset[bytes] | None) -> None:
        super().__init__(
            lambda buffer: 4 + int.from_bytes(buffer[:3], "little") if len(buffer) >= 4 else 0, self._answer
        )
        self._empty = empty
        self._user: bytes | None = None
        self._greeted = False

    def feed(self, data: bytes) -> bytes:
        greeting = b"" if self._greeted else _packet(0, _GREETING)
        self._greeted = True
        return greeting + super().feed(data)

    def _answer(self, message: bytes) -> bytes:
        number, payload = message[3] + 1, message[4:]
        if self._user is None:
            return self._log_in(number, payload)
        if payload[:1] == b"\x03":
            if b"CURRENT_USER()" in payload.upper():
                return _rows(b"CURRENT_USER()", self._user + b"@localhost")
            if b"@@" in payload or payload[1:7].upper() == b"SELECT":
                return _rows(b"value", b"1")
            return _packet(number, _OK)
        self.closed = payload[:1] != b"\x0e"
        return b"" if self.closed else _packet(number, _OK)

    def _log_in(self, number: int, payload: bytes) -> bytes:
        user, _, rest = payload[32:].partition(b"\0")
        known = self._empty is None or user in self._empty
        if number == 2 and known and rest[:1] == b"\0" and len(payload) > 32:
            self._user = user
            return _packet(number, _OK)
        self.closed = True
        told = b"Access denied for user '%s'@'localhost' (using password: NO)" % user[:80]
        return _packet(number, b"\xff\x15\x04#28000" + told)


def _orders(fixed: bool) -> Session:
    return MariaSession(frozenset() if fixed else frozenset({b"root"}))


def _anyone(_fixed: bool) -> Session:
    """A decoy, or a proxy that asks later: nobody's password is wrong here."""
    return MariaSession(None)


SERVICES: tuple[Service, ...] = (
    Service(
        name="orders",
        session=_orders,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="root without password",
                summary="Root is let in with an empty password.",
                intrusive=True,
            ),
        ),
        greets=True,
    ),
    Service(name="decoy of a database", session=_anyone, checks=(CHECK,), greets=True),
)
