"""Signs that a service has started: what a test waits for."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path


def accepts(*ports: int) -> Callable[[], bool]:
    """True once connections to all of these ports of 127.0.0.1 are taken."""

    def asked() -> bool:
        for port in ports:
            try:
                socket.create_connection(("127.0.0.1", port), 5).close()
            except OSError:
                return False
        return True

    return asked


def greets(port: int) -> Callable[[], bool]:
    """True once the service there says something by itself."""

    def asked() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
            return bool(connection.recv(1))
        return False

    return asked


def listens_to_datagrams(port: int) -> Callable[[], bool]:
    """True once a socket for datagrams is bound to the port."""
    bound = f":{port:04X}"

    def asked() -> bool:
        rows = Path("/proc/net/udp").read_text().splitlines()[1:]
        return any(row.split()[1].endswith(bound) for row in rows)

    return asked
