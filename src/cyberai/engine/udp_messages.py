"""The smallest message of a UDP protocol that makes its server answer and changes nothing, and how the answer is told
from anything else. Each carries a number of ours, which the answer must give back."""

import struct

from cyberai.checkkit.ber import item

MARK = b"\x2b\x57"
MARK_8 = b"\x2b\x57\x5a\x11\x22\x33\x44\x55"
_MARK_12 = MARK_8 + b"\x66\x77\x88\x99"
_SNMP_REQUEST = 0x2B575A


def _question(name: str, kind: int, klass: int = 1) -> bytes:
    labels = b"".join(_label(label) for label in name.split(".") if label)
    return labels + b"\x00" + struct.pack("!HH", kind, klass)


def _label(label: str) -> bytes:
    return bytes((len(label),)) + label.encode("ascii")


DNS_QUERY = MARK + struct.pack("!HHHHH", 0, 1, 0, 0, 0) + _question("", 2)
"""The name servers of the root, without recursion (RFC 1035, section 4.1)."""


def is_dns(answer: bytes) -> bool:
    """Our number, and the bit that says it is a response."""
    return len(answer) >= 12 and answer[:2] == MARK and bool(answer[2] & 0x80)


MDNS_QUERY = (
    MARK[::-1] + struct.pack("!HHHHH", 0, 1, 0, 0, 0) + _question("_services._dns-sd._udp.local", 12, 0x8001)
)
"""Which kinds of services there are, to be answered to us alone (RFC 6763, section 9; RFC 6762, section 5.4)."""


def is_mdns(answer: bytes) -> bool:
    """An authoritative answer without error that holds something of `.local`."""
    return (
        len(answer) >= 12
        and answer[:2] in (MARK[::-1], b"\0\0")
        and answer[2] & 0x84 == 0x84
        and not answer[3] & 0x0F
        and answer[6:8] != b"\0\0"
        and b"\x05local" in answer
    )


NBSTAT_QUERY = MARK + struct.pack("!HHHHH", 0, 1, 0, 0, 0) + b"\x20CK" + b"A" * 30 + b"\0\0\x21\0\x01"
"""The names of a NetBIOS host (RFC 1002, section 4.2.17)."""


def is_netbios(answer: bytes) -> bool:
    """A response with our number and the node's status."""
    return is_dns(answer) and b"\0\x21\0\x01" in answer[12:64]


NTP_CLIENT = b"\x23" + bytes(39) + MARK_8


def is_ntp(answer: bytes) -> bool:
    """A server's answer to a client (RFC 5905, section 7.3): mode 4, our time stamp given back."""
    return len(answer) >= 48 and answer[0] & 0x07 == 4 and answer[24:32] == MARK_8


_SYS_DESCR = item(0x30, item(0x06, b"\x2b\x06\x01\x02\x01\x01\x01\x00"), b"\x05\x00")
_REQUEST_ID = item(0x02, _SNMP_REQUEST.to_bytes(3, "big"))
_ZERO = b"\x02\x01\x00"
SNMP_GET = item(
    0x30,
    b"\x02\x01\x01",
    item(0x04, b"public"),
    item(0xA0, _REQUEST_ID, _ZERO, _ZERO, item(0x30, _SYS_DESCR)),
)
"""SNMPv2c GetRequest of sysDescr.0 with the community `public` (RFC 3416)."""

SNMP3_DISCOVERY = item(
    0x30,
    b"\x02\x01\x03",
    item(0x30, _REQUEST_ID, b"\x02\x02\x05\xdc", b"\x04\x01\x04", b"\x02\x01\x03"),
    item(0x04, item(0x30, b"\x04\x00", _ZERO, _ZERO, b"\x04\x00\x04\x00\x04\x00")),
    item(0x30, b"\x04\x00\x04\x00", item(0xA0, _REQUEST_ID, _ZERO, _ZERO, b"\x30\x00")),
)
"""The question for an agent's engine id (RFC 3414, section 4): answered whatever its communities are."""


def is_snmp(answer: bytes) -> bool:
    """A response or a report (RFC 3416, section 3) to our request."""
    if answer[:1] != b"\x30" or _REQUEST_ID not in answer[:64]:
        return False
    if b"\x02\x01\x03" in answer[1:8]:
        return b"\xa8" in answer[24:200]
    at = answer.index(_REQUEST_ID)
    return b"\xa2" in answer[at - 4 : at - 1]


MEMCACHED_VERSION = MARK + b"\0\0\0\1\0\0version\r\n"
"""`version` behind memcached's UDP frame: request id, sequence number, datagrams, reserved."""


def is_memcached(answer: bytes) -> bool:
    """Our frame, and its answer."""
    return answer[:2] == MARK and answer[8:16] == b"VERSION "


TFTP_READ = b"\0\x01cyberai-2b57-not-there\0octet\0"
"""A read of a file that is not there (RFC 1350): the server says so."""


def is_tftp(answer: bytes) -> bool:
    """An error with a code of the protocol."""
    return len(answer) >= 5 and answer[:3] == b"\0\x05\0" and answer[3] <= 8 and answer.endswith(b"\0")


SSDP_SEARCH = (
    b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)


def is_ssdp(answer: bytes) -> bool:
    """A search response (UPnP Device Architecture 2.0, section 1.3.3)."""
    fields = answer[:2_048].upper()
    return fields.startswith(b"HTTP/1.") and b"\nST:" in fields and b"\nUSN:" in fields


SIP_OPTIONS = (
    b"OPTIONS sip:cyberai@invalid.invalid SIP/2.0\r\nVia: SIP/2.0/UDP invalid.invalid;branch=z9hG4bK2b57;rport\r\n"
    b"Max-Forwards: 70\r\nTo: <sip:cyberai@invalid.invalid>\r\nFrom: <sip:cyberai@invalid.invalid>;tag=2b57\r\n"
    b"Call-ID: 2b575a11\r\nCSeq: 1 OPTIONS\r\nContact: <sip:cyberai@invalid.invalid>\r\nContent-Length: 0\r\n\r\n"
)


def is_sip(answer: bytes) -> bool:
    """A response (RFC 3261, section 7.2) to our call."""
    return answer.startswith(b"SIP/2.0 ") and b"2b57" in answer


IPMI_CAPABILITIES = bytes.fromhex("0600ff07000000000000000000092018c88100388e04b5")
"""Get Channel Authentication Capabilities in an RMCP message without session (IPMI 2.0, section 22.13)."""


def is_ipmi(answer: bytes) -> bool:
    """An RMCP message of class IPMI that answers this command."""
    return (
        len(answer) >= 22
        and answer[0] == 0x06
        and answer[3] == 0x07
        and answer[15] >> 2 == 7
        and answer[19] == 0x38
    )


RPC_NULL = MARK_8[:4] + struct.pack("!9I", 0, 2, 100_000, 2, 0, 0, 0, 0, 0)
"""The port mapper's procedure that does nothing (RFC 5531, section 9; RFC 1833, section 3.1)."""


def is_rpc(answer: bytes) -> bool:
    """A reply to our call."""
    return len(answer) >= 12 and answer[:8] == MARK_8[:4] + b"\0\0\0\x01"


COAP_CORE = b"\x42\x01" + MARK + b"\x5a\x11" + b"\xbb.well-known\x04core"
"""GET /.well-known/core (RFC 7252, section 7.2)."""


def is_coap(answer: bytes) -> bool:
    """Our token in a response (class 2, 4 or 5) of version 1."""
    return (
        len(answer) >= 6
        and answer[0] >> 6 == 1
        and answer[0] & 0x0F == 2
        and answer[1] >> 5 in (2, 4, 5)
        and answer[4:6] == b"\x5a\x11"
    )


OPENVPN_RESET = b"\x38" + MARK_8 + bytes(5)
"""A client's hard reset (version 2): the first packet of a session, which without a second is forgotten."""


def is_openvpn(answer: bytes) -> bool:
    """A server's hard reset that acknowledges our session."""
    return len(answer) >= 26 and answer[0] >> 3 == 8 and MARK_8 in answer[9:]


_QUIC_IDS = b"\x08" + MARK_8 + b"\x08" + MARK_8[::-1]
QUIC_VERSION = (b"\xc0\x1a\x2a\x3a\x4a" + _QUIC_IDS).ljust(1_200, b"\0")
"""A first packet of a version that is reserved for this: the server names those it speaks (RFC 9000, section 6)."""


def is_quic(answer: bytes) -> bool:
    """Version Negotiation (RFC 8999, section 6), our connection ids changed about."""
    return answer[:1] >= b"\x80" and answer[1:23] == b"\0\0\0\0\x08" + MARK_8[::-1] + b"\x08" + MARK_8


def _ike_payload(following: int, body: bytes) -> bytes:
    return struct.pack("!BBH", following, 0, len(body) + 4) + body


def _ike_transform(last: bool, kind: int, number: int, attributes: bytes = b"") -> bytes:
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attributes), kind, 0, number) + attributes


def _ike_init() -> bytes:
    """IKE_SA_INIT with AES-CBC-256, HMAC-SHA-256 and group 14 (RFC 7296, section 1.2); the key is no one's."""
    transforms = (
        _ike_transform(False, 1, 12, b"\x80\x0e\x01\x00")
        + _ike_transform(False, 2, 5)
        + _ike_transform(False, 3, 12)
        + _ike_transform(True, 4, 14)
    )
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(transforms), 1, 1, 0, 4) + transforms
    body = (
        _ike_payload(34, proposal)
        + _ike_payload(40, b"\0\x0e\0\0" + MARK_8 * 32)
        + _ike_payload(0, MARK_8 * 4)
    )
    return MARK_8 + bytes(8) + struct.pack("!BBBBII", 33, 0x20, 34, 0x08, 0, 28 + len(body)) + body


IKE_INIT = _ike_init()
IKE_INIT_NAT = bytes(4) + IKE_INIT
"""Behind the marker that tells it from ESP on port 4500 (RFC 3948, section 2.2)."""


def is_ike(answer: bytes) -> bool:
    """A response with our SPI, of whichever version."""
    message = answer.removeprefix(bytes(4))
    if len(message) < 28 or message[:8] != MARK_8:
        return False
    version, responds = message[17] >> 4, bool(message[19] & 0x20)
    return (version == 2 and responds) or (version == 1 and message[8:16] != bytes(8))


STUN_BINDING = b"\0\x01\0\0\x21\x12\xa4\x42" + _MARK_12


def is_stun(answer: bytes) -> bool:
    """A success or an error to our transaction (RFC 8489, section 5)."""
    return answer[:2] in (b"\x01\x01", b"\x01\x11") and answer[4:20] == b"\x21\x12\xa4\x42" + _MARK_12


LDAP_ROOT = item(
    0x30,
    b"\x02\x01\x2b",
    item(
        0x63, b"\x04\x00\x0a\x01\x00\x0a\x01\x00" + _ZERO + _ZERO + b"\x01\x01\x00\x87\x0bobjectClass\x30\x00"
    ),
)
"""The root DSE of a directory by connectionless LDAP (RFC 4511, section 4.5.1)."""


def is_ldap(answer: bytes) -> bool:
    """An entry or the end of our search."""
    head = answer[:16]
    return answer[:1] == b"\x30" and (b"\x02\x01\x2b\x64" in head or b"\x02\x01\x2b\x65" in head)


MSSQL_INSTANCES = b"\x03"
"""Which instances there are ([MC-SQLR], section 2.2.2)."""


def is_mssql_browser(answer: bytes) -> bool:
    """The list, as long as it says."""
    return (
        answer[:1] == b"\x05"
        and len(answer) >= 3
        and int.from_bytes(answer[1:3], "little") == len(answer) - 3
    )


XDMCP_QUERY = b"\0\x01\0\x02\0\x01\0"


def is_xdmcp(answer: bytes) -> bool:
    """Willing or unwilling (XDMCP 1.1), as long as it says."""
    of_kind = answer[:4] in (b"\0\x01\0\x05", b"\0\x01\0\x06")
    return of_kind and len(answer) >= 6 and int.from_bytes(answer[4:6], "big") == len(answer) - 6


NAT_PMP_ADDRESS = b"\0\0"


def is_nat_pmp(answer: bytes) -> bool:
    """The gateway's external address, or why there is none (RFC 6886, section 3.2)."""
    return len(answer) in (8, 12) and answer[:2] == b"\0\x80"


BACNET_READ = bytes.fromhex("810a001101040005010c0c023fffff194b")
"""ReadProperty of the device's own identifier."""


def is_bacnet(answer: bytes) -> bool:
    """A BACnet/IP message as long as it says: an acknowledgement, error or refusal of our invocation."""
    if len(answer) < 9 or answer[:1] != b"\x81" or int.from_bytes(answer[2:4], "big") != len(answer):
        return False
    return answer[4] == 1 and answer[6] >> 4 in (3, 5, 6, 7) and answer[7] == 1
