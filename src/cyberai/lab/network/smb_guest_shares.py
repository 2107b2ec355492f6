"""File servers open to nobody and to guests on the vulnerable twin; those that let people in and show nothing."""

from cyberai.lab.network._smb import FileServer, FileSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.smb-guest-shares"
_SHARES = (("drawings", ("crane-2.dxf", "quay wall.pdf")), ("accounts", ("2024.xlsx",)))
_CLOSED = FileServer(shares=_SHARES)


def _nobody(fixed: bool) -> Session:
    server = FileServer(open_to=frozenset({"nobody"}), shares=_SHARES, guarded=frozenset({"accounts"}))
    return FileSession(_CLOSED if fixed else server)


def _guest(fixed: bool) -> Session:
    return FileSession(_CLOSED if fixed else FileServer(open_to=frozenset({"guest"}), shares=_SHARES))


def _hall(_fixed: bool) -> Session:
    """Everyone may ask which shares there are, and open none."""
    guarded = frozenset(name for name, _ in _SHARES)
    return FileSession(FileServer(open_to=frozenset({"nobody", "guest"}), shares=_SHARES, guarded=guarded))


def _trap(_fixed: bool) -> Session:
    """It has every share that is asked for."""
    return FileSession(FileServer(open_to=frozenset({"nobody", "guest"}), shares=_SHARES, any_share=True))


def _flaw(variant: str, summary: str) -> tuple[Flaw, ...]:
    return (Flaw(check=CHECK, path="", method="", variant=variant, summary=summary),)


SERVICES: tuple[Service, ...] = (
    Service(
        name="drawings", session=_nobody, checks=(CHECK,), flaws=_flaw("nobody", "Nobody reads drawings.")
    ),
    Service(
        name="guest files", session=_guest, checks=(CHECK,), flaws=_flaw("guest", "Guests read all shares.")
    ),
    Service(name="entrance hall", session=_hall, checks=(CHECK,)),
    Service(name="every share", session=_trap, checks=(CHECK,)),
)
