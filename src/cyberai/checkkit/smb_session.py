"""A session of SMB 2 without an account: log in as nobody or as a guest, list shares and the names in them.

Sources: MS-SMB2, MS-NLMP, MS-SRVS (NetrShareEnum over the pipe `srvsvc`). Nothing here writes to a file.
"""

import struct

from msgspec import Struct

from cyberai.checkkit.smb import Smb2Answer, framed, header, hear, negotiate_2, read_answer, read_negotiated_2
from cyberai.checkkit.srvsvc import BIND, Share, enumerate_shares, read_shares
from cyberai.ports.network import Conversation

_SETUP, _TREE, _CREATE, _QUERY, _IOCTL = 1, 3, 5, 14, 11
_MORE_PROCESSING = 0xC0000016
_PIPE_TRANSCEIVE = 0x0011C017
_READ = 0x00120089
_PIPE = 0x0012019F
"""Reading data and attributes; a pipe is written to as well, for questions come in by it."""

_NTLM = b"NTLMSSP\0"
_FLAGS = 0x00088207
"""Unicode, OEM, target's name, NTLM, always sign, extended session security."""

MAX_NAMES = 50


class Files(Struct, frozen=True):
    """A share that was opened, with names in its first folder."""

    share: str
    names: tuple[str, ...]


class SmbSession:
    """One connection after its negotiation. Methods raise TransportError, and ValueError for what is no SMB."""

    def __init__(self, conversation: Conversation, host: str) -> None:
        self._conversation = conversation
        self._host = host
        self._number = 0
        self._session = 0

    async def negotiate(self) -> None:
        """Agree on a dialect."""
        await self._conversation.send(negotiate_2())
        read_negotiated_2(await hear(self._conversation))

    async def log_in(self, user: str) -> bool:
        """Log in by NTLM: as nobody for an empty name, else as a user without the right password. True when the
        server opens a session all the same."""
        answer = await self._ask(_SETUP, _setup(_NTLM + struct.pack("<II", 1, _FLAGS) + bytes(16)))
        self._session = answer.session
        if answer.status != _MORE_PROCESSING:
            return False
        answer = await self._ask(_SETUP, _setup(_authenticate(user)))
        # Bit 0 says that it is a guest's session: with a name, any other would be a real log-in.
        return answer.status == 0 and (not user or bool(answer.body[2] & 0x01))

    async def shares(self) -> tuple[Share, ...]:
        """The shares as the server lists them; none where it does not."""
        tree = await self.connect("IPC$")
        if tree is None:
            return ()
        pipe = await self._open(tree, "srvsvc", _PIPE)
        if pipe is None:
            return ()
        if not await self._transceive(tree, pipe, BIND):
            return ()
        return read_shares(await self._transceive(tree, pipe, enumerate_shares(self._host)))

    async def connect(self, share: str) -> int | None:
        """The id of the share's tree; None when it is refused."""
        path = f"\\\\{self._host}\\{share}".encode("utf-16-le")
        answer = await self._ask(_TREE, struct.pack("<HHHH", 9, 0, 72, len(path)) + path)
        return None if answer.status else answer.tree

    async def files(self, share: str) -> Files | None:
        """The names in the first folder of a share; None when it cannot be read."""
        tree = await self.connect(share)
        folder = None if tree is None else await self._open(tree, "", _READ)
        if tree is None or folder is None:
            return None
        pattern = "*".encode("utf-16-le")
        body = struct.pack("<HBBI", 33, 12, 0, 0) + folder + struct.pack("<HHI", 96, len(pattern), 16_384)
        answer = await self._ask(_QUERY, body + pattern, tree)
        if answer.status:
            return None
        return Files(share, names_in(buffer_of(answer, 2, wide=False)))

    async def _open(self, tree: int, name: str, access: int) -> bytes | None:
        raw = name.encode("utf-16-le")
        body = struct.pack("<HBBIQQ", 57, 0, 0, 2, 0, 0) + struct.pack("<IIIII", access, 0, 7, 1, 0)
        answer = await self._ask(
            _CREATE, body + struct.pack("<HHII", 120, len(raw), 0, 0) + (raw or bytes(2)), tree
        )
        return None if answer.status or len(answer.body) < 80 else answer.body[64:80]

    async def _transceive(self, tree: int, pipe: bytes, data: bytes) -> bytes:
        body = struct.pack("<HHI", 57, 0, _PIPE_TRANSCEIVE) + pipe
        body += struct.pack("<IIIIIIII", 120, len(data), 0, 0, 0, 65_536, 1, 0) + data
        answer = await self._ask(_IOCTL, body, tree)
        return b"" if answer.status else buffer_of(answer, 32, wide=True)

    async def _ask(self, command: int, body: bytes, tree: int = 0) -> Smb2Answer:
        self._number += 1
        await self._conversation.send(framed(header(command, self._number, tree, self._session) + body))
        while True:
            answer = read_answer(await hear(self._conversation))
            # 0x103: the answer follows later.
            if answer.status != 0x103:
                break
        if answer.command != command:
            raise ValueError("an answer to another command")
        return answer


def _setup(token: bytes) -> bytes:
    return struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(token), 0) + token


def _authenticate(user: str) -> bytes:
    """NTLM's third message. For nobody the LM answer is one zero byte (MS-NLMP, section 3.2.5.1.2); for a user the
    answers are no answers to the challenge."""
    name = user.encode("utf-16-le")
    lm, nt = (bytes(24), b"\x5a" * 24) if user else (b"\0", b"")
    at, heads, payload = 64, b"", b""
    for part in (lm, nt, b"", name, b"", b""):
        heads += struct.pack("<HHI", len(part), len(part), at + len(payload))
        payload += part
    return _NTLM + struct.pack("<I", 3) + heads + struct.pack("<I", _FLAGS | (0 if user else 0x800)) + payload


def buffer_of(answer: Smb2Answer, at: int, *, wide: bool) -> bytes:
    """The data that the body at `at` says where it is: offset and length, of two and four bytes or both of four."""
    if len(answer.body) < at + 8:
        raise ValueError("a body that is cut off")
    offset, size = struct.unpack_from("<II" if wide else "<HI", answer.body, at)
    if offset + size > len(answer.data):
        raise ValueError("data that runs over its message")
    return answer.data[offset : offset + size]


def names_in(listing: bytes) -> tuple[str, ...]:
    """File names of a listing of class FileNamesInformation (MS-FSCC, section 2.4.33)."""
    names: list[str] = []
    at = 0
    while at + 12 <= len(listing) and len(names) < MAX_NAMES:
        following, _, size = struct.unpack_from("<III", listing, at)
        name = listing[at + 12 : at + 12 + min(size, 512)].decode("utf-16-le", "replace")
        if name not in (".", ".."):
            names.append(name[:80])
        if following < 12:
            break
        at += following
    return tuple(names)
