"""Fuzz entry: what a server that lies may send to the Python SDK: answers, gzip bodies, event streams."""

import contextlib

from cyberai_sdk import CyberAIError, InvalidResponse
from cyberai_sdk._judging import value_of
from cyberai_sdk._reading import Unpacker
from cyberai_sdk._retry import told_wait
from cyberai_sdk._sse import Parser
from cyberai_sdk._wire import Answer, Request, TransportFailure
from cyberai_sdk.models import Event, Scan

LIMIT = 4096
_REQUEST = Request("GET", "http://127.0.0.1/v1/scans", {}, None, 1.0)


def fuzz_one(data: bytes) -> None:
    """Any bytes: a value, or one of the SDK's own errors; never more than the limit, never another error."""
    headers = {"content-type": "application/json", "retry-after": data[:40].decode("latin-1")}
    for status, kind in ((200, Scan), (200, Event), (503, Scan)):
        with contextlib.suppress(CyberAIError):
            value_of(Answer(status, headers, data), kind, _REQUEST, 0.0)
    assert (told_wait(429, headers, 0.0) or 0.0) >= 0.0
    with contextlib.suppress(InvalidResponse, TransportFailure):
        unpacker = Unpacker({"content-encoding": "gzip"}, LIMIT)
        assert len(unpacker.feed(data)) <= LIMIT
        unpacker.end()
    with contextlib.suppress(InvalidResponse):
        assert all(len(event.data) <= LIMIT for event in Parser(LIMIT).feed(data))
