"""A file server (MS-SMB2) with a few names in its shares: sessions without an account, no contents, nothing to write."""

import struct

import msgspec

from cyberai.lab.network import _srvsvc

MAX_BUFFER = 140_000
_OK, _MORE, _DENIED = 0, 0xC0000016, 0xC0000022
_NO_SHARE, _INVALID, _NO_FILES = 0xC00000CC, 0xC000000D, 0x80000006
_NOT_SUPPORTED = 0xC00000BB
_NEGOTIATE, _SETUP, _LOGOFF, _TREE, _ECHO = 0, 1, 2, 3, 13


class FileServer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server allows. `open_to` names who gets a session without an account: "nobody", "guest". `shares` are names
    with the names inside; those in `guarded` are listed and not opened. `any_share` lets every share be connected to."""

    version_1: bool = False
    signs: bool = True
    open_to: frozenset[str] = frozenset()
    shares: tuple[tuple[str, tuple[str, ...]], ...] = ()
    guarded: frozenset[str] = frozenset()
    any_share: bool = False


class FileSession:
    """One connection."""

    def __init__(self, server: FileServer) -> None:
        self.closed = False
        self._server = server
        self._buffer = b""
        self._logged_in = False
        self._trees: list[str] = []
        self._handles: list[tuple[str, bool]] = []

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while len(self._buffer) >= 4 and not self.closed:
            size = int.from_bytes(self._buffer[1:4], "big")
            if self._buffer[0] or size > MAX_BUFFER:
                self.closed = True
                break
            if len(self._buffer) < size + 4:
                break
            message, self._buffer = self._buffer[4 : size + 4], self._buffer[size + 4 :]
            try:
                answer = self._message(message)
            except (IndexError, ValueError, struct.error):
                answer = b""
            self.closed = not answer
            output += struct.pack("!I", len(answer)) + answer if answer else b""
        return output

    def _message(self, message: bytes) -> bytes:
        """The answer; empty to hang up."""
        if message[:5] == b"\xffSMB\x72":
            return self._negotiate_1(message)
        if message[:4] != b"\xfeSMB" or len(message) < 66:
            return b""
        command = struct.unpack_from("<H", message, 12)[0]
        tree = struct.unpack_from("<I", message, 36)[0]
        status, body, new_tree = self._run(command, message, tree)
        head = b"\xfeSMB" + struct.pack("<HHIHHII", 64, 1, status, command, 31, 1, 0) + message[24:32]
        head += message[32:36] + struct.pack("<IQ", new_tree or tree, 1) + bytes(16)
        return head + (body or struct.pack("<HHIB", 9, 0, 0, 0))

    def _negotiate_1(self, message: bytes) -> bytes:
        """SMB 1 alone: the parameters of NT LM 0.12, or no dialect at all."""
        head = message[:9] + b"\x98\x01\x48" + message[12:32]
        offered = message[35:].split(b"\0")
        if not self._server.version_1 or b"\x02NT LM 0.12" not in offered:
            return head + b"\x01\xff\xff\x00\x00" if b"\x02NT LM 0.12" in offered else b""
        index = offered.index(b"\x02NT LM 0.12")
        mode = 0x0F if self._server.signs else 0x03
        words = struct.pack("<HBHHIIII", index, mode, 50, 1, 16_644, 65_536, 1, 0x8000E3FD) + bytes(11)
        return head + b"\x11" + words + struct.pack("<H", 16) + b"harbour-files-01"

    def _run(self, command: int, message: bytes, tree: int) -> tuple[int, bytes, int]:
        """(status, body, tree id where it is a new one)."""
        body = message[64:]
        if command == _NEGOTIATE:
            return *self._negotiate(body), 0
        if command == _SETUP:
            return *self._set_up(message), 0
        if command in (_ECHO, _LOGOFF):
            return _OK, struct.pack("<HH", 4, 0), 0
        if not self._logged_in:
            return _DENIED, b"", 0
        if command == _TREE:
            return self._connect(message)
        if not 1 <= tree <= len(self._trees):
            return _INVALID, b"", 0
        return *self._inside(command, message, tree), 0

    def _inside(self, command: int, message: bytes, tree: int) -> tuple[int, bytes]:
        """What is asked of a share."""
        match command:
            case 4:
                return _OK, struct.pack("<HH", 4, 0)
            case 5:
                return self._create(message, self._trees[tree - 1])
            case 6:
                return _OK, struct.pack("<HHI", 60, 0, 0) + bytes(52)
            case 11:
                return self._pipe(message)
            case 14:
                return self._list(message[64:])
        return _NOT_SUPPORTED, b""

    def _negotiate(self, body: bytes) -> tuple[int, bytes]:
        count = struct.unpack_from("<H", body, 2)[0]
        offered = struct.unpack_from(f"<{count}H", body, 36)
        known = [dialect for dialect in offered if dialect in (0x0202, 0x0210, 0x0300, 0x0302)]
        if not known:
            return _NOT_SUPPORTED, b""
        mode = 3 if self._server.signs else 1
        head = struct.pack("<HHHH", 65, mode, max(known), 0) + b"harbour-files-01"
        return _OK, head + struct.pack("<IIIIQQHHI", 0, 65_536, 65_536, 65_536, 0, 0, 128, 0, 0) + b"\0"

    def _set_up(self, message: bytes) -> tuple[int, bytes]:
        offset, size = struct.unpack_from("<HH", message, 64 + 12)
        token = message[offset : offset + size]
        start = token.find(b"NTLMSSP\0")
        kind = struct.unpack_from("<I", token, start + 8)[0] if start >= 0 else 0
        if kind == 1:
            challenge = (
                b"NTLMSSP\0" + struct.pack("<IHHII", 2, 0, 0, 56, 0x00088207) + b"\x11" * 8 + bytes(24)
            )
            return _MORE, struct.pack("<HHHH", 9, 0, 72, len(challenge)) + challenge
        if kind != 3:
            return _INVALID, b""
        user = struct.unpack_from("<H", token, start + 36)[0]
        who = "guest" if user else "nobody"
        self._logged_in = who in self._server.open_to
        if not self._logged_in:
            return _DENIED, b""
        return _OK, struct.pack("<HHHH", 9, 1 if user else 2, 72, 0) + b"\0"

    def _connect(self, message: bytes) -> tuple[int, bytes, int]:
        offset, size = struct.unpack_from("<HH", message, 64 + 4)
        share = message[offset : offset + size].decode("utf-16-le").rpartition("\\")[2].lower()
        known = {name.lower() for name, _ in self._server.shares} | {"ipc$"}
        if share not in known and not self._server.any_share:
            return _NO_SHARE, b"", 0
        if share in self._server.guarded:
            return _DENIED, b"", 0
        self._trees.append(share)
        kind = 2 if share == "ipc$" else 1
        return _OK, struct.pack("<HBBIII", 16, kind, 0, 0, 0, 0x001F01FF), len(self._trees)

    def _create(self, message: bytes, share: str) -> tuple[int, bytes]:
        offset, size = struct.unpack_from("<HH", message, 64 + 44)
        name = message[offset : offset + size].decode("utf-16-le") if size else ""
        if (share == "ipc$") != (name.lower() == "srvsvc") or (share != "ipc$" and name):
            return 0xC0000034, b""
        self._handles.append((share, False))
        handle = len(self._handles).to_bytes(8, "little") * 2
        return _OK, struct.pack("<HBBI", 89, 0, 0, 1) + bytes(56) + handle + struct.pack("<II", 0, 0)

    def _pipe(self, message: bytes) -> tuple[int, bytes]:
        code = struct.unpack_from("<I", message, 64 + 4)[0]
        offset, size = struct.unpack_from("<II", message, 64 + 24)
        if code != 0x0011C017:
            return _NOT_SUPPORTED, b""
        names = tuple(name for name, _ in self._server.shares)
        answer = _srvsvc.answer(message[offset : offset + size], names)
        head = struct.pack("<HHI", 49, 0, code) + message[64 + 8 : 64 + 24]
        return _OK, head + struct.pack("<IIIIII", 112, 0, 112, len(answer), 0, 0) + answer

    def _list(self, body: bytes) -> tuple[int, bytes]:
        """Names of the first folder, as FileNamesInformation, once for each handle."""
        number = int.from_bytes(body[8:16], "little")
        if body[2] != 12 or not 1 <= number <= len(self._handles):
            return _INVALID, b""
        share, told = self._handles[number - 1]
        if told:
            return _NO_FILES, b""
        self._handles[number - 1] = (share, True)
        inside = next((files for name, files in self._server.shares if name.lower() == share), ())
        rows = [".", "..", *inside]
        listing = b""
        for index, name in enumerate(rows):
            raw = name.encode("utf-16-le")
            row = struct.pack("<II", 0, len(raw)) + raw
            row += bytes(-(len(row) + 4) % 8)
            listing += struct.pack("<I", 0 if index == len(rows) - 1 else len(row) + 4) + row
        return _OK, struct.pack("<HHI", 9, 72, len(listing)) + listing
