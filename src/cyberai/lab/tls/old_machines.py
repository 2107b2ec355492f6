"""A fax gateway of the 1990s: everything that its protocols had, still switched on. Its twin was given a current library."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import Policy
from cyberai.lab.tls._server import TlsSession
from cyberai.lab.tls._suites import codes, ssl2_codes

_FAX = Policy(
    versions=(wire.SSL2, wire.SSL3, wire.TLS1_0),
    suites=codes(
        "RSA_WITH_AES_128_CBC_SHA",
        "RSA_WITH_3DES_EDE_CBC_SHA",
        "RSA_WITH_RC4_128_SHA",
        "RSA_WITH_DES_CBC_SHA",
        "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
        "RSA_EXPORT_WITH_RC4_40_MD5",
        "RSA_EXPORT_WITH_RC2_CBC_40_MD5",
    ),
    ssl2_suites=ssl2_codes("RC4_128_WITH_MD5", "RC2_128_CBC_EXPORT40_WITH_MD5", "DES_192_EDE3_CBC_WITH_MD5"),
    compressions=(1, 0),
    secure_renegotiation=False,
    fallback_scsv=False,
    session_tickets=False,
)


def _gateway(fixed: bool, identity: Identity) -> Session:
    return TlsSession(Policy() if fixed else _FAX, identity)


def _flaw(check: str, variant: str, summary: str) -> Flaw:
    return Flaw(check=f"tls.{check}", path="", method="", variant=variant, summary=summary)


_FLAWS = (
    _flaw("ssl2", "SSLv2 with export kinds", "SSLv2 is spoken, with kinds that are enough for DROWN."),
    _flaw("poodle", "SSLv3", "SSLv3 is spoken with CBC."),
    _flaw("export-suites", "rsa", "RSA keys of 512 bits are taken (FREAK)."),
    _flaw("export-suites", "dhe", "Diffie-Hellman of 512 bits is taken (Logjam)."),
    _flaw("rc4-suites", "RC4", "RC4 is taken."),
    _flaw("des-suites", "DES", "Single DES is taken."),
    _flaw("small-blocks", "3DES", "3DES is taken."),
    _flaw("compression", "DEFLATE", "Records are compressed."),
    _flaw("insecure-renegotiation", "RFC 5746", "Secure renegotiation is not known."),
    _flaw("fallback-scsv", "SSLv3 from TLS 1.0", "A fallback to SSLv3 goes unnoticed."),
    _flaw("no-modern-version", "TLS 1.0 at most", "Neither TLS 1.2 nor TLS 1.3 is spoken."),
    _flaw("certificate-and-versions", "SSLv3", "SSLv3 is offered."),
    _flaw("certificate-and-versions", "TLSv1.0", "TLS 1.0 is offered."),
)

TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(
        name="fax gateway",
        session=_gateway,
        checks=tuple(dict.fromkeys(flaw.check for flaw in _FLAWS)),
        flaws=_FLAWS,
    ),
)
