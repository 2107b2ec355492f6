"""Which of many addresses are worth a look of their own: those with an open port."""

from collections.abc import Sequence

from msgspec import Struct

from cyberai.ports.network import Dialer, PortState

KNOCKED_AT = (443, 80, 22, 445, 3389, 8080, 135, 25, 53)
"""Ports at which it is asked whether there is anybody; any answer says yes, a refusal too."""

_ANY_ANSWER = frozenset({PortState.OPEN, PortState.CLOSED})
_OPEN = frozenset({PortState.OPEN})


class Inhabited(Struct, frozen=True):
    """Hosts that answered at all, and those of them with an open port."""

    alive: frozenset[str]
    open: frozenset[str]


async def inhabited(dialer: Dialer, hosts: Sequence[str], ports: Sequence[int]) -> Inhabited:
    """Knock at all hosts together, then look for the first open port of those that answered. A list of few ports is
    asked at once: knocking would cost as much."""
    alive: set[str] = set()
    opened: set[str] = set()
    asked = list(hosts)
    if len(ports) > len(KNOCKED_AT):
        async for found in dialer.scan_hosts(asked, KNOCKED_AT, _ANY_ANSWER):
            alive.update(host for host, _, state in found if state in _ANY_ANSWER)
        asked = [host for host in hosts if host in alive]
    async for found in dialer.scan_hosts(asked, ports, _OPEN):
        alive.update(host for host, _, state in found if state in _ANY_ANSWER)
        opened.update(host for host, _, state in found if state is PortState.OPEN)
    return Inhabited(frozenset(alive), frozenset(opened))
