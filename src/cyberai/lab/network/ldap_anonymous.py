"""Directories: one that everyone reads on the vulnerable twin; one that shows its contexts and nothing below."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ldap-anonymous"
MAX_BUFFER = 16_384
_CONTEXT = "dc=harbour,dc=example"
_PEOPLE = f"ou=people,{_CONTEXT}"
_ENTRIES: dict[str, dict[str, tuple[str, ...]]] = {
    _CONTEXT: {"objectClass": ("dcObject", "organization"), "o": ("Harbour",)},
    _PEOPLE: {"objectClass": ("organizationalUnit",), "ou": ("people",)},
    f"uid=mara,{_PEOPLE}": {
        "objectClass": ("inetOrgPerson",),
        "uid": ("mara",),
        "cn": ("Mara Quay",),
        "mail": ("mara@harbour.example",),
    },
}
_ROOT: dict[str, tuple[str, ...]] = {
    "objectClass": ("top",),
    "namingContexts": (_CONTEXT,),
    "supportedLDAPVersion": ("3",),
    "vendorName": ("Harbour Directory",),
}
_NO_SUCH_OBJECT, _NO_RIGHT, _PROTOCOL_ERROR = 32, 50, 2


class Directory:
    """One connection (RFC 4511): simple binds and searches for what is there. `shows` is how far an anonymous client
    sees: "all", "contexts", "root"."""

    def __init__(self, shows: str) -> None:
        self.closed = False
        self._shows = shows
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while not self.closed and (message := self._next()):
            try:
                output += self._answer(message)
            except (IndexError, ValueError):
                self.closed = True
        self.closed = self.closed or len(self._buffer) > MAX_BUFFER
        return output

    def _next(self) -> bytes:
        """The contents of the next message; empty while it is not complete."""
        if len(self._buffer) < 2:
            return b""
        if self._buffer[0] != 0x30:
            self.closed = True
            return b""
        size, start = self._buffer[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(self._buffer[2:start], "big")
        if len(self._buffer) < start + size:
            return b""
        message, self._buffer = self._buffer[start : start + size], self._buffer[start + size :]
        return message

    def _answer(self, message: bytes) -> bytes:
        (_, number), (operation, body) = _items(message)[:2]
        match operation:
            case 0x60:
                name, password = _items(body)[1][1], _items(body)[2][1]
                return _message(number, 0x61, _result(49 if name or password else 0))
            case 0x63:
                return self._search(number, body)
            case 0x42:
                self.closed = True
                return b""
            case 0x77:
                return _message(number, 0x78, _result(_PROTOCOL_ERROR))
        self.closed = True
        return b""

    def _search(self, number: bytes, body: bytes) -> bytes:
        parts = _items(body)
        base, scope, limit = parts[0][1].decode(), parts[1][1][0], int.from_bytes(parts[3][1], "big") or 100
        if not base and scope == 0:
            return _entry(number, "", _ROOT) + _message(number, 0x65, _result(0))
        known = {name.lower(): name for name in _ENTRIES}
        if base.lower() not in known:
            return _message(number, 0x65, _result(_NO_SUCH_OBJECT))
        if self._shows == "root":
            return _message(number, 0x65, _result(_NO_RIGHT))
        visible = [name for name in _ENTRIES if self._shows == "all" or name == _CONTEXT]
        chosen = [name for name in visible if _within(name.lower(), base.lower(), scope)][:limit]
        rows = b"".join(_entry(number, name, _ENTRIES[name]) for name in chosen)
        return rows + _message(number, 0x65, _result(0))


def _within(name: str, base: str, scope: int) -> bool:
    below = name.endswith(f",{base}")
    if scope == 0:
        return name == base
    return below and name.count(",") == base.count(",") + 1 if scope == 1 else below or name == base


def _entry(number: bytes, name: str, attributes: dict[str, tuple[str, ...]]) -> bytes:
    rows = b"".join(
        _item(0x30, _item(4, key.encode()) + _item(0x31, b"".join(_item(4, v.encode()) for v in values)))
        for key, values in attributes.items()
    )
    return _message(number, 0x64, _item(4, name.encode()) + _item(0x30, rows))


def _result(code: int) -> bytes:
    return _item(0x0A, bytes([code])) + _item(4, b"") + _item(4, b"")


def _message(number: bytes, operation: int, body: bytes) -> bytes:
    return _item(0x30, _item(2, number) + _item(operation, body))


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        if start + size > len(data):
            raise ValueError("cut off")
        found.append((tag, data[start : start + size]))
        at = start + size
    return found


def _item(tag: int, body: bytes) -> bytes:
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + body


def _people(fixed: bool) -> Session:
    return Directory("root" if fixed else "all")


def _front(_fixed: bool) -> Session:
    return Directory("contexts")


SERVICES: tuple[Service, ...] = (
    Service(
        name="people",
        session=_people,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK, path="", method="", variant="entries", summary="Entries are shown to everyone."
            ),
        ),
    ),
    Service(name="front of a directory", session=_front, checks=(CHECK,)),
)
