"""gnutls-serv: the library that has not forgotten RC4 and 3DES."""

from support.debian_services.answering import accepts
from support.debian_services.service import Ground, Service, Setup, free_port
from support.tls_servers.door import door, server

_LEGACY = (
    "NONE:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+ARCFOUR-128:+3DES-CBC:+AES-128-CBC:+AES-256-GCM:+MD5:+SHA1:+SHA256"
    ":+AEAD:+RSA:+ECDHE-RSA:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:%DISABLE_SAFE_RENEGOTIATION"
)
_MODERN = (
    "NONE:+VERS-TLS1.2:+VERS-TLS1.3:+AES-128-GCM:+AES-256-GCM:+AEAD:+ECDHE-RSA:+SIGN-RSA-SHA256"
    ":+SIGN-RSA-PSS-RSAE-SHA256:+GROUP-X25519:+GROUP-SECP256R1:+COMP-NULL:%SERVER_PRECEDENCE"
)


def _service(name: str, label: str, priority: str, *weak: str) -> Service:
    def setup(ground: Ground) -> Setup:
        port = free_port()
        certificate, key, _ = ground.certificate()
        command = (
            *("gnutls-serv", "--http", "--disable-client-cert", "--quiet", "-p", str(port)),
            *("--x509certfile", str(certificate), "--x509keyfile", str(key), "--priority", priority),
        )
        return Setup(command, (door(port, label, *weak),), accepts(port))

    return server(name, "gnutls-bin", "gnutls-serv", setup)


SERVERS: tuple[Service, ...] = (
    _service(
        "gnutls-legacy",
        "GnuTLS, RC4, 3DES, no safe renegotiation",
        _LEGACY,
        *(
            "tls1.0",
            "tls1.1",
            "rc4",
            "3des",
            "beast",
            "no-order",
            "insecure-renegotiation",
            "no-renegotiation-info",
        ),
    ),
    _service("gnutls-modern", "GnuTLS, modern", _MODERN, "client-renegotiation"),
)
