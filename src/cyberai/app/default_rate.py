"""The request rate of a scan that asks for none, as far as its targets tell before anything is resolved."""

import ipaddress
from functools import lru_cache

from cyberai.domain.addresses import AddressClass, classify
from cyberai.domain.target import RangeTarget, Target, TargetError, literal_address, parse_target

RATE = 20
LOOPBACK_RATE = 200
"""Requests per second on one host; net.session_state decides by the address that is connected to."""


@lru_cache(maxsize=256)
def default_rate(targets: tuple[str, ...]) -> int | None:
    """The rate of every host; None where hosts of this machine and others are mixed. A name counts as another
    machine's, except localhost."""
    try:
        local = {_is_local(parse_target(text)) for text in targets}
    except TargetError:
        return None  # stored by a version that read it otherwise
    if len(local) != 1:
        return None
    return LOOPBACK_RATE if local.pop() else RATE


def _is_local(target: Target) -> bool:
    if isinstance(target, RangeTarget):
        return ipaddress.ip_network(target.network).is_loopback
    literal = literal_address(target.host)
    if literal is None:
        return target.host == "localhost" or target.host.endswith(".localhost")
    return classify(literal) is AddressClass.LOOPBACK
