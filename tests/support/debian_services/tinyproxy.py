"""Tinyproxy: for everyone, and for an account."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of


def misconfigured(ground: Ground) -> Setup:
    """No rule of who may use it."""
    return _setup(ground, "", (Flaw("network.http-open-proxy"),))


def hardened(ground: Ground) -> Setup:
    """A name and a password, and tunnels to port 443 only."""
    return _setup(ground, "BasicAuth quay tide-table-canary\nConnectPort 443\n", ())


def _setup(ground: Ground, access: str, flaws: tuple[Flaw, ...]) -> Setup:
    port = free_port()
    settings = ground.file(
        "tinyproxy.conf",
        f"User nobody\nGroup nogroup\nPort {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n{access}",
    )
    told = ("passive.version-disclosure",)
    door = Door(port, "http-proxy", "Tinyproxy", version_of("tinyproxy-bin"), flaws, told)
    return Setup(("tinyproxy", "-d", "-c", str(settings)), (door,), accepts(port))


SERVICE = Service("tinyproxy", "tinyproxy-bin", "tinyproxy", misconfigured, hardened)
