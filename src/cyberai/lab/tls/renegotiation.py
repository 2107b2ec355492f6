"""TLS servers that begin a new handshake within a connection when a client asks: one binds it to the first (RFC 5746), one
is so old that it knows nothing of that, and tells wrong padding from a wrong MAC besides. Their twins refuse with the alert
no_renegotiation, and answer whatever is wrong with a record alike."""

from typing import ClassVar

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking
from cyberai.lab.tls._protection import BadPadding, Cbc, Gcm
from cyberai.lab.tls._wire import Refusal

CHECK = "tls.renegotiation"
_UNBOUND = "tls.insecure-renegotiation"
_PADDING = "tls.cbc-padding"
_DECRYPTION_FAILED = 21


class _Telling(Cbc):
    def bad_padding(self) -> Refusal:
        """As TLS 1.0 had it at first (RFC 2246, section 7.2.2)."""
        return BadPadding(_DECRYPTION_FAILED)


class _Willing(Handshaking):
    def on_renegotiation(self, whole: bytes) -> None:
        """As often as they like."""
        self.begin(whole)


class _Old(_Willing):
    secure_renegotiation = False
    records: ClassVar[dict[int, type[Gcm] | type[Cbc]]] = Handshaking.with_cbc(_Telling)


def _ferry_booking(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Willing(identity)


def _old_ferry_booking(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Old(identity)


def _flaw(variant: str, summary: str, check: str = CHECK) -> Flaw:
    return Flaw(check=check, path="", method="", variant=variant, summary=summary)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="ferry booking",
        session=_ferry_booking,
        checks=(CHECK,),
        flaws=(_flaw("client-initiated", "The server renegotiates when a client asks."),),
    ),
    TlsService(
        name="old ferry booking",
        session=_old_ferry_booking,
        checks=(CHECK, _UNBOUND, _PADDING),
        flaws=(
            _flaw("insecure", "The server renegotiates without a link to the handshake before."),
            _flaw("RFC 5746 unknown", "The server does not know secure renegotiation.", _UNBOUND),
            _flaw("oracle", "Wrong padding has an alert of its own.", _PADDING),
        ),
    ),
)
