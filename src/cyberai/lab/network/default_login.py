"""Services with accounts from the factory: FTP, and Telnet, which the fixed twin has switched off."""

from cyberai.lab.network.cleartext_login import CHECK as CLEAR
from cyberai.lab.network.cleartext_login import Terminal
from cyberai.lab.network.ftp_anonymous import FtpServer
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.default-login"
MAX_LINE = 512


class Switch:
    """A command line by Telnet for the accounts given; `*` lets everyone in."""

    def __init__(self, accounts: dict[str, str]) -> None:
        self.closed = False
        self._accounts = accounts
        self._greeted = False
        self._user: str | None = None
        self._inside = False
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        output = b"" if self._greeted else b"\xff\xfb\x01Quay switch QS-8\r\nUsername: "
        self._greeted = True
        # What clients say to the offered echo is of no matter here.
        self._buffer += data.replace(b"\xff\xfe\x01", b"").replace(b"\xff\xfd\x01", b"")
        while b"\n" in self._buffer and not self.closed:
            line, _, self._buffer = self._buffer.partition(b"\n")
            output += self._answer(line.strip().decode("latin-1")).encode()
        self.closed = self.closed or len(self._buffer) > MAX_LINE
        return output

    def _answer(self, line: str) -> str:
        if self._inside:
            self.closed = line in ("exit", "quit")
            return "" if self.closed else "% Unknown command\r\nQS-8> "
        if self._user is None:
            self._user = line
            return "Password: "
        user, self._user = self._user, None
        if "*" in self._accounts or self._accounts.get(user) == line:
            self._inside = True
            return "\r\nQS-8> "
        return "\r\nLogin incorrect\r\nUsername: "


def _switch(fixed: bool) -> Session:
    return Terminal(asks=False) if fixed else Switch({"admin": "admin"})


def _camera(fixed: bool) -> Session:
    return FtpServer((), accounts={"user": "b7f2-harbour-lamp" if fixed else "user"}).session


def _flaw(variant: str, summary: str, check: str = CHECK, intrusive: bool = True) -> Flaw:
    return Flaw(check=check, path="", method="", variant=variant, summary=summary, intrusive=intrusive)


SERVICES: tuple[Service, ...] = (
    Service(
        name="camera files",
        session=_camera,
        checks=(CHECK,),
        greets=True,
        flaws=(_flaw("ftp", "user has the password user."),),
    ),
    Service(
        name="switch",
        session=_switch,
        checks=(CHECK, CLEAR),
        greets=True,
        flaws=(
            _flaw("telnet", "admin has the password admin."),
            _flaw("telnet", "Telnet asks for names.", CLEAR, intrusive=False),
        ),
    ),
)
