"""Hostile bytes as a proxy's answer to CONNECT: a tunnel only for a whole head of 2xx, else a TransportError."""

from cyberai.net.proxy import Proxy, judge_answer
from cyberai.ports.network import TransportError


def fuzz_one(data: bytes) -> None:
    """Nothing but TransportError leaves it, and no tunnel opens without the end of a head."""
    try:
        judge_answer(data, Proxy("proxy.example", 3128), "192.0.2.1:443")
    except TransportError:
        return
    assert data.startswith(b"HTTP/1.")
    assert data.endswith(b"\r\n\r\n")
