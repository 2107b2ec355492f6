"""An HTTPS listener that sends its certificates in the wrong order."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Certificate, Sent, Tls, TlsListener
from cyberai.lab.tls._front import plain

CHECK = "tls.certificate-chain"

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="pilot house",
        vulnerable=Tls(certificate=Certificate(sent=Sent.SHUFFLED)),
        fixed=Tls(certificate=Certificate(sent=Sent.WHOLE)),
        respond=plain,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="/",
                variant="wrong order",
                summary="The root is sent before the intermediate certificate.",
            ),
        ),
    ),
)
