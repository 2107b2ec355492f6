"""An HTTPS listener with a certificate by the rules of public authorities that is in no log, and that demands an answer of its
authority which nobody sends."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Certificate, Tls, TlsListener
from cyberai.lab.tls._front import plain

CHECK = "tls.certificate-transparency"
_STATUS = "tls.certificate-status"

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="customs house",
        vulnerable=Tls(certificate=Certificate(public=True, must_staple=True)),
        fixed=Tls(certificate=Certificate(public=True, logged=True)),
        respond=plain,
        checks=(CHECK, _STATUS),
        flaws=(
            Flaw(
                check=CHECK,
                path="/",
                variant="no timestamps",
                summary="The certificate carries no timestamp of a certificate log.",
            ),
            Flaw(
                check=_STATUS,
                path="/",
                variant="no staple",
                summary="The certificate demands a stapled answer, and none is sent.",
            ),
        ),
    ),
)
