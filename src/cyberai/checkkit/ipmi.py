"""The messages of IPMI over LAN that are answered without a session (IPMI v2.0, revision 1.1).

Everything read is hostile: what does not fit is no answer.
"""

import struct

from msgspec import Struct

_RMCP = b"\x06\x00\xff\x07"
_NO_SESSION = bytes(9)
_GET_CAPABILITIES = 0x38
_OPEN_REQUEST, _OPEN_RESPONSE = 0x10, 0x11
_ADMINISTRATOR = 4


class Capabilities(Struct, frozen=True):
    """What Get Channel Authentication Capabilities (section 22.13) says: whether sessions of type `none` are taken,
    whether a user without name and password is enabled, and whether version 2.0 is spoken."""

    takes_none: bool
    anonymous: bool
    version_2: bool


def _checksum(data: bytes) -> int:
    return -sum(data) & 0xFF


def _lan_message(network_function: int, command: int, data: bytes) -> bytes:
    """A request to the BMC (0x20) from a console (0x81), section 13.8."""
    head = bytes([0x20, network_function << 2])
    body = bytes([0x81, 0x00, command]) + data
    return head + bytes([_checksum(head)]) + body + bytes([_checksum(body)])


def capabilities_request() -> bytes:
    """Get Channel Authentication Capabilities of the present channel for administrators, extended data wanted."""
    message = _lan_message(0x06, _GET_CAPABILITIES, bytes([0x8E, _ADMINISTRATOR]))
    return _RMCP + _NO_SESSION + bytes([len(message)]) + message


CAPABILITIES = capabilities_request()


def read_capabilities(raw: bytes) -> Capabilities | None:
    """What an answer to CAPABILITIES says; None for anything else or an error."""
    if len(raw) < 30 or raw[:4] != _RMCP or raw[4] != 0:
        return None
    message = raw[14 : 14 + raw[13]]
    if len(message) < 15 or message[5] != _GET_CAPABILITIES or message[6] != 0:
        return None
    types, status, extended = message[8], message[9], message[10]
    version_2 = bool(types & 0x80) and bool(extended & 0x02)
    return Capabilities(bool(types & 0x01), bool(status & 0x01), version_2)


def open_session(number: int, suite: int) -> bytes:
    """RMCP+ Open Session Request (section 13.17): one algorithm `suite` for each of the three protections."""
    payload = bytes([0x00, _ADMINISTRATOR, 0, 0]) + struct.pack("<I", number)
    for kind in range(3):
        payload += bytes([kind, 0, 0, 8, suite & 0x3F, 0, 0, 0])
    return _RMCP + b"\x06" + bytes([_OPEN_REQUEST]) + bytes(8) + struct.pack("<H", len(payload)) + payload


def opened(raw: bytes, number: int, suite: int) -> bool:
    """True for an Open Session Response (section 13.18) without error to this request, with those algorithms."""
    if len(raw) < 16 + 36 or raw[:5] != _RMCP + b"\x06" or raw[5] & 0x3F != _OPEN_RESPONSE:
        return False
    payload = raw[16:]
    algorithms = (payload[16], payload[24], payload[32])
    return payload[1] == 0 and payload[4:8] == struct.pack("<I", number) and set(algorithms) == {suite}
