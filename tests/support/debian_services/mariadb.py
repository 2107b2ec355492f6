"""MariaDB: the superuser without a password, and accounts over TLS only."""

from support.debian_services.answering import greets
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, made_by, version_of

_USER = "mysql"


def misconfigured(ground: Ground) -> Setup:
    """`root` may come over the network and has no password."""
    flaws = (Flaw("network.mysql-unauthenticated", ("root",)),)
    return _setup(ground, ("--auth-root-authentication-method=normal",), (), flaws)


def hardened(ground: Ground) -> Setup:
    """`root` only from the machine itself, and TLS for all others."""
    certificate, key, _ = ground.certificate(_USER)
    settings = (f"--ssl-cert={certificate}", f"--ssl-key={key}", "--require-secure-transport=ON")
    return _setup(ground, ("--auth-root-authentication-method=socket",), settings, ())


def _setup(
    ground: Ground, install: tuple[str, ...], settings: tuple[str, ...], flaws: tuple[Flaw, ...]
) -> Setup:
    port = free_port()
    data = ground.directory("data", owner=_USER)
    sockets = ground.directory("run", owner=_USER)
    # A starting server throws away what others have just put into a folder for temporary files that they share.
    temporary = ground.directory("tmp", owner=_USER)
    small = (
        "--innodb-log-file-size=4M",
        "--innodb-buffer-pool-size=8M",
        "--aria-log-file-size=8M",
        f"--tmpdir={temporary}",
    )
    made_by(
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={data}",
        f"--user={_USER}",
        "--skip-test-db",
        "--skip-name-resolve",
        *install,
        *small,
    )
    command = (
        "mariadbd",
        "--no-defaults",
        f"--datadir={data}",
        f"--user={_USER}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--socket={sockets}/socket",
        f"--pid-file={sockets}/pid",
        *small,
        *settings,
    )
    door = Door(port, "mysql", "MariaDB", version_of("mariadb-server"), flaws)
    return Setup(command, (door,), greets(port))


SERVICE = Service("mariadb", "mariadb-server", "mariadbd", misconfigured, hardened)
