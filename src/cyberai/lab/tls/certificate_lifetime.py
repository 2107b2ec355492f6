"""An HTTPS listener whose certificate nobody has renewed in time."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Certificate, Tls, TlsListener
from cyberai.lab.tls._front import plain

CHECK = "tls.certificate-lifetime"

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="tide clock",
        vulnerable=Tls(certificate=Certificate(days=5, age=85)),
        fixed=Tls(certificate=Certificate(days=20)),
        respond=plain,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK, path="/", variant="about to expire", summary="The certificate ends in five days."
            ),
        ),
    ),
)
