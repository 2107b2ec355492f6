"""Servers with weak suites beside good ones, and two that look as if they took everything."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Identity, Session, TlsService
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import MODERN, Policy
from cyberai.lab.tls._server import TlsSession
from cyberai.lab.tls._suites import SUITES, Suite, codes
from cyberai.lab.tls._wire import ClientHello, Refusal

_BARE = codes(
    "RSA_WITH_NULL_SHA256",
    "RSA_WITH_NULL_SHA",
    "ECDH_anon_WITH_AES_128_CBC_SHA",
    "DH_anon_WITH_AES_128_CBC_SHA",
)
_PRINTER = Policy(suites=(*MODERN, *_BARE))
_KEPT_FOR_SOMEONE = codes(
    "ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "RSA_WITH_AES_128_CBC_SHA",
    "RSA_WITH_3DES_EDE_CBC_SHA",
    "ECDHE_RSA_WITH_RC4_128_SHA",
    "RSA_WITH_RC4_128_MD5",
)
_PROXY = Policy(
    versions=(wire.TLS1_0, wire.TLS1_1, wire.TLS1_2),
    suites=(*MODERN, *_KEPT_FOR_SOMEONE),
    server_order=False,
    fallback_scsv=False,
)
_CLIENT_DECIDES = Policy(suites=(*MODERN, *codes("ECDHE_RSA_WITH_AES_128_CBC_SHA")), server_order=False)
"""Between good suites it is no flaw to let the client decide."""


def _printer(fixed: bool, identity: Identity) -> Session:
    return TlsSession(Policy() if fixed else _PRINTER, identity)


def _proxy(fixed: bool, identity: Identity) -> Session:
    return TlsSession(_CLIENT_DECIDES if fixed else _PROXY, identity)


class _Headstrong(TlsSession):
    """Selects its favourite, whatever was offered."""

    def choose_suite(self, _hello: ClientHello) -> Suite:
        return SUITES[self.policy.suites[0]]


class _Parrot(TlsSession):
    """Selects what was offered first, be it a suite or not."""

    def choose_suite(self, hello: ClientHello) -> Suite:
        code = hello.suites[0]
        suite = SUITES.get(code, Suite(code, ""))
        if suite.name and self.version not in suite.versions:
            raise Refusal(wire.HANDSHAKE_FAILURE)
        return suite


def _flaw(check: str, variant: str, summary: str) -> Flaw:
    return Flaw(check=f"tls.{check}", path="", method="", variant=variant, summary=summary)


_PRINTER_FLAWS = (
    _flaw("null-suites", "NULL", "Suites without encryption are taken."),
    _flaw("anonymous-suites", "anon", "Suites without a certificate are taken."),
)
_PROXY_FLAWS = (
    _flaw("rc4-suites", "RC4", "RC4 is taken."),
    _flaw("small-blocks", "3DES", "3DES is taken."),
    _flaw("client-preference", "client's order", "A client that names a weak suite first gets it."),
    _flaw("fallback-scsv", "TLS 1.1 from TLS 1.2", "A fallback to TLS 1.1 goes unnoticed."),
    _flaw("beast", "TLS 1.0", "TLS 1.0 is spoken with CBC."),
    _flaw("certificate-and-versions", "TLSv1.0", "TLS 1.0 is offered."),
    _flaw("certificate-and-versions", "TLSv1.1", "TLS 1.1 is offered."),
)
_CHECKS = tuple(dict.fromkeys(flaw.check for flaw in (*_PRINTER_FLAWS, *_PROXY_FLAWS)))

TLS_SERVICES: tuple[TlsService, ...] = (
    TlsService(name="print server", session=_printer, checks=_CHECKS, flaws=_PRINTER_FLAWS),
    TlsService(name="old proxy", session=_proxy, checks=_CHECKS, flaws=_PROXY_FLAWS),
    TlsService(
        name="headstrong gate",
        session=lambda _fixed, identity: _Headstrong(Policy(), identity),
        checks=_CHECKS,
    ),
    TlsService(
        name="parrot",
        session=lambda _fixed, identity: _Parrot(Policy(), identity),
        checks=_CHECKS,
    ),
)
