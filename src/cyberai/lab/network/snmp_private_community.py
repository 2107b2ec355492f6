"""SNMP agents that know the community `private`, and a twin that knows none."""

from cyberai.lab.network._snmp import Agent
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.snmp-private-community"


def _switch(fixed: bool) -> Session:
    return Agent(() if fixed else ("private",))


SERVICES: tuple[Service, ...] = (
    Service(
        name="switch agent",
        session=_switch,
        checks=(CHECK,),
        udp=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="private",
                summary="The community private is accepted.",
                intrusive=True,
            ),
        ),
    ),
)
