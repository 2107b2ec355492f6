"""HTTPS listeners: one with everything wrong, and one per single fault, beside a flawless twin each."""

import datetime

from cyberai.lab.headers import TRANSPORT_SECURITY, for_method, secured
from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.page import Flaw, Insertion
from cyberai.lab.service import Certificate, Sent, Tls, TlsListener
from cyberai.lab.tls._front import front_door, plain

CHECK = "tls.certificate-and-versions"
_HEADERS = "passive.security-headers"
_COOKIES = "passive.cookie-flags"
_BEAST = "tls.beast"
_SOUND = Tls(certificate=Certificate())
_EXPIRED_FROM = datetime.datetime(2021, 3, 1, tzinfo=datetime.UTC)
_EXPIRED_ON = datetime.datetime(2022, 3, 1, tzinfo=datetime.UTC)


def _careless(request: LabRequest, fixed: bool) -> LabResponse:
    """A small page; on the vulnerable twin without HSTS, and with a cookie that may travel in the clear."""
    attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if fixed else "")
    answer = front_door(request)
    if request.path == "/":
        answer = answer.with_headers(
            ("Set-Cookie", f"staff_session=6f1d2c9ab4e07385d1c62f0b9a48e753; {attributes}")
        )
    return for_method(request, secured(answer, *((TRANSPORT_SECURITY,) if fixed else ())))


def _flaw(variant: str, summary: str, *, demo: bool = False) -> Flaw:
    return Flaw(check=CHECK, path="/", variant=variant, summary=summary, demo=demo)


TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="staff entrance",
        vulnerable=Tls(
            certificate=Certificate(
                self_signed=True, key_bits=1024, not_before=_EXPIRED_FROM, not_after=_EXPIRED_ON
            ),
            obsolete_versions=True,
        ),
        fixed=_SOUND,
        respond=_careless,
        checks=(CHECK, _HEADERS, _COOKIES, _BEAST),
        flaws=(
            _flaw("self-signed", "The certificate is signed by nobody else.", demo=True),
            _flaw("expired", "The certificate has expired.", demo=True),
            _flaw("weak key", "The certificate has a 1024-bit RSA key.", demo=True),
            _flaw("obsolete versions", "TLS 1.0 and TLS 1.1 are accepted.", demo=True),
            Flaw(check=_BEAST, path="/", variant="CBC", summary="TLS 1.0 uses CBC ciphers.", demo=True),
            Flaw(check=_HEADERS, path="/", variant="strict-transport-security", demo=True,
                 summary="The HTTPS site does not insist on HTTPS."),
            Flaw(check=_COOKIES, path="/", parameter="staff_session", insertion=Insertion.COOKIE, demo=True,
                 variant="no Secure", summary="The session cookie staff_session lacks Secure."),
        ),
        demo=True,
    ),
    TlsListener(
        name="old delivery hatch",
        vulnerable=Tls(certificate=Certificate(not_before=_EXPIRED_FROM, not_after=_EXPIRED_ON)),
        fixed=_SOUND,
        respond=plain,
        checks=(CHECK,),
        flaws=(_flaw("expired, trusted issuer", "A certificate of a trusted issuer has expired."),),
    ),
    TlsListener(
        name="back door",
        vulnerable=Tls(
            certificate=Certificate(names=("depot.harbour-supply.example",), addresses=("192.0.2.7",))
        ),
        fixed=_SOUND,
        respond=plain,
        checks=(CHECK,),
        flaws=(_flaw("wrong name", "The certificate is for another host."),),
    ),
    TlsListener(
        name="cellar",
        vulnerable=Tls(certificate=Certificate(), obsolete_versions=True),
        fixed=_SOUND,
        respond=plain,
        checks=(CHECK, _BEAST),
        flaws=(
            _flaw("obsolete versions, sound certificate", "TLS 1.0 and TLS 1.1 are accepted."),
            Flaw(check=_BEAST, path="/", variant="CBC, sound certificate", summary="TLS 1.0 uses CBC ciphers."),
        ),
    ),
    TlsListener(
        name="ship chandler",
        vulnerable=Tls(certificate=Certificate(public=True, logged=True, sent=Sent.ALONE)),
        fixed=Tls(certificate=Certificate(public=True, logged=True, sent=Sent.WHOLE)),
        respond=plain,
        checks=(CHECK,),
        flaws=(_flaw("incomplete chain", "The intermediate certificate is not sent."),),
    ),
)  # fmt: skip
