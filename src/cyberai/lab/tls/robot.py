"""TLS servers that tell wrong RSA padding from right: one by another alert at once, one by its answer to what comes
after. Their twins put random bytes in place of what is wrong, as RFC 5246 has it."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._handshake import DECRYPT_ERROR, HANDSHAKE_FAILURE, Handshaking
from cyberai.lab.tls._wire import Refusal, packed

CHECK = "tls.robot"


class _Talkative(Handshaking):
    def decrypted(self, encrypted: bytes) -> bytes:
        """Say what is wrong: the padding, or what it holds."""
        block = self.raw(encrypted)
        if block[:2] != b"\0\2":
            raise Refusal(DECRYPT_ERROR)
        _, zero, secret = block[2:].partition(b"\0")
        if not zero or len(secret) != 48:
            raise Refusal(HANDSHAKE_FAILURE)
        return secret


class _Curt(Handshaking):
    def decrypted(self, encrypted: bytes) -> bytes:
        """Hang up at whatever is wrong, for one reason only."""
        block = self.raw(encrypted)
        if (
            block[:2] != b"\0\2"
            or block[-49]
            or 0 in block[2:-49]
            or block[-48:-46] != packed(self.hello.version)
        ):
            raise Refusal(HANDSHAKE_FAILURE)
        return block[-48:]


def _customs(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Talkative(identity)


def _bonded_store(fixed: bool, identity: Identity) -> Session:
    return Handshaking(identity) if fixed else _Curt(identity)


def _flaw(variant: str, summary: str) -> Flaw:
    return Flaw(check=CHECK, path="", method="", variant=variant, summary=summary)


TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="customs",
        session=_customs,
        checks=(CHECK,),
        flaws=(_flaw("strong", "Wrong padding is answered with an alert of its own."),),
    ),
    TlsService(
        name="bonded store",
        session=_bonded_store,
        checks=(CHECK,),
        flaws=(_flaw("weak", "Only a key exchange that is right in every way is taken."),),
    ),
)
