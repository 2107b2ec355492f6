"""A TLS server that sends back session ids of 32 bytes, whatever the length of the client's; its twin sends back what came.
The bytes that fill them up are made up."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking
from cyberai.lab.tls._wire import ClientHello

CHECK = "tls.ticketbleed"
_MEMORY = b"invented-berth-list-of-the-port."


class _Filling(Handshaking):
    def resumed_id(self, hello: ClientHello) -> bytes:
        """Always whole: what is missing is taken from what happens to lie there."""
        return (hello.session_id + _MEMORY[len(hello.session_id) :])[:32]


def _turnstile(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Filling(identity)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="turnstile",
        session=_turnstile,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="filled up to 32 bytes",
                summary="A short session id is filled up with bytes of memory.",
            ),
        ),
    ),
)
