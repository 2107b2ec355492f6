"""A TLS server that looks at the last byte of the padding of CBC records only, as SSLv3 does; its twin looks at all of them
and answers whatever is wrong alike. One that tells what is wrong stands in renegotiation.py: the old ferry booking."""

from typing import ClassVar

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import Handshaking
from cyberai.lab.tls._protection import Cbc, Gcm

CHECK = "tls.cbc-padding"


class _LastByte(Cbc):
    def is_padding(self, padding: bytes) -> bool:
        """Whatever comes before the last byte."""
        return bool(padding)


class _Careless(Handshaking):
    records: ClassVar[dict[int, type[Gcm] | type[Cbc]]] = Handshaking.with_cbc(_LastByte)


def _pilot_roster(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Careless(identity)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="pilot roster",
        session=_pilot_roster,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="unchecked",
                summary="Only the last byte of the padding is looked at.",
            ),
        ),
    ),
)
