"""A TLS server that takes a ChangeCipherSpec at any time after its own first part; its twin takes it in its turn only."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import CLIENT_KEY_EXCHANGE, Handshaking

CHECK = "tls.ccs-injection"


class _Hasty(Handshaking):
    def on_change_cipher_spec(self) -> None:
        """Before the key exchange too: the keys are then made of a master secret that is empty."""
        if self.expected == (CLIENT_KEY_EXCHANGE,):
            self.change_over()
        else:
            super().on_change_cipher_spec()


def _weighbridge(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Hasty(identity)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="weighbridge",
        session=_weighbridge,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="empty master secret",
                summary="The server changes over to encryption before keys are agreed on.",
            ),
        ),
    ),
)
