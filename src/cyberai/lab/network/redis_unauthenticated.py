"""A service that speaks the Redis protocol, open on the vulnerable twin; and two that only look like it."""

from cyberai.lab.network._resp import RespError, read_commands
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.redis-unauthenticated"
_VERSION = "7.2.4"
_KEYS = {"session:robin": b"4f2a9c", "basket:118": b'{"rope":2}', "visits": b"1968"}
_INFO = (
    "# Server\r\nredis_version:"
    + _VERSION
    + "\r\nredis_mode:standalone\r\nos:Linux 6.1.0-18-amd64 x86_64\r\n"
    "arch_bits:64\r\ntcp_port:6379\r\nuptime_in_seconds:86400\r\n\r\n"
    "# Clients\r\nconnected_clients:1\r\n\r\n# Memory\r\nused_memory:1048576\r\n\r\n"
    "# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\n"
)
_REFUSED = ("CONFIG", "SET", "DEL", "FLUSHALL", "FLUSHDB", "SAVE", "SLAVEOF", "REPLICAOF", "MODULE", "EVAL")
_NO_AUTHENTICATION = b"-NOAUTH Authentication required.\r\n"
_WRONG_PASSWORD = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"


def _bulk(value: bytes | None) -> bytes:
    return b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)


def _array(items: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(items) + b"".join(items)


class RedisSession:
    """One connection. With `protected` every command but AUTH, HELLO and QUIT asks for authentication."""

    def __init__(self, protected: bool) -> None:
        self.closed = False
        self._protected = protected
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        try:
            commands, self._buffer = read_commands(self._buffer)
        except RespError as error:
            self.closed = True
            return f"-ERR Protocol error: {error}\r\n".encode()
        output = b""
        for command in commands:
            output += self._answer(command)
            if self.closed:
                break
        return output

    def _answer(self, command: list[bytes]) -> bytes:
        name = command[0].decode("latin-1").upper()
        arguments = [argument.decode("latin-1") for argument in command[1:]]
        if name == "QUIT":
            self.closed = True
            return b"+OK\r\n"
        if name == "AUTH":
            return self._authenticate(arguments)
        if self._protected:
            return _NO_AUTHENTICATION
        return self._open(name, arguments)

    def _authenticate(self, arguments: list[str]) -> bytes:
        if not arguments:
            return b"-ERR wrong number of arguments for 'auth' command\r\n"
        if self._protected:
            return _WRONG_PASSWORD
        return (
            b"-ERR AUTH <password> called without any password configured for the default user. "
            b"Are you sure your configuration is correct?\r\n"
        )

    def _open(self, name: str, arguments: list[str]) -> bytes:
        answer = self._read(name, arguments)
        if answer is not None:
            return answer
        if name in ("SELECT", "CLIENT"):
            return b"+OK\r\n"
        if name == "COMMAND":
            return b"*0\r\n"
        if name in _REFUSED:
            return f"-NOPERM this user has no permissions to run the '{name.lower()}' command\r\n".encode()
        shown = name[:128].lower().encode("latin-1", "replace").replace(b"\r", b" ").replace(b"\n", b" ")
        return b"-ERR unknown command '%s', with args beginning with: \r\n" % shown

    def _read(self, name: str, arguments: list[str]) -> bytes | None:
        """The answer of a command that only reads; None for any other."""
        match name:
            case "PING":
                return _bulk(arguments[0].encode("latin-1")) if arguments else b"+PONG\r\n"
            case "ECHO" if arguments:
                return _bulk(arguments[0].encode("latin-1"))
            case "INFO":
                return _bulk(_INFO.encode())
            case "HELLO":
                return self._hello(arguments)
            case "KEYS" | "SCAN":
                keys = _array([_bulk(key.encode()) for key in _KEYS])
                return keys if name == "KEYS" else _array([_bulk(b"0"), keys])
            case "GET" if arguments:
                return _bulk(_KEYS.get(arguments[0]))
            case "DBSIZE":
                return b":%d\r\n" % len(_KEYS)
        return None

    @staticmethod
    def _hello(arguments: list[str]) -> bytes:
        if arguments and arguments[0] not in ("2", "3"):
            return b"-NOPROTO unsupported protocol version\r\n"
        pairs = (
            b"server",
            b"redis",
            b"version",
            _VERSION.encode(),
            b"mode",
            b"standalone",
            b"role",
            b"master",
        )
        if arguments[:1] == ["3"]:
            return b"%%%d\r\n" % (len(pairs) // 2) + b"".join(map(_bulk, pairs))
        return _array([_bulk(item) for item in pairs])


class EchoSession:
    """Says back what it hears, line by line: it answers PING with PING and is no database."""

    closed = False

    def feed(self, data: bytes) -> bytes:
        return data


def _redis(fixed: bool) -> Session:
    return RedisSession(protected=fixed)


def _protected(_fixed: bool) -> Session:
    return RedisSession(protected=True)


def _echo(_fixed: bool) -> Session:
    return EchoSession()


SERVICES: tuple[Service, ...] = (
    Service(
        name="basket store",
        session=_redis,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="open", demo=True,
                 summary="The Redis service answers without authentication."),
        ),
        demo=True,
    ),
    Service(name="guarded store", session=_protected, checks=(CHECK,)),
    Service(name="echo", session=_echo, checks=(CHECK,)),
)  # fmt: skip
