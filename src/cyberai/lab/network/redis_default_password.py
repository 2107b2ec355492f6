"""A Redis service with a password out of the manual; its twin has one of its own; and one that says yes to every
password."""

from cyberai.lab.network._resp import RespError, read_commands
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.redis-default-password"
_INFO = b"# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nos:Linux 6.1.0-18-amd64 x86_64\r\n"


class GuardedRedis:
    """One connection to a Redis with `requirepass`; `password` None accepts every one and still serves nothing."""

    def __init__(self, password: bytes | None) -> None:
        self.closed = False
        self._password = password
        self._inside = False
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        try:
            commands, self._buffer = read_commands(self._buffer)
        except RespError as error:
            self.closed = True
            return f"-ERR Protocol error: {error}\r\n".encode()
        return b"".join(self._answer(command) for command in commands)

    def _answer(self, command: list[bytes]) -> bytes:
        name = command[0].upper()
        if name == b"AUTH" and len(command) > 1:
            if self._password not in (None, command[-1]):
                return b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
            self._inside = True
            return b"+OK\r\n"
        if not self._inside:
            return b"-NOAUTH Authentication required.\r\n"
        if name == b"INFO":
            return b"$%d\r\n%s\r\n" % (len(_INFO), _INFO)
        return b"+PONG\r\n" if name == b"PING" else b"-ERR unknown command\r\n"


def _queue(fixed: bool) -> Session:
    return GuardedRedis(b"Qz7-lantern-harbour-2291" if fixed else b"foobared")


def _agreeable(_fixed: bool) -> Session:
    return GuardedRedis(None)


SERVICES: tuple[Service, ...] = (
    Service(
        name="job store",
        session=_queue,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="manual's password",
                summary="The password is the manual's example.",
                intrusive=True,
            ),
        ),
    ),
    Service(name="store that agrees with everything", session=_agreeable, checks=(CHECK,)),
)
