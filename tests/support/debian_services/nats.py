"""NATS: a message broker for everyone with its monitor, and one with accounts over TLS."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """No account is asked for; the monitor, which tells of every connection, is open as well."""
    port, monitor = free_port(), free_port()
    settings = ground.file("nats.conf", f"host: 127.0.0.1\nport: {port}\nhttp: 127.0.0.1:{monitor}\n")
    version = version_of("nats-server")
    doors = (
        Door(port, "nats", "NATS", version, (Flaw("network.nats-unauthenticated"),)),
        Door(
            monitor,
            "http",
            "NATS",
            version,
            (Flaw("web.debug-pages", ("NATS monitor",)),),
            ("passive.security-headers",),
        ),
    )
    return Setup(("nats-server", "-c", str(settings)), doors, accepts(port, monitor), user="nats")


def hardened(ground: Ground) -> Setup:
    """Accounts, TLS, and no monitor."""
    port = free_port()
    certificate, key, _ = ground.certificate("nats")
    settings = ground.file(
        "nats.conf",
        f"host: 127.0.0.1\nport: {port}\n"
        f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}\n'
        "authorization { users: [ { user: quay, password: tide-table-canary } ] }\n",
    )
    door = Door(port, "nats", "NATS", version_of("nats-server"))
    return Setup(("nats-server", "-c", str(settings)), (door,), accepts(port), user="nats")


SERVICE = Service("nats", "nats-server", "nats-server", misconfigured, hardened)
