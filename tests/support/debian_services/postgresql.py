"""PostgreSQL: everyone is trusted to be who they say, and passwords over TLS only."""

import contextlib
from collections.abc import Callable

import psycopg

from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, made_by, version_of
from tools.postgres_server import program

_USER = "postgres"
_SECRET = "tide-table-canary"


def misconfigured(ground: Ground) -> Setup:
    """`trust` for every host: no password is asked for, of the superuser neither."""
    port = free_port()
    version = version_of(f"postgresql-{_major()}")
    flaws = (Flaw("network.postgresql-unauthenticated"),)
    door = Door(port, "postgresql", "PostgreSQL", version, flaws)
    return _setup(ground, door, "host all all 0.0.0.0/0 trust\n", (), "disable")


def hardened(ground: Ground) -> Setup:
    """SCRAM over TLS, and nothing in clear text."""
    certificate, key, _ = ground.certificate(_USER)
    settings = ("ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}")
    rules = "hostssl all all 0.0.0.0/0 scram-sha-256\n"
    return _setup(ground, Door(free_port(), "postgresql", "PostgreSQL"), rules, settings, "require")


def _setup(ground: Ground, door: Door, rules: str, settings: tuple[str, ...], tls: str) -> Setup:
    home = ground.directory("home", owner=_USER)
    secret = ground.file("secret", _SECRET, owner=_USER, mode=0o600)
    made_by(
        *(str(program("initdb")), "-D", f"{home}/data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"),
        *("--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "--no-instructions"),
        user=_USER,
        folder=home,
    )
    hosts = ground.file("pg_hba.conf", rules, owner=_USER)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(door.port),
        "unix_socket_directories": str(home),
        "hba_file": str(hosts),
        "fsync": "off",
        "shared_buffers": "16MB",
    }
    flags = [*(f"{name}={value}" for name, value in options.items()), *settings]
    command = (
        str(program("postgres")),
        "-D",
        f"{home}/data",
        *(word for flag in flags for word in ("-c", flag)),
    )
    return Setup(command, (door,), _lets_in(door.port, tls), user=_USER)


def _lets_in(port: int, tls: str) -> Callable[[], bool]:
    """True once the superuser with the password gets in."""
    address = f"postgresql://postgres:{_SECRET}@127.0.0.1:{port}/postgres?sslmode={tls}"

    def asked() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(address, connect_timeout=5).close()
            return True
        return False

    return asked


def _major() -> str:
    found = program("postgres")
    assert found is not None
    return found.parts[-3]


SERVICE = Service("postgresql", "postgresql", "pg_ctlcluster", misconfigured, hardened)
