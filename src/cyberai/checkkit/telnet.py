"""As much of Telnet as it takes to be shown a prompt: every option is refused (RFC 854, RFC 1143)."""

from collections.abc import Callable

from cyberai.checkkit.text import Pattern
from cyberai.ports.network import Conversation, TransportError, TransportReason

MAX_TEXT = 8_192
ROUNDS = 5
_IAC, _DONT, _DO, _WONT, _WILL, _SUB, _END = 255, 254, 253, 252, 251, 250, 240
_PROMPT = Pattern(
    r"(?:^|[\r\n])[^\r\n]{0,60}\b(?:login|user ?name|user|password|passcode) ?:[ \t\x00]*$", ignore_case=True
)

_SHELL = Pattern(r"(?:^|[\r\n])[^\r\n]{0,60}[#$>%][ \x00]*(?:\x1b\[[0-9;]*m)*$")
_REFUSED = Pattern(r"incorrect|invalid|fail|denied|error|bad |wrong|locked", ignore_case=True)


def read(data: bytes) -> tuple[bytes, bytes]:
    """(the text without commands, the refusal of every option that was offered or asked for). A command that is cut
    off ends the text."""
    text, answer = bytearray(), bytearray()
    at = 0
    while at < len(data):
        if data[at] != _IAC:
            text.append(data[at])
            at += 1
            continue
        command = data[at + 1 : at + 3]
        if not command:
            break
        if command[0] == _IAC:
            text.append(_IAC)
            at += 2
        elif command[0] == _SUB:
            end = data.find(bytes((_IAC, _END)), at)
            at = end + 2 if end >= 0 else len(data)
        elif command[0] in (_WILL, _WONT, _DO, _DONT):
            if len(command) == 2 and command[0] in (_WILL, _DO):
                answer += bytes((_IAC, _DONT if command[0] == _WILL else _WONT, command[1]))
            at += 3
        else:
            at += 2
    return bytes(text), bytes(answer)


def prompt_in(text: bytes) -> str:
    """The question for a name or a password at the end of the text; empty when there is none."""
    found = _PROMPT.search(text[-MAX_TEXT:])
    return found.text.decode("latin-1").strip(" \r\n\t\0") if found is not None else ""


def command_prompt_in(text: bytes) -> str:
    """The prompt for commands at the end of the text; empty when there is none, or words of refusal before it."""
    end = text[-MAX_TEXT:]
    found = _SHELL.search(end)
    if found is None or _REFUSED.search(end) is not None:
        return ""
    return found.text.decode("latin-1").strip(" \r\n\t\0")


class TelnetDialogue:
    """A conversation in which every option is refused. `sent` and `heard` are what was said, for the evidence."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self.sent = b""
        self.heard = b""

    async def say(self, line: str) -> None:
        """Send one line; raise TransportError."""
        await self._send(line.encode() + b"\r\n")

    async def hear(self, ended: Callable[[bytes], bool]) -> bytes:
        """The text that comes until `ended` says that it is over, the server waits or hangs up. Raise TransportError when
        nothing comes at all."""
        text = b""
        try:
            for _ in range(ROUNDS):
                said = await self._conversation.receive(2_048, quiet=0.3)
                self.heard += said
                more, refusal = read(said)
                text += more
                if ended(text) or not said:
                    break
                if refusal:
                    await self._send(refusal)
        except TransportError as error:
            # It said something and then waits for more than refusals, or has hung up: what it said counts.
            if not self.heard or error.reason not in (TransportReason.TIMEOUT, TransportReason.RESET):
                raise
        return text

    async def prompt(self) -> str:
        """The question for a name or a password; empty where none comes. Raise TransportError."""
        return prompt_in(await self.hear(lambda text: bool(prompt_in(text))))

    async def _send(self, data: bytes) -> None:
        self.sent += data
        await self._conversation.send(data)
