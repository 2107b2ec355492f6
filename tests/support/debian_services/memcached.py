"""Memcached: open to everyone over TCP and UDP, and behind a log-in."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of

_COMMON = ("memcached", "-l", "127.0.0.1", "-m", "8", "-u", "nobody")


def misconfigured(ground: Ground) -> Setup:
    """As it was by default until 1.5.6: datagrams too, whose answers are many times as long as the questions."""
    port = free_port()
    flaws = (Flaw("network.memcached-unauthenticated"), Flaw("network.memcached-amplification"))
    door = Door(port, "memcached", "Memcached", version_of("memcached"), flaws, udp=True)
    return Setup((*_COMMON, "-p", str(port), "-U", str(port)), (door,), accepts(port))


def hardened(ground: Ground) -> Setup:
    """The text protocol's log-in, and no datagrams."""
    port = free_port()
    secrets = ground.file("users", "quay:tide-table-canary\n", owner="nobody", mode=0o600)
    command = (*_COMMON, "-p", str(port), "-U", "0", "-Y", str(secrets))
    return Setup(command, (Door(port, "memcached", "Memcached"),), accepts(port))


SERVICE = Service("memcached", "memcached", "memcached", misconfigured, hardened)
