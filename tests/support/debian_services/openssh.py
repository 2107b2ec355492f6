"""OpenSSH: algorithms of the last century and passwords, and today's algorithms and keys only."""

from pathlib import Path

from support.debian_services.answering import greets
from support.debian_services.service import (
    Door,
    Flaw,
    Ground,
    Service,
    Setup,
    free_port,
    made_by,
    program,
    version_of,
)

_EMPTY = Path("/run/sshd")
"""The folder that the server locks itself into; it is compiled in."""


def misconfigured(ground: Ground) -> Setup:
    """What old clients ask for is switched on again, and a short key of the host."""
    settings = (
        f"HostKey {_key(ground, 'rsa', '-b', '1024')}\nRequiredRSASize 1024\nHostKeyAlgorithms ssh-rsa,rsa-sha2-256\n"
        "KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,curve25519-sha256\n"
        "Ciphers 3des-cbc,aes128-cbc,aes128-ctr\nMACs hmac-md5,hmac-sha1-96,hmac-sha2-256\n"
        "PasswordAuthentication yes\nPermitRootLogin yes\n"
    )
    weak = ("diffie-hellman-group1-sha1", "3des-cbc", "hmac-md5", "ssh-rsa")
    flaws = tuple(Flaw("network.ssh-weak-algorithms", (name,)) for name in weak)
    flaws += (Flaw("network.ssh-weak-host-key", ("1024",)),)
    return _setup(ground, settings, flaws)


def hardened(ground: Ground) -> Setup:
    """Debian's modern algorithms, keys only, nobody as root."""
    settings = (
        f"HostKey {_key(ground, 'ed25519')}\nHostKeyAlgorithms ssh-ed25519\n"
        "KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256\n"
        "Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com\n"
        "MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
    )
    return _setup(ground, settings, ())


def _key(ground: Ground, kind: str, *size: str) -> Path:
    path = ground.folder / f"host_{kind}"
    made_by("ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-f", str(path))
    return path


def _setup(ground: Ground, settings: str, flaws: tuple[Flaw, ...]) -> Setup:
    _EMPTY.mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    path = ground.file(
        "sshd_config",
        f"ListenAddress 127.0.0.1\nPort {port}\nPidFile none\nUsePAM no\nMaxStartups 100\n{settings}",
    )
    door = Door(port, "ssh", "OpenSSH", version_of("openssh-server"), flaws)
    return Setup((program("sshd") or "sshd", "-D", "-e", "-f", str(path)), (door,), greets(port))


SERVICE = Service("openssh", "openssh-server", "sshd", misconfigured, hardened)
