"""A connected socket to read and write, plain or through TLS; the caller sets the deadlines."""

import asyncio
import socket
import ssl

from cyberai.net.failure import from_os_error
from cyberai.ports.network import TransportError, TransportReason

_CHUNK = 65_536


class Stream:
    """Bytes over one connection. `where` is `host:port` for messages."""

    def __init__(self, opened: socket.socket, where: str) -> None:
        self._socket = opened
        self._where = where
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    async def send(self, data: bytes) -> None:
        """Send everything; raise TransportError."""
        if self._tls is None:
            await self._write(data)
            return
        self._tls.write(data)
        await self._flush()

    async def receive(self) -> bytes:
        """The next bytes, empty at the end; raise TransportError."""
        if self._tls is None:
            return await self._read()
        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._pull():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                raise from_os_error(error, self._where) from error

    async def start_tls(self, context: ssl.SSLContext, server_name: str) -> ssl.SSLObject:
        """Shake hands; raise TransportError TLS_FAILED, or CERTIFICATE with a verifying context."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._pull():
                    raise self._closed_in_handshake() from None
            except ssl.SSLError as error:
                raise from_os_error(error, self._where) from error
            else:
                await self._flush()
                self._tls = tls
                return tls

    def _closed_in_handshake(self) -> TransportError:
        detail = f"{self._where} closed the connection during the TLS handshake"
        return TransportError(TransportReason.TLS_FAILED, detail)

    async def _pull(self) -> bool:
        try:
            data = await self._read()
        except TransportError as error:
            if self._tls is None and error.reason is TransportReason.RESET:
                raise self._closed_in_handshake() from error
            raise
        if data:
            self._incoming.write(data)
        return bool(data)

    async def _flush(self) -> None:
        pending = self._outgoing.read()
        if pending:
            await self._write(pending)

    async def _read(self) -> bytes:
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, _CHUNK)
        except OSError as error:
            raise from_os_error(error, self._where) from error

    async def _write(self, data: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise from_os_error(error, self._where) from error

    def close(self) -> None:
        """Close without a farewell."""
        self._socket.close()
