"""A memcached service, open on the vulnerable twin; one that asks for a log-in; one that only knows the error."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.memcached-unauthenticated"
_VERSION = "1.6.18"
_STATS = {
    "pid": "77",
    "uptime": "86400",
    "time": "1709283600",
    "version": _VERSION,
    "curr_items": "3",
    "bytes": "1968",
}
MAX_LINE = 2_048


class MemcachedSession:
    """One connection speaking the text protocol. It holds nothing and keeps nothing."""

    def __init__(self, *, protected: bool = False, answers: bool = True) -> None:
        self.closed = False
        self._protected = protected
        self._answers = answers
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while b"\n" in self._buffer and not self.closed:
            line, _, self._buffer = self._buffer.partition(b"\n")
            output += self._answer(line.rstrip(b"\r").decode("latin-1"))
        if len(self._buffer) > MAX_LINE:
            self.closed = True
            output += b"ERROR line too long\r\n"
        return output

    def _answer(self, line: str) -> bytes:
        word = line.partition(" ")[0]
        if word == "quit":
            self.closed = True
            return b""
        if self._protected:
            return b"CLIENT_ERROR unauthenticated\r\n"
        if word == "version" and self._answers:
            return f"VERSION {_VERSION}\r\n".encode()
        if word == "stats" and self._answers:
            return "".join(f"STAT {name} {value}\r\n" for name, value in _STATS.items()).encode() + b"END\r\n"
        if word in ("get", "gets") and self._answers:
            return b"END\r\n"
        return b"ERROR\r\n"


def _open(fixed: bool) -> Session:
    return MemcachedSession(protected=fixed)


def _guarded(_fixed: bool) -> Session:
    return MemcachedSession(protected=True)


def _other(_fixed: bool) -> Session:
    """Another line protocol that answers everything with the same error."""
    return MemcachedSession(answers=False)


SERVICES: tuple[Service, ...] = (
    Service(
        name="cache",
        session=_open,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open cache",
                summary="The cache answers without a log-in.",
            ),
        ),
    ),
    Service(name="guarded cache", session=_guarded, checks=(CHECK,)),
    Service(name="terse service", session=_other, checks=(CHECK,)),
)
