"""An HTTPS listener whose key a card with a flawed generator has made."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Certificate, Tls, TlsListener
from cyberai.lab.tls._front import plain

CHECK = "tls.certificate-key"

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="strong room",
        vulnerable=Tls(certificate=Certificate(roca=True)),
        fixed=Tls(certificate=Certificate()),
        respond=plain,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="/", variant="ROCA", summary="The RSA key is one of CVE-2017-15361."),),
    ),
)
