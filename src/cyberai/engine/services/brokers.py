"""Message brokers."""

import struct

from cyberai.checkkit.text import Pattern
from cyberai.engine.services.ask import Ask, ports
from cyberai.engine.services.identity import (
    LIKELY,
    MAX_PRODUCT,
    MAX_VERSION,
    PROTOCOL,
    SURE,
    Identity,
    clean,
    cpe23,
)

_AMQP_CPE = {
    "RabbitMQ": "vmware:rabbitmq",
    "LavinMQ": "cloudamqp:lavinmq",
    "qpid-cpp": "apache:qpid-cpp",
    "Qpid": "apache:qpid",
    "apache-activemq-artemis": "apache:activemq_artemis",
}
_MAX_TABLE = 16_384


def _amqp091(data: bytes) -> Identity | None:
    """connection.start tells product and version before any log-in; a server of another version answers its own
    protocol header."""
    if data.startswith(b"AMQP") and len(data) >= 8:
        return Identity(protocol="amqp", confidence=PROTOCOL)
    if len(data) < 14 or data[:3] != b"\x01\x00\x00" or data[7:13] != b"\x00\x0a\x00\x0a\x00\x09":
        return None
    size = struct.unpack(">I", data[13:17])[0]
    table = data[17 : 17 + min(size, _MAX_TABLE)]
    product = clean(_long_string(table, b"product"), MAX_PRODUCT)
    version = clean(_long_string(table, b"version"), MAX_VERSION)
    cpe = _AMQP_CPE.get(product, "")
    return Identity(
        protocol="amqp",
        product=product,
        version=version if product else "",
        cpe=cpe23(cpe, version) if cpe else "",
        confidence=SURE if product else PROTOCOL,
    )


def _long_string(table: bytes, key: bytes) -> bytes:
    """The value of a long string in a field table. Nested tables may hold the same key: the outer ones come later
    only where a server sorts so, and none does for these."""
    at = table.find(bytes([len(key)]) + key + b"S")
    if at < 0:
        return b""
    start = at + len(key) + 2
    size = struct.unpack(">I", table[start : start + 4])[0]
    return table[start + 4 : start + 4 + min(size, 512)]


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def _packet(kind: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


MQTT_CONNECT = _packet(0x10, _text("MQTT") + b"\x04\x02\x00\x0a" + _text("cyberai-identify"))
MQTT_SUBSCRIBE = _packet(0x82, b"\x00\x01" + _text("$SYS/broker/version") + b"\x00")
_MOSQUITTO = Pattern(r"\$SYS/broker/version(?:mosquitto version ([\w.\-]{1,30}))?")
_SYS_VALUE = Pattern(r"\$SYS/broker/version([\x20-\x7e]{1,60})")


def _mqtt(data: bytes) -> Identity | None:
    """CONNACK, with what the broker keeps of itself where it lets everyone subscribe."""
    if len(data) < 4 or data[:2] != b"\x20\x02" or data[2] > 1 or data[3] > 5:
        return None
    match = _MOSQUITTO.search(data)
    if match is not None and match.groups[0]:
        version = clean(match.groups[0], MAX_VERSION)
        cpe = cpe23("eclipse:mosquitto", version)
        return Identity(protocol="mqtt", product="Mosquitto", version=version, cpe=cpe, confidence=SURE)
    return Identity(protocol="mqtt", confidence=PROTOCOL)


_STOMP_SERVER = Pattern(r"\nserver:([^/\n\r]{1,60})(?:/([\w.\-]{1,30}))?")


def _stomp(data: bytes) -> Identity | None:
    if (
        not data.lstrip(b"\n").startswith((b"CONNECTED\n", b"ERROR\n", b"CONNECTED\r\n", b"ERROR\r\n"))
        or b"\x00" not in data
    ):
        return None
    match = _STOMP_SERVER.search(data)
    if match is None:
        return Identity(protocol="stomp", confidence=LIKELY)
    product = clean(match.groups[0], MAX_PRODUCT)
    version = clean(match.groups[1], MAX_VERSION)
    return Identity(protocol="stomp", product=product, version=version, confidence=SURE - 5)


_OPENWIRE_VERSION = Pattern(r"ProviderVersion\x09..([\w.\-]{1,30})", dot_all=True)


def openwire(data: bytes) -> Identity | None:
    """ActiveMQ greets with its wire format."""
    if len(data) < 16 or data[4:14] != b"\x01ActiveMQ\x00":
        return None
    match = _OPENWIRE_VERSION.search(data)
    version = clean(match.groups[0], MAX_VERSION) if match is not None else ""
    cpe = cpe23("apache:activemq", version)
    return Identity(protocol="openwire", product="Apache ActiveMQ", version=version, cpe=cpe, confidence=SURE)


ASKS = (
    Ask(name="amqp", payload=b"AMQP\x00\x00\x09\x01", read=_amqp091, ports=ports(5672, 5671), usual=7),
    Ask(
        name="mqtt",
        payload=MQTT_CONNECT + MQTT_SUBSCRIBE,
        read=_mqtt,
        ports=ports(1883, 8883, 1884),
        usual=8,
    ),
    Ask(
        name="stomp",
        payload=b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:localhost\n\n\x00",
        read=_stomp,
        ports=ports(61613, 61614),
        usual=0,
    ),
)
