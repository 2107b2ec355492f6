"""Which services are asked by UDP, each by the smallest message of its protocol that changes nothing."""

from collections.abc import Callable

from msgspec import Struct

from cyberai.engine import udp_messages as say
from cyberai.ports.network import Datagram


class UdpProbe(Struct, frozen=True):
    """`payload` makes a server of `protocol` answer; `recognises(answer)` says that the answer is of that protocol.
    `ports` are those where it is usually found. `answered_elsewhere`: from another port than it was asked at."""

    protocol: str
    ports: tuple[int, ...]
    payload: bytes
    recognises: Callable[[bytes], bool]
    answered_elsewhere: bool = False

    @property
    def datagram(self) -> Datagram:
        """What is sent."""
        return Datagram(self.payload, self.answered_elsewhere)


PROBES: tuple[UdpProbe, ...] = (
    UdpProbe("dns", (53,), say.DNS_QUERY, say.is_dns),
    UdpProbe("ntp", (123,), say.NTP_CLIENT, say.is_ntp),
    UdpProbe("snmp", (161,), say.SNMP_GET, say.is_snmp),
    UdpProbe("snmp", (161,), say.SNMP3_DISCOVERY, say.is_snmp),
    UdpProbe("memcached", (11211,), say.MEMCACHED_VERSION, say.is_memcached),
    UdpProbe("mdns", (5353,), say.MDNS_QUERY, say.is_mdns),
    UdpProbe("ssdp", (1900,), say.SSDP_SEARCH, say.is_ssdp),
    UdpProbe("tftp", (69,), say.TFTP_READ, say.is_tftp, answered_elsewhere=True),
    UdpProbe("netbios", (137,), say.NBSTAT_QUERY, say.is_netbios),
    UdpProbe("rpcbind", (111,), say.RPC_NULL, say.is_rpc),
    UdpProbe("ipmi", (623,), say.IPMI_CAPABILITIES, say.is_ipmi),
    UdpProbe("ike", (500,), say.IKE_INIT, say.is_ike),
    UdpProbe("ike", (4500,), say.IKE_INIT_NAT, say.is_ike),
    UdpProbe("quic", (443,), say.QUIC_VERSION, say.is_quic),
    UdpProbe("openvpn", (1194,), say.OPENVPN_RESET, say.is_openvpn),
    UdpProbe("sip", (5060,), say.SIP_OPTIONS, say.is_sip),
    UdpProbe("coap", (5683,), say.COAP_CORE, say.is_coap),
    UdpProbe("stun", (3478,), say.STUN_BINDING, say.is_stun),
    UdpProbe("ldap", (389,), say.LDAP_ROOT, say.is_ldap),
    UdpProbe("mssql-browser", (1434,), say.MSSQL_INSTANCES, say.is_mssql_browser),
    UdpProbe("xdmcp", (177,), say.XDMCP_QUERY, say.is_xdmcp),
    UdpProbe("nat-pmp", (5351,), say.NAT_PMP_ADDRESS, say.is_nat_pmp),
    UdpProbe("bacnet", (47808,), say.BACNET_READ, say.is_bacnet),
)

USUAL_PORTS: tuple[int, ...] = tuple(dict.fromkeys(port for probe in PROBES for port in probe.ports))
"""The ports at which a service of the table is usually found."""


def probes_for(port: int) -> tuple[UdpProbe, ...]:
    """Those usual on a port; all where none is: any service may stand on any port."""
    return tuple(probe for probe in PROBES if port in probe.ports) or PROBES


def recognise(port: int, answer: bytes) -> str:
    """The protocol of an answer, those usual on the port first; empty when it is of none of the table."""
    ordered = sorted(PROBES, key=lambda probe: port not in probe.ports)
    return next((probe.protocol for probe in ordered if probe.recognises(answer)), "")
