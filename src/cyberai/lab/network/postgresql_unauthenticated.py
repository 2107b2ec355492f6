"""A PostgreSQL service that trusts everybody; its twin wants a password; and one that lets in and then refuses."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.postgresql-unauthenticated"
_SSL_REQUEST = 80_877_103
_STARTUP = 196_608
_MAX_STARTUP = 10_000
_TOLD = b"PostgreSQL 15.8 (Debian 15.8-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">I", 4 + len(body)) + body


def _error(code: str, text: str) -> bytes:
    return _message(b"E", f"SFATAL\0VFATAL\0C{code}\0M{text}\0\0".encode())


_READY = _message(b"Z", b"I")
_ADMITTED = (
    _message(b"R", struct.pack(">I", 0))
    + _message(b"S", b"server_version\x0015.8 (Debian 15.8-0+deb12u1)\0")
    + _message(b"S", b"client_encoding\0UTF8\0")
    + _message(b"K", struct.pack(">II", 118, 2))
    + _READY
)
_ROW = (
    _message(b"T", struct.pack(">H", 1) + b"version\0" + struct.pack(">IHIhiH", 0, 0, 25, -1, -1, 0))
    + _message(b"D", struct.pack(">HI", 1, len(_TOLD)) + _TOLD)
    + _message(b"C", b"SELECT 1\0")
    + _READY
)


class PostgresSession(PacketSession):
    """One connection. `trusts` lets everybody in; `fails` says after that what is said to a role that is not there."""

    def __init__(self, *, trusts: bool, fails: bool = False) -> None:
        super().__init__(self._length, self._answer)
        self._trusts = trusts
        self._fails = fails
        self._inside = False

    def _length(self, buffer: bytes) -> int:
        if self._inside:
            return 1 + struct.unpack(">I", buffer[1:5])[0] if len(buffer) >= 5 else 0
        size: int = struct.unpack(">I", buffer[:4])[0] if len(buffer) >= 4 else 0
        return size if size == 0 or 8 <= size <= _MAX_STARTUP else -1

    def _answer(self, message: bytes) -> bytes:
        if self._inside:
            self.closed = message[:1] == b"X"
            return b"" if self.closed else _ROW if message[:1] == b"Q" else _READY
        code = struct.unpack(">I", message[4:8])[0]
        if code == _SSL_REQUEST:
            return b"N"
        if code == _STARTUP and self._trusts:
            if not self._fails:
                self._inside = True
                return _ADMITTED
            self.closed = True
            return _ADMITTED[:9] + _error("28000", 'role "postgres" does not exist')
        if code == _STARTUP:
            return _message(b"R", struct.pack(">I", 10) + b"SCRAM-SHA-256\0\0")
        self.closed = True
        return _error("0A000", "unsupported frontend protocol")


def _ledger(fixed: bool) -> Session:
    return PostgresSession(trusts=not fixed)


def _other_role(_fixed: bool) -> Session:
    return PostgresSession(trusts=True, fails=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="ledger",
        session=_ledger,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="trust",
                summary="The superuser is let in without a password.",
            ),
        ),
    ),
    Service(name="ledger without that role", session=_other_role, checks=(CHECK,)),
)
