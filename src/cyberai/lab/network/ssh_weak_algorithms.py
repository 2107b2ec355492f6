"""SSH servers: weak lists of each kind on the vulnerable twin; names that only look weak."""

from cyberai.lab.network._ssh import Lists, SshSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ssh-weak-algorithms"
_SOUND = Lists()
_WEAK = Lists(
    version="SSH-1.99-QuaySSH_1.2",
    kex="diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1,curve25519-sha256",
    host_keys="ssh-rsa,rsa-sha2-512",
    ciphers="aes128-cbc,3des-cbc,arcfour256,aes128-ctr",
    macs="hmac-md5,hmac-sha1-96,hmac-sha2-256-etm@openssh.com",
)
_LOOKS_WEAK = Lists(
    version="SSH-2.0-QuaySSH_1.99",
    kex="curve25519-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha512",
    host_keys="rsa-sha2-512,x509v3-rsa2048-sha256",
    ciphers="aes256-ctr,aes128-gcm@openssh.com",
    macs="hmac-sha2-512-etm@openssh.com,hmac-sha1",
)


def _quay(fixed: bool) -> Session:
    return SshSession(_SOUND if fixed else _WEAK)


def _cautious(_fixed: bool) -> Session:
    return SshSession(_LOOKS_WEAK)


def _flaw(variant: str, summary: str) -> Flaw:
    return Flaw(check=CHECK, path="", method="", variant=variant, summary=summary)


SERVICES: tuple[Service, ...] = (
    Service(
        name="quay shell",
        session=_quay,
        checks=(CHECK,),
        greets=True,
        flaws=(
            _flaw("protocol-1", "Version 1 of the protocol is spoken."),
            _flaw("key-exchange", "Key exchanges of 1,024 bits and SHA-1 are offered."),
            _flaw("host-key", "Host keys sign with SHA-1."),
            _flaw("cipher", "Ciphers in CBC mode and RC4 are offered."),
            _flaw("mac", "Checksums of MD5 and of 96 bits are offered."),
            _flaw("terrapin", "CBC with encrypt-then-MAC and no strict key exchange."),
        ),
    ),
    Service(name="cautious shell", session=_cautious, checks=(CHECK,), greets=True),
)
