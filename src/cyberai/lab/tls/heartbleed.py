"""A TLS server that believes the length in a heartbeat; its twin drops what is shorter than it says. What "leaks" is
made up. A second server answers heartbeats correctly in both twins."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking

CHECK = "tls.heartbleed"
_MEMORY = b"GET /tide-tables HTTP/1.1\r\nHost: harbour.example\r\nCookie: berth=invented\r\n\r\n" * 1_000


class _Beating(Handshaking):
    heartbeats = True


class _Believing(_Beating):
    def on_heartbeat(self, request: bytes) -> None:
        """Send back as much as it says to hold, from where it came to lie in memory."""
        size = int.from_bytes(request[1:3], "big")
        if request[:1] == b"\1":
            self.beat((request[3:] + _MEMORY)[:size])


def _tide_gauge(fixed: bool, identity: Identity) -> Session:
    return _Beating(identity) if fixed else _Believing(identity)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="tide gauge",
        session=_tide_gauge,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="before the handshake ends",
                summary="A heartbeat is answered with as many bytes as it says to hold.",
            ),
        ),
    ),
)
