"""openssl s_server: what it still speaks when it is asked to."""

from support.debian_services.answering import accepts
from support.debian_services.service import Ground, Service, Setup, free_port
from support.tls_servers.door import door, server


def _service(name: str, label: str, options: tuple[str, ...], *weak: str) -> Service:
    def setup(ground: Ground) -> Setup:
        port = free_port()
        certificate, key, _ = ground.certificate()
        command = (
            *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-WWW"),
            *("-cert", str(certificate), "-key", str(key), *options),
        )
        return Setup(command, (door(port, label, *weak),), accepts(port))

    return server(name, "openssl", "openssl", setup)


SERVERS: tuple[Service, ...] = (
    _service(
        "openssl-null",
        "openssl, no encryption and nobody's certificate",
        ("-cipher", "ALL:eNULL:@SECLEVEL=0", "-serverpref", "-no_tls1_3", "-no_tls1", "-no_tls1_1"),
        *("null", "anonymous"),
    ),
    _service(
        "openssl-tls1",
        "openssl, TLS 1.0 alone",
        ("-tls1", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "-serverpref"),
        *("tls1.0", "no-modern-version"),
    ),
    _service(
        "openssl-renegotiation",
        "openssl, renegotiation by the client",
        ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-client_renegotiation", "-serverpref"),
        "client-renegotiation",
    ),
    _service(
        "openssl-modern",
        "openssl, TLS 1.3 alone, no tickets",
        ("-tls1_3", "-no_ticket", "-num_tickets", "0"),
    ),
)
