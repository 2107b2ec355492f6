"""SNMP agents: one that everyone may read on the vulnerable twin; one that shows little; one for its own manager."""

from cyberai.lab.network._snmp import Agent
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.snmp-default-community"


def _crane(fixed: bool) -> Session:
    return Agent(() if fixed else ("public",))


def _gauge(fixed: bool) -> Session:
    return Agent(() if fixed else ("public",), (0,), little=True)


def _managed(_fixed: bool) -> Session:
    return Agent(("quay-manager-7",))


def _flaw(variant: str, summary: str) -> tuple[Flaw, ...]:
    return (Flaw(check=CHECK, path="", method="", variant=variant, summary=summary),)


SERVICES: tuple[Service, ...] = (
    Service(
        name="crane agent",
        session=_crane,
        checks=(CHECK,),
        udp=True,
        flaws=_flaw("all", "public reads the whole tree."),
    ),
    Service(
        name="gauge agent",
        session=_gauge,
        checks=(CHECK,),
        udp=True,
        flaws=_flaw("version 1", "public reads the system group by version 1."),
    ),
    Service(name="managed agent", session=_managed, checks=(CHECK,), udp=True),
)
