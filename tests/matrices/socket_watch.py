"""The proof at the socket: which connections this process began, and to where. All but the allowed ones fail."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Any

PUBLIC = "93.184.216.34"
"""A public address: a scan may connect to it, though this process does not."""

_watched: list["Watch"] = []


class Watch:
    """What was begun while it was on. `allowed` are the (address, port) that may be connected to."""

    def __init__(self, allowed: set[tuple[str, int]]) -> None:
        self.allowed = allowed
        self.reached: list[tuple[str, int]] = []
        self.strayed: list[Any] = []
        self.looked_up: list[str] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watched:
        return
    watch = _watched[-1]
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        where = arguments[1]
        if not isinstance(where, tuple):
            return  # a Unix socket, or one that is connected already
        if tuple(where[:2]) in watch.allowed:
            watch.reached.append((where[0], where[1]))
            return
        if where[0] != PUBLIC:
            watch.strayed.append(where)
        raise ConnectionRefusedError("the matrix lets no other connection out")
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        watch.looked_up.append(str(arguments[0]))
        raise socket.gaierror("the matrix asks no name server")


sys.addaudithook(_audit)


@contextlib.contextmanager
def watching(*allowed: tuple[str, int]) -> Iterator[Watch]:
    """Watch until the end; connections to elsewhere fail there and then and the test with them."""
    watch = Watch(set(allowed))
    _watched.append(watch)
    try:
        yield watch
    finally:
        _watched.remove(watch)
    assert watch.strayed == []


@contextlib.contextmanager
def canaries() -> Iterator[int]:
    """A port at which somebody listens on both loopback addresses, and must hear nothing."""
    for _ in range(100):
        with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            try:
                six.bind(("::1", four.getsockname()[1]))
            except OSError:
                continue
            for listener in (four, six):
                listener.listen()
                listener.setblocking(False)
            yield four.getsockname()[1]
            for listener in (four, six):
                with contextlib.suppress(BlockingIOError):
                    listener.accept()
                    raise AssertionError("somebody connected")
            return
    raise AssertionError("no port is free on both loopback addresses")
