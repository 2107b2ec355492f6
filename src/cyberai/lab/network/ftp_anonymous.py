"""FTP servers: one open to everyone on the vulnerable twin; one for members; one that lets every name in."""

from collections.abc import Mapping
from types import MappingProxyType

from cyberai.lab.network._lines import LineSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ftp-anonymous"
_LISTING = (
    "drwxr-xr-x    2 0        0            4096 Mar 01 09:00 incoming",
    "-rw-r--r--    1 0        0            1968 Mar 01 09:00 price list.csv",
)
_NEEDS_LOGIN = frozenset(
    {"PWD", "LIST", "NLST", "STAT", "RETR", "STOR", "CWD", "PASV", "EPSV", "SYST", "TYPE"}
)


class FtpServer:
    """The control connection (RFC 959). There are no data connections and no files behind it: a listing is shown by
    STAT only. `users` are those who need no password of their own, `*` for all; `accounts` are names with passwords."""

    def __init__(
        self,
        users: tuple[str, ...],
        *,
        offers_tls: bool = True,
        accounts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.session = LineSession("220 Quay FTP ready\r\n", self._answer)
        self._users = users
        self._offers_tls = offers_tls
        self._accounts = accounts
        self._user = ""
        self._logged_in = False

    def _answer(self, line: str) -> str:
        verb, _, argument = line.strip().partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            self.session.closed = True
            return "221 Goodbye.\r\n"
        if verb == "AUTH":
            return "431 Unable to negotiate TLS now.\r\n" if self._offers_tls else "502 No such command.\r\n"
        if verb == "FEAT":
            tls = " AUTH TLS\r\n PBSZ\r\n PROT\r\n" if self._offers_tls else ""
            return f"211-Features:\r\n{tls} SIZE\r\n UTF8\r\n211 End\r\n"
        if verb == "USER":
            self._user, self._logged_in = argument, False
            return "331 Please specify the password.\r\n"
        if verb == "PASS":
            known = self._accounts.get(self._user) == argument and bool(argument)
            self._logged_in = known or "*" in self._users or self._user.lower() in self._users
            return "230 Login successful.\r\n" if self._logged_in else "530 Login incorrect.\r\n"
        if verb in _NEEDS_LOGIN and not self._logged_in:
            return "530 Please login with USER and PASS.\r\n"
        return self._inside(verb)

    def _inside(self, verb: str) -> str:
        match verb:
            case "PWD":
                return '257 "/" is the current directory\r\n'
            case "SYST":
                return "215 UNIX Type: L8\r\n"
            case "STAT":
                return (
                    "213-Status follows:\r\n"
                    + "".join(f"{row}\r\n" for row in _LISTING)
                    + "213 End of status\r\n"
                )
            case "NOOP":
                return "200 NOOP ok.\r\n"
        return "500 Unknown command.\r\n"


def _files(fixed: bool) -> Session:
    return FtpServer(() if fixed else ("anonymous", "ftp")).session


def _members(_fixed: bool) -> Session:
    return FtpServer(()).session


def _indifferent(_fixed: bool) -> Session:
    """It lets in whoever comes: no sign of anonymous FTP."""
    return FtpServer(("*",)).session


SERVICES: tuple[Service, ...] = (
    Service(
        name="public files",
        session=_files,
        checks=(CHECK,),
        greets=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="anonymous",
                summary="Anonymous is let in and sees files.",
            ),
        ),
    ),
    Service(name="members' files", session=_members, checks=(CHECK,), greets=True),
    Service(name="indifferent files", session=_indifferent, checks=(CHECK,), greets=True),
)
