"""Dialogues in lines: FTP, SMTP, POP3 and IMAP, of which the first two answer with numbers (RFC 959, section 4.2)."""

from collections.abc import Callable

from msgspec import Struct

from cyberai.checkkit.text import Pattern
from cyberai.ports.network import Conversation

MAX_REPLY = 32_768
"""Bytes of one reply; what is longer counts as none."""

_GAP = 0.02
_CODE = Pattern(r"^[1-5][0-9]{2}([ -]|\r?\n)")


class Reply(Struct, frozen=True):
    """A reply with its number (0 when what came is no reply, or nothing came) and all its lines as they came."""

    code: int = 0
    text: bytes = b""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines without their numbers."""
        return tuple(line[4:].decode("latin-1").rstrip("\r") for line in self.text.split(b"\n") if line)


class LineDialogue:
    """A conversation in lines. `sent` and `heard` are what was said, for the evidence. `gap` is how many seconds of
    silence end a look at what has come: 0 where every reply says itself where it ends."""

    def __init__(self, conversation: Conversation, *, gap: float = _GAP) -> None:
        self._conversation = conversation
        self._gap = gap
        self._held = b""
        self.sent = b""
        self.heard = b""

    @property
    def left(self) -> bytes:
        """What came and belongs to no reply that was heard."""
        return self._held

    async def greeting(self) -> Reply:
        """What the server says by itself; raise TransportError."""
        return await self._reply()

    async def ask(self, command: str) -> Reply:
        """The numbered reply to a command; raise TransportError."""
        await self.say(command)
        return await self._reply()

    async def say(self, command: str) -> None:
        """Send one line; raise TransportError."""
        data = command.encode() + b"\r\n"
        self.sent += data
        await self._conversation.send(data)

    async def hear(self, ended: Callable[[bytes], int]) -> bytes:
        """What comes up to where `ended` says it is over: the length of what belongs together, 0 while more is to
        come. Empty when that never came; raise TransportError."""
        while True:
            length = ended(self._held)
            if length:
                said, self._held = self._held[:length], self._held[length:]
                return said
            if len(self._held) > MAX_REPLY:
                return b""
            more = await self._conversation.receive(4_096, quiet=self._gap)
            if not more:
                return b""
            self.heard += more
            self._held += more

    async def _reply(self) -> Reply:
        text = await self.hear(reply_length)
        return Reply(int(text[:3]), text) if _CODE.search(text) is not None else Reply(0, text)


def reply_length(held: bytes) -> int:
    """The length of the numbered reply at the beginning, 0 while it is not complete. What does not begin with a
    number ends with its line."""
    at = 0
    many = held[3:4] == b"-" and held[:3].isdigit()
    while True:
        end = held.find(b"\n", at) + 1
        if end == 0:
            return 0
        line = held[at:end]
        if not many or (line[:3] == held[:3] and line[3:4] != b"-"):
            return end
        at = end


def line_length(held: bytes) -> int:
    """The length of the line at the beginning, 0 while it is not complete."""
    return held.find(b"\n") + 1


def block_length(held: bytes) -> int:
    """The length of a POP3 answer of several lines, whose end is a line of a single dot (RFC 1939, section 3); of one
    line when it is refused."""
    if not held.startswith(b"+OK"):
        return line_length(held)
    end = held.find(b"\n.\r\n")
    return end + 4 if end >= 0 else 0


def tagged_length(tag: str) -> Callable[[bytes], int]:
    """For IMAP: up to the end of the line that begins with the tag (RFC 9051, section 2.2.2)."""
    start = tag.encode() + b" "

    def ended(held: bytes) -> int:
        at = 0 if held.startswith(start) else held.find(b"\n" + start) + 1
        if at == 0 and not held.startswith(start):
            return 0
        return held.find(b"\n", at) + 1

    return ended
