"""Mail servers: one that relays for everyone on the vulnerable twin; those that look as if they did."""

from cyberai.lab.network._mail import OWN_DOMAIN, Transfer, domain_of
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.smtp-open-relay"


def _own(recipient: str) -> bool:
    return domain_of(recipient) == OWN_DOMAIN


def _relay(fixed: bool) -> Session:
    return Transfer(_own if fixed else lambda _recipient: True).session


def _catch_all(_fixed: bool) -> Session:
    """It takes every name of its own domain, also `someone%elsewhere`, and sends back later what it cannot deliver."""
    return Transfer(lambda recipient: _own(recipient) or domain_of(recipient) == "[127.0.0.1]").session


def _spam_trap(_fixed: bool) -> Session:
    """It says yes to everything and delivers nothing."""
    return Transfer(lambda _recipient: True, reads_all=True).session


SERVICES: tuple[Service, ...] = (
    Service(
        name="mail relay",
        session=_relay,
        checks=(CHECK,),
        greets=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="relay",
                summary="Mail of strangers to strangers is taken.",
            ),
        ),
    ),
    Service(name="catch-all mail", session=_catch_all, checks=(CHECK,), greets=True),
    Service(name="spam trap", session=_spam_trap, checks=(CHECK,), greets=True),
)
