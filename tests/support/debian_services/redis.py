"""Redis: open to everyone, and behind a password and TLS."""

from support.debian_services.answering import accepts
from support.debian_services.service import Door, Flaw, Ground, Service, Setup, free_port, version_of

_COMMON = 'bind 127.0.0.1\nsave ""\nappendonly no\nlogfile ""\n'


def misconfigured(ground: Ground) -> Setup:
    """As many a container starts it: no password, and the mode that would protect it switched off."""
    port = free_port()
    settings = ground.file("redis.conf", f"{_COMMON}dir {ground.folder}\nport {port}\nprotected-mode no\n")
    flaws = (Flaw("network.redis-unauthenticated"),)
    door = Door(port, "redis", "Redis", version_of("redis-server"), flaws)
    return Setup(("redis-server", str(settings)), (door,), accepts(port))


def hardened(ground: Ground) -> Setup:
    """TLS only, and a password."""
    port = free_port()
    certificate, key, authority = ground.certificate()
    settings = ground.file(
        "redis.conf",
        f"{_COMMON}dir {ground.folder}\nport 0\ntls-port {port}\ntls-cert-file {certificate}\n"
        f"tls-key-file {key}\ntls-ca-cert-file {authority}\ntls-auth-clients no\n"
        "protected-mode yes\nrequirepass tide-table-canary\n",
    )
    return Setup(("redis-server", str(settings)), (Door(port, "redis", "Redis"),), accepts(port))


SERVICE = Service("redis", "redis-server", "redis-server", misconfigured, hardened)
