"""Dante, a SOCKS proxy: rules that let everyone through, and accounts."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port


def misconfigured(ground: Ground) -> Setup:
    """Everyone may connect to everything, without a log-in. Dante itself refuses to connect to its own port."""
    return _setup(ground, "none", (Flaw("network.socks-open-proxy"),))


def hardened(ground: Ground) -> Setup:
    """The same rules for those who have an account."""
    return _setup(ground, "username", ())


def _setup(ground: Ground, method: str, flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    settings = ground.file(
        "danted.conf",
        f"logoutput: stderr\ninternal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\n"
        f"clientmethod: none\nsocksmethod: {method}\nuser.privileged: root\nuser.unprivileged: nobody\n"
        "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\nsocks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n",
    )
    door = Door(port, "socks", "", "", flaws)
    return Setup(("danted", "-f", str(settings), "-p", str(ground.folder / "pid")), (door,), accepts(port))


SERVICE = Service("dante", "dante-server", "danted", misconfigured, hardened)
