"""SSH servers with a short RSA key, and with a long one on the fixed twin."""

from cyberai.lab.network._ssh import Lists, SshSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ssh-weak-host-key"


def _gate(fixed: bool) -> Session:
    return SshSession(Lists(key_bits=2048 if fixed else 1024))


SERVICES: tuple[Service, ...] = (
    Service(
        name="gate shell",
        session=_gate,
        checks=(CHECK,),
        greets=True,
        flaws=(Flaw(check=CHECK, path="", method="", variant="rsa", summary="The host key has 1,024 bits."),),
    ),
)
