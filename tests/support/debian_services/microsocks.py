"""microsocks, a small SOCKS proxy: for everyone, and for an account."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port


def misconfigured(_ground: Ground) -> Setup:
    """As it starts by itself."""
    return _setup((), (Flaw("network.socks-open-proxy"),))


def hardened(_ground: Ground) -> Setup:
    """Behind a name and a password."""
    return _setup(("-u", "quay", "-P", "tide-table-canary"), ())


def _setup(account: tuple[str, ...], flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    command = ("microsocks", "-i", "127.0.0.1", "-p", str(port), *account)
    return Setup(command, (Door(port, "socks", "", "", flaws),), accepts(port))


SERVICE = Service("microsocks", "microsocks", "microsocks", misconfigured, hardened)
