"""stunnel, in front of a program that gives back what it is told."""

from support.debian_services.answering import accepts
from support.debian_services.service import Ground, Setup, free_port
from support.tls_servers.door import door, server


def _setup(ground: Ground) -> Setup:
    port = free_port()
    certificate, key, _ = ground.certificate()
    settings = ground.file(
        "stunnel.conf",
        f"foreground = yes\npid =\nsyslog = no\ndebug = err\n[echo]\naccept = 127.0.0.1:{port}\nexec = /bin/cat\n"
        f"cert = {certificate}\nkey = {key}\nsslVersionMin = TLSv1.2\nciphers = ECDHE+AESGCM\n"
        "options = CIPHER_SERVER_PREFERENCE\n",
    )
    return Setup(("stunnel4", str(settings)), (door(port, "stunnel, modern", protocol=""),), accepts(port))


SERVER = server("stunnel", "stunnel4", "stunnel4", _setup)
