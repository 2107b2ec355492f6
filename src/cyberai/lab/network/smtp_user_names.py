"""Mail servers that are asked for names: one tells on the vulnerable twin; one answers all names alike."""

from cyberai.lab.network._mail import OWN_DOMAIN, Transfer, domain_of
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.smtp-user-names"
_NAMES = frozenset({"postmaster", "abuse", "mara", "crane"})


def _tells(name: str) -> str:
    if name.partition("@")[0] in _NAMES:
        return f"250 2.1.5 {name}@{OWN_DOMAIN}"
    return f"550 5.1.1 {name[:60]}: Recipient address rejected: User unknown"


def _same(_name: str) -> str:
    return "252 2.1.5 Cannot VRFY user, but will accept message and attempt delivery"


def _mail(fixed: bool) -> Session:
    return Transfer(lambda r: domain_of(r) == OWN_DOMAIN, names=None if fixed else _tells).session


def _discreet(_fixed: bool) -> Session:
    return Transfer(lambda r: domain_of(r) == OWN_DOMAIN, names=_same).session


SERVICES: tuple[Service, ...] = (
    Service(
        name="talkative mail",
        session=_mail,
        checks=(CHECK,),
        greets=True,
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="vrfy", summary="VRFY tells names that exist."),
        ),
    ),
    Service(name="discreet mail", session=_discreet, checks=(CHECK,), greets=True),
)
