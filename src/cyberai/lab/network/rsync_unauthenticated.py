"""An rsync service that gives its modules to everybody; its twin, and a trap, list them and ask for a password."""

from cyberai.lab.network._lines import LineSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.rsync-unauthenticated"
_GREETING = "@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n"
_MODULES = {"backup": "Nightly copies", "www": "Pages of the quay"}
_CHALLENGE = "@RSYNCD: AUTHREQD kqHnGkQFxCEH1lUbQ0cYHw\n"


class RsyncSession(LineSession):
    """One connection; `guarded` modules want a password."""

    def __init__(self, guarded: frozenset[str]) -> None:
        super().__init__(_GREETING, self._line)
        self._guarded = guarded
        self._agreed = False

    def _line(self, line: str) -> str:
        if not self._agreed:
            self._agreed = line.startswith("@RSYNCD: ")
            self.closed = not self._agreed
            return "" if self._agreed else "@ERROR: protocol startup error\n"
        self.closed = line not in self._guarded
        if line in ("", "#list"):
            listing = "".join(f"{name:<15}\t{comment}\n" for name, comment in _MODULES.items())
            return listing + "@RSYNCD: EXIT\n"
        if line not in _MODULES:
            return f"@ERROR: Unknown module '{line[:60]}'\n"
        # What follows is a list of files, which this service does not have.
        return _CHALLENGE if line in self._guarded else "@RSYNCD: OK\n"


def _copies(fixed: bool) -> Session:
    return RsyncSession(frozenset(_MODULES if fixed else {"www"}))


def _guarded(_fixed: bool) -> Session:
    return RsyncSession(frozenset(_MODULES))


SERVICES: tuple[Service, ...] = (
    Service(
        name="copies",
        session=_copies,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="one open module",
                summary="The module backup is opened without a password.",
            ),
        ),
        greets=True,
    ),
    Service(name="guarded copies", session=_guarded, checks=(CHECK,), greets=True),
)
