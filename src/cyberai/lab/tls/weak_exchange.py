"""Servers whose key exchange is weak: small groups, broken digests, no forward secrecy. Their twins look similar."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls._keys import OAKLEY_2, SECP192R1, SECP224R1, SECP256R1, X25519
from cyberai.lab.tls._policy import MODERN, Policy
from cyberai.lab.tls._server import TlsSession
from cyberai.lab.tls._suites import codes

_DHE = codes("DHE_RSA_WITH_AES_128_GCM_SHA256", "DHE_RSA_WITH_AES_256_GCM_SHA384")
_RSA_MD5, _RSA_SHA1, _RSA_SHA256, _PSS_SHA256 = 0x0101, 0x0201, 0x0401, 0x0804

_CRANE = Policy(
    suites=(*MODERN, *_DHE),
    dh_prime=OAKLEY_2,
    groups=(SECP256R1, SECP192R1),
    signatures=(_RSA_SHA1, _RSA_SHA256, _RSA_MD5),
)
_MENDED_CRANE = Policy(
    suites=(*MODERN, *_DHE),
    groups=(X25519, SECP256R1, SECP224R1),
    # SHA-1 for whoever has nothing else is no flaw.
    signatures=(_PSS_SHA256, _RSA_SHA256, _RSA_SHA1),
)
_RSA_ONLY = codes("RSA_WITH_AES_128_GCM_SHA256", "RSA_WITH_AES_256_GCM_SHA384", "RSA_WITH_AES_128_CBC_SHA")


def _crane(fixed: bool, identity: Identity) -> Session:
    return TlsSession(_MENDED_CRANE if fixed else _CRANE, identity)


def _weighbridge(fixed: bool, identity: Identity) -> Session:
    """The twin still has suites without forward secrecy, behind others."""
    return TlsSession(Policy(suites=(*MODERN, *_RSA_ONLY) if fixed else _RSA_ONLY), identity)


def _flaw(check: str, variant: str, summary: str) -> Flaw:
    return Flaw(check=f"tls.{check}", path="", method="", variant=variant, summary=summary)


_CRANE_FLAWS = (
    _flaw("weak-dh", "1,024 bits", "Diffie-Hellman uses a prime of 1,024 bits that many servers share."),
    _flaw("weak-groups", "secp192r1", "A curve of 192 bits is taken."),
    _flaw("weak-signatures", "md5", "MD5 is signed for whoever asks."),
    _flaw("weak-signatures", "sha1", "SHA-1 is signed although better is offered."),
)

TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="crane control",
        session=_crane,
        checks=tuple(dict.fromkeys(flaw.check for flaw in _CRANE_FLAWS)),
        flaws=_CRANE_FLAWS,
    ),
    TlsService(
        name="weighbridge",
        session=_weighbridge,
        checks=("tls.no-forward-secrecy",),
        flaws=(_flaw("no-forward-secrecy", "RSA only", "Every key exchange is one with RSA."),),
    ),
)
