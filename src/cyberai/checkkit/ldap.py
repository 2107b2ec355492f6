"""Simple binds and searches of LDAP (RFC 4511). Nothing here writes."""

from msgspec import Struct

from cyberai.checkkit import ber
from cyberai.ports.network import Conversation

MAX_MESSAGE = 65_536
MAX_ENTRIES = 50
BASE, ONE_LEVEL, SUBTREE = 0, 1, 2
_BIND, _BIND_ANSWER, _SEARCH, _ENTRY, _DONE, _REFERENCE = 0x60, 0x61, 0x63, 0x64, 0x65, 0x73


class Entry(Struct, frozen=True):
    """An entry: its name, and its attributes with their values as text."""

    name: str
    attributes: tuple[tuple[str, tuple[str, ...]], ...]

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute, whatever the case of its name."""
        wanted = attribute.lower()
        return next((values for name, values in self.attributes if name.lower() == wanted), ())


class LdapSession:
    """One connection. `heard` is what came. Methods raise TransportError, and ValueError for what is no LDAP."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._number = 0
        self.heard = b""

    async def bind(self, name: str = "", password: str = "") -> int:
        """The result code of a simple bind, anonymous without a name; 0 is success."""
        await self._say(
            ber.item(
                _BIND,
                ber.number(3),
                ber.item(0x04, name.encode()),
                ber.item(0x80, password.encode()),
            )
        )
        tag, parts = await self._hear()
        if tag != _BIND_ANSWER:
            raise ValueError("no answer to a bind")
        return int.from_bytes(ber.field(parts, 0, 0x0A), "big")

    async def search(
        self, base: str, scope: int, attributes: tuple[str, ...], limit: int = 10
    ) -> tuple[int, tuple[Entry, ...]]:
        """(result code, entries) of the entries that are there, at most `limit`."""
        await self._say(
            ber.item(
                _SEARCH,
                ber.item(0x04, base.encode()),
                ber.number(scope, 0x0A),
                ber.number(0, 0x0A),
                ber.number(limit),
                ber.number(10),
                ber.item(0x01, b"\0"),
                ber.item(0x87, b"objectClass"),
                ber.item(0x30, *(ber.item(0x04, name.encode()) for name in attributes)),
            )
        )
        entries: list[Entry] = []
        for _ in range(MAX_ENTRIES):
            tag, parts = await self._hear()
            if tag == _DONE:
                return int.from_bytes(ber.field(parts, 0, 0x0A), "big"), tuple(entries)
            if tag == _ENTRY:
                entries.append(read_entry(parts))
            elif tag != _REFERENCE:
                raise ValueError("no answer to a search")
        return 0, tuple(entries)

    async def _say(self, operation: bytes) -> None:
        self._number += 1
        await self._conversation.send(ber.item(0x30, ber.number(self._number), operation))

    async def _hear(self) -> tuple[int, list[tuple[int, bytes]]]:
        """(tag, parts) of the next answer to the last question."""
        message = await self._message()
        self.heard += message[: max(0, MAX_MESSAGE - len(self.heard))]
        parts = ber.children(ber.read(message)[1])
        if len(parts) < 2 or int.from_bytes(ber.field(parts, 0, 2), "big") != self._number:
            raise ValueError("an answer to another question")
        tag, body = parts[1]
        return tag, [] if tag == _REFERENCE else ber.children(body)

    async def _message(self) -> bytes:
        head = await self._conversation.receive_exactly(2)
        if len(head) < 2 or head[0] != 0x30:
            raise ValueError("no message of LDAP")
        size = head[1]
        if size & 0x80:
            more = await self._conversation.receive_exactly(size & 0x7F)
            head, size = head + more, int.from_bytes(more, "big")
        if size > MAX_MESSAGE:
            raise ValueError("a message that is too long")
        body = await self._conversation.receive_exactly(size)
        return head + body


def read_entry(parts: list[tuple[int, bytes]]) -> Entry:
    """An entry of a search; raise ValueError."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for tag, raw in ber.children(ber.field(parts, 1, 0x30)):
        if tag != 0x30:
            raise ValueError("no attribute")
        attribute = ber.children(raw)
        values = ber.children(ber.field(attribute, 1, 0x31))
        found.append((_text(ber.field(attribute, 0, 0x04)), tuple(_text(value) for _, value in values)))
    return Entry(_text(ber.field(parts, 0, 0x04)), tuple(found))


def _text(raw: bytes) -> str:
    return raw[:400].decode("utf-8", "replace")
