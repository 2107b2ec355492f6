"""Any text as a host: what the egress policy lets through by default is a global address through and through."""

from ipaddress import ip_address

from cyberai.domain.addresses import AddressClass, classify, embedded
from cyberai.domain.target import TargetError, literal_address
from cyberai.net.egress import EgressPolicy

POLICY = EgressPolicy()


def fuzz_one(data: bytes) -> None:
    """Sixteen or four bytes are an address; anything else is text in some spelling."""
    if len(data) in (4, 16):
        address = ip_address(data)
    else:
        try:
            literal = literal_address(data.decode("latin-1"))
        except TargetError:
            return
        if literal is None:
            return
        address = literal
    if POLICY.refusal(str(address)) is None:
        assert classify(address) is AddressClass.GLOBAL
        assert all(classify(e.address) is AddressClass.GLOBAL for e in embedded(address))
