"""An HTTPS listener that serves the certificate of a client."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Certificate, Tls, TlsListener
from cyberai.lab.tls._front import plain

CHECK = "tls.certificate-purpose"

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="tally office",
        vulnerable=Tls(certificate=Certificate(for_clients=True)),
        fixed=Tls(certificate=Certificate()),
        respond=plain,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="/",
                variant="for clients",
                summary="The certificate is made for clients only.",
            ),
        ),
    ),
)
