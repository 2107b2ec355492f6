"""Questions to a port that hangs up on HTTP, TLS and lines of text: each the first message of one binary protocol, which
changes nothing, and how an answer to it begins."""

import struct
from collections.abc import Callable

from msgspec import Struct

from cyberai.checkkit.text import Pattern


class Question(Struct, frozen=True):
    """`payload` makes a server of `protocol` answer; `recognises(answer)` says that the answer is of that protocol.
    `ports` are those where it is usually found."""

    protocol: str
    ports: tuple[int, ...]
    payload: bytes
    recognises: Callable[[bytes], bool]


_MQTT_HELLO = b"\x10\x13\x00\x04MQTT\x04\x02\x00\x0a\x00\x07cyberai"
_MQTT_MOST = 5
_CASSANDRA_OPTIONS = b"\x03\x00\x00\x00\x05\x00\x00\x00\x00"
_X11_SETUP = b"l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"
_ZOOKEEPER = Pattern(r"^(?:Zookeeper version: |srvr is not executed because it is not in the whitelist)")
_KAFKA_ID = b"\x2b\x57\x5a\x12"
_KAFKA_VERSIONS = struct.pack(">ihh", 17, 18, 0) + _KAFKA_ID + b"\x00\x07cyberai"
_RPC_ID = b"\x2b\x57\x5a\x11"


def _rpc_null(program: int, version: int) -> bytes:
    """A call of procedure 0, which does nothing, as one record (RFC 5531, sections 9 and 11)."""
    call = _RPC_ID + struct.pack(">IIIIIIIII", 0, 2, program, version, 0, 0, 0, 0, 0)
    return struct.pack(">I", 0x80000000 | len(call)) + call


def _is_rpc(answer: bytes) -> bool:
    """Accepted, and executed: the reply to our call with status SUCCESS."""
    return len(answer) >= 28 and answer[4:12] == _RPC_ID + b"\0\0\0\1" and answer[24:28] == b"\0\0\0\0"


def _is_x11(answer: bytes) -> bool:
    """Setup's answer: refused, admitted or asked further, with protocol 11."""
    return len(answer) >= 8 and answer[0] in (0, 1, 2) and answer[2:4] == b"\x0b\x00"


QUESTIONS: tuple[Question, ...] = (
    Question(
        "postgresql", (5432, 5433), struct.pack(">II", 8, 80_877_103), lambda said: said in (b"S", b"N")
    ),
    Question(
        "amqp",
        (5672, 5671),
        b"AMQP\x00\x00\x09\x01",
        lambda said: (
            said[:4] == b"AMQP" or (said[:3] == b"\x01\x00\x00" and said[7:11] == b"\x00\x0a\x00\x0a")
        ),
    ),
    Question(
        "mqtt",
        (1883, 8883),
        _MQTT_HELLO,
        lambda said: said[:2] == b"\x20\x02" and len(said) >= 4 and said[3] <= _MQTT_MOST,
    ),
    Question("zookeeper", (2181,), b"srvr", lambda said: _ZOOKEEPER.search(said) is not None),
    Question("cassandra", (9042,), _CASSANDRA_OPTIONS, lambda said: said[:5] == b"\x83\x00\x00\x00\x06"),
    Question("x11", tuple(range(6000, 6010)), _X11_SETUP, _is_x11),
    Question("kafka", (9092,), _KAFKA_VERSIONS, lambda said: said[4:10] == _KAFKA_ID + b"\0\0"),
    Question("rpcbind", (111,), _rpc_null(100_000, 2), _is_rpc),
    Question("mountd", (20_048,), _rpc_null(100_005, 3), _is_rpc),
)
