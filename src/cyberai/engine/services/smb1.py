"""The old SMB protocol, asked only of Samba: where it is still on, a server tells its version in it."""

import struct

from cyberai.checkkit.text import Pattern
from cyberai.engine.services.identity import MAX_VERSION, SURE, Identity, clean, cpe23
from cyberai.engine.services.rules import system_in

MARK = b"\xffSMB"
_NAME = "Samba ".encode("utf-16-le")
_VERSION = Pattern(r"^Samba (\d[\d.]{1,20})")


def _message(command: int, words: bytes, body: bytes) -> bytes:
    # Unicode, NT status codes, extended security, long names.
    header = MARK + struct.pack("<BIBHH8xHHHHH", command, 0, 0x18, 0xC801, 0, 0, 0xFFFF, 0x4359, 0, 1)
    message = header + bytes([len(words) // 2]) + words + struct.pack("<H", len(body)) + body
    return struct.pack(">I", len(message)) + message


NEGOTIATE = _message(0x72, b"", b"\x02NT LM 0.12\x00")


def session_setup(token: bytes) -> bytes:
    """The first step of a log-in, with the same token as in SMB 2; no step follows."""
    words = struct.pack("<BBHHHHIHII", 0xFF, 0, 0, 0xFFFF, 2, 1, 0, len(token), 0, 0x8000_0054)
    padding = b"\x00" * ((len(token) + 1) % 2)
    return _message(0x73, words, token + padding + bytes(4))


def read(data: bytes) -> Identity | None:
    """The name that the server gives itself in the answer to `session_setup`."""
    at = data.find(_NAME, 4)
    if data[4:8] != MARK or at < 0:
        return None
    words = (
        data[at : at + 160].decode("utf-16-le", "replace").partition("\x00")[0].encode("latin-1", "replace")
    )
    match = _VERSION.search(words)
    if match is None:
        return None
    version = clean(match.groups[0], MAX_VERSION)
    cpe = cpe23("samba:samba", version)
    return Identity(
        protocol="smb", product="Samba", version=version, cpe=cpe, os=system_in(words), confidence=SURE
    )
