"""A TLS server that sends back session ids of 32 bytes, whatever the length of the client's; its twin sends back what came.
The bytes that fill them up are made up."""

import secrets

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking
from cyberai.lab.tls._wire import ClientHello

CHECK = "tls.ticketbleed"
_MEMORY = b"invented berths: Anna 3, Bente 11, Cornelia 7, Dora 19, Elsa 2, Frieda 23, Gesa 5, Hanne 17, "


class _Filling(Handshaking):
    def resumed_id(self, hello: ClientHello) -> bytes:
        """Always whole: what is missing is taken from what happens to lie there."""
        at = secrets.randbelow(len(_MEMORY) - 32)
        return (hello.session_id + _MEMORY[at:])[:32]


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
