"""Names, directories and time: DNS, LDAP, Kerberos, SNMP, NTP, SIP, TFTP, IPMI, SSDP, rpcbind."""

import struct

from msgspec import structs

from cyberai.checkkit import ber
from cyberai.checkkit.text import Pattern
from cyberai.engine.services.ask import UDP, Ask, Read, ports
from cyberai.engine.services.identity import (
    LIKELY,
    MAX_PRODUCT,
    MAX_VERSION,
    PROTOCOL,
    SURE,
    Identity,
    clean,
    cpe23,
)
from cyberai.engine.services.rules import Rule, Rules, first_match, system_in

# -- DNS --------------------------------------------------------------------------------------------------

_DNS_ID = b"\x43\x59"
_DNS_QUESTION = b"\x07version\x04bind\x00\x00\x10\x00\x03"
_DNS = _DNS_ID + struct.pack(">HHHHH", 0, 1, 0, 0, 0) + _DNS_QUESTION
_DNS_PRODUCTS: Rules = (
    Rule(r"dnsmasq-([\w.]+)", "dnsmasq", "thekelleys:dnsmasq"),
    Rule(r"unbound ([\d.]+)", "Unbound", "nlnetlabs:unbound"),
    Rule(r"^NSD ([\d.]+)", "NSD", "nlnetlabs:nsd"),
    Rule(r"PowerDNS Recursor ([\d.]+)", "PowerDNS Recursor", "powerdns:recursor"),
    Rule(r"PowerDNS Authoritative Server ([\d.]+)", "PowerDNS Authoritative Server", "powerdns:authoritative_server"),
    Rule(r"^CoreDNS-?([\d.]+)?", "CoreDNS", "coredns.io:coredns"),
    Rule(r"Knot DNS ([\d.]+)", "Knot DNS", "nic:knot_dns"),
    Rule(r"Knot Resolver ([\d.]+)?", "Knot Resolver", "nic:knot_resolver"),
    Rule(r"Microsoft DNS ([\d.]+)", "Microsoft DNS", "microsoft:dns_server", "Windows"),
    Rule(r"^(?:BIND )?(9\.\d{1,2}\.\d{1,3}(?:-[PSW]\d+)?)", "ISC BIND", "isc:bind"),
)  # fmt: skip


def _dns(data: bytes) -> Identity | None:
    if len(data) < 12 or data[:2] != _DNS_ID or data[2] & 0x80 == 0:
        return None
    questions, answers = struct.unpack(">HH", data[4:8])
    if data[2] & 0x78 or questions > 1 or (questions and data[12 : 12 + len(_DNS_QUESTION)] != _DNS_QUESTION):
        return None
    text = _first_text(data[12 + len(_DNS_QUESTION) * questions :]) if answers and not data[3] & 15 else b""
    found = first_match(_DNS_PRODUCTS, text, "dns") if text else None
    found = found or Identity(protocol="dns", confidence=PROTOCOL)
    return structs.replace(found, os=found.os or system_in(text))


def _first_text(rest: bytes) -> bytes:
    """The string of the first record, whose name is a pointer or given again."""
    at = 2 if rest[:1] >= b"\xc0" else rest.index(b"\x00") + 1
    kind, _, _, size = struct.unpack(">HHIH", rest[at : at + 10])
    if kind != 16 or size < 2:
        return b""
    return rest[at + 11 : at + 11 + min(rest[at + 10], size - 1)]


def dns_text(data: bytes) -> bytes:
    """What an answer that `_dns` took says of the version, by TCP or UDP; raise ValueError, IndexError or struct.error
    when it says nothing that can be read."""
    message = data if data[:2] == _DNS_ID else data[2:]
    questions, answers = struct.unpack(">HH", message[4:8])
    return (
        _first_text(message[12 + len(_DNS_QUESTION) * questions :])
        if answers and not message[3] & 15
        else b""
    )


def _dns_tcp(data: bytes) -> Identity | None:
    return _dns(data[2:]) if struct.unpack(">H", data[:2])[0] in range(12, 4_097) else None


# -- LDAP and Kerberos ------------------------------------------------------------------------------------

_ATTRIBUTES = ("vendorName", "vendorVersion", "supportedLDAPVersion", "domainControllerFunctionality", "objectClass",
               "isGlobalCatalogReady", "forestFunctionality", "namingContexts")  # fmt: skip
_LDAP = ber.item(
    0x30,
    ber.number(1),
    ber.item(
        0x63,
        ber.item(4),
        ber.number(0, 10),
        ber.number(0, 10),
        ber.number(1),
        ber.number(5),
        ber.item(1, b"\x00"),
        ber.item(0x87, b"objectClass"),
        ber.item(0x30, *(ber.item(4, name.encode()) for name in _ATTRIBUTES)),
    ),
)
_LDAP_VENDORS: Rules = (
    Rule(r"389-Directory/([\d.]+)", "389 Directory Server", "redhat:389_directory_server"),
    Rule(r"OpenDJ|ForgeRock.*?([\d.]+)", "ForgeRock Directory Services"),
    Rule(r"ApacheDS|Apache Software Foundation\x00?([\d.]+)?", "ApacheDS", "apache:directory_server"),
    Rule(r"Samba Team", "Samba", "samba:samba"),
    Rule(r"Oracle", "Oracle Directory Server"),
    Rule(r"IBM|International Business Machines", "IBM Security Directory Server"),
)


def _ldap(data: bytes) -> Identity | None:
    tag, message, _ = ber.read(data)
    parts = ber.children(message, 3)
    if tag != 0x30 or len(parts) < 2 or parts[0] != (2, b"\x01") or parts[1][0] not in (0x64, 0x65, 0x73):
        return None
    said = dict(_ldap_attributes(parts[1]))
    found = Identity(protocol="ldap", confidence=PROTOCOL)
    if b"OpenLDAProotDSE" in said.get("objectclass", b""):
        return structs.replace(found, product="OpenLDAP", cpe=cpe23("openldap:openldap"), confidence=SURE - 5)
    vendor = said.get("vendorname", b"") + b" " + said.get("vendorversion", b"")
    known = first_match(_LDAP_VENDORS, vendor, "ldap")
    if known is not None:
        return known
    if "domaincontrollerfunctionality" in said and "vendorname" not in said:
        return structs.replace(found, product="Microsoft Active Directory", os="Windows", confidence=LIKELY)
    return found


def _ldap_attributes(part: tuple[int, bytes]) -> list[tuple[str, bytes]]:
    tag, body = part
    if tag != 0x64:
        return []
    fields = ber.children(body, 2)
    if len(fields) < 2:
        return []
    found = []
    for _, attribute in ber.children(fields[1][1], 64):
        pair = ber.children(attribute, 2)
        if len(pair) == 2:
            values = b"\x00".join(value for _, value in ber.children(pair[1][1], 16))
            found.append((clean(pair[0][1], 60).lower(), values[:512]))
    return found


def _as_request() -> bytes:
    """A request for a ticket in a realm that is none: a key centre answers with an error, and nobody is asked for."""

    def name(kind: int, *labels: bytes) -> bytes:
        strings = ber.item(0x30, *(ber.item(27, label) for label in labels))
        return ber.item(0x30, ber.item(0xA0, ber.number(kind)), ber.item(0xA1, strings))

    body = ber.item(
        0x30,
        ber.item(0xA0, ber.item(3, b"\x00\x00\x00\x00\x00")),
        ber.item(0xA1, name(1, b"cyberai")),
        ber.item(0xA2, ber.item(27, b"NOWHERE")),
        ber.item(0xA3, name(2, b"krbtgt", b"NOWHERE")),
        ber.item(0xA5, ber.item(24, b"20370101000000Z")),
        ber.item(0xA7, ber.number(1_130_977)),
        ber.item(0xA8, ber.item(0x30, ber.number(18), ber.number(17))),
    )
    return ber.item(
        0x6A,
        ber.item(0x30, ber.item(0xA1, ber.number(5)), ber.item(0xA2, ber.number(10)), ber.item(0xA4, body)),
    )


def _kerberos(data: bytes) -> Identity | None:
    tag, body, _ = ber.read(data)
    if tag not in (0x7E, 0x6B):
        return None
    fields = ber.children(ber.read(body)[1], 3)
    if not fields or fields[0] != (0xA0, b"\x02\x01\x05"):
        return None
    return Identity(protocol="kerberos", confidence=PROTOCOL)


def _kerberos_tcp(data: bytes) -> Identity | None:
    return _kerberos(data[4:]) if struct.unpack(">I", data[:4])[0] < 65_536 else None


# -- SNMP -------------------------------------------------------------------------------------------------

_SYS_DESCR = bytes.fromhex("2b06010201010100")
_NET_SNMP_VERSION = bytes.fromhex("2b060104018f65640200")
"""versionTag of UCD-SNMP-MIB: what Net-SNMP keeps of itself."""
_SNMP_ID = 0x435941


def _snmp_get() -> bytes:
    names = (ber.item(0x30, ber.item(6, name), ber.item(5)) for name in (_SYS_DESCR, _NET_SNMP_VERSION))
    pdu = ber.item(0xA0, ber.number(_SNMP_ID), ber.number(0), ber.number(0), ber.item(0x30, *names))
    return ber.item(0x30, ber.number(1), ber.item(4, b"public"), pdu)


def _snmp_discovery() -> bytes:
    """SNMPv3 discovery (RFC 3414, section 4): every agent answers it with the id of its engine."""
    header = ber.item(0x30, ber.number(_SNMP_ID), ber.number(65_507), ber.item(4, b"\x04"), ber.number(3))
    security = ber.item(
        0x30, ber.item(4), ber.number(0), ber.number(0), ber.item(4), ber.item(4), ber.item(4)
    )
    pdu = ber.item(0xA0, ber.number(_SNMP_ID), ber.number(0), ber.number(0), ber.item(0x30))
    return ber.item(
        0x30, ber.number(3), header, ber.item(4, security), ber.item(0x30, ber.item(4), ber.item(4), pdu)
    )


_VERSION_TAG = Pattern(r"^\d[\d.]{1,20}[\w.]{0,10}$")
_ENTERPRISES = {8_072: ("Net-SNMP", "net-snmp:net-snmp"), 9: ("Cisco SNMP agent", ""), 2_636: ("Juniper SNMP agent", ""),
                14_988: ("MikroTik SNMP agent", ""), 311: ("Microsoft SNMP service", ""), 2_021: ("UCD-SNMP", "ucd-snmp:ucd-snmp")}  # fmt: skip


def _snmp(data: bytes) -> Identity | None:
    tag, message, _ = ber.read(data)
    parts = ber.children(message, 4)
    if tag != 0x30 or len(parts) < 3 or parts[0][0] != 2:
        return None
    if parts[0][1] == b"\x03" and len(parts) == 4:
        return _snmp_engine(parts[2][1])
    if parts[1][0] != 4 or parts[2][0] != 0xA2:
        return None
    pdu = ber.children(parts[2][1], 4)
    if pdu[0] != (2, _SNMP_ID.to_bytes(3, "big")):
        return None
    values = [ber.children(binding, 2)[1] for _, binding in ber.children(pdu[3][1], 2)]
    text = values[0][1] if values[0][0] == 4 else b""
    own = _VERSION_TAG.search(values[1][1]) if len(values) > 1 and values[1][0] == 4 else None
    if own is None:
        return Identity(protocol="snmp", os=system_in(text), confidence=PROTOCOL)
    version = clean(own.text, MAX_VERSION)
    cpe = cpe23("net-snmp:net-snmp", version)
    return Identity(
        protocol="snmp", product="Net-SNMP", version=version, cpe=cpe, os=system_in(text), confidence=SURE
    )


def _snmp_engine(security: bytes) -> Identity | None:
    engine = ber.children(ber.read(security)[1], 1)[0][1]
    if len(engine) < 5:
        return None
    number = struct.unpack(">I", engine[:4])[0] & 0x7FFF_FFFF
    product, cpe = _ENTERPRISES.get(number, ("", ""))
    name = cpe23(cpe) if cpe else ""
    return Identity(
        protocol="snmp", product=product, cpe=name, confidence=LIKELY + 10 if product else PROTOCOL
    )


def snmp_text(data: bytes) -> bytes:
    """sysDescr in an answer that `_snmp` took, for imported fingerprints; empty when there is none."""
    try:
        pdu = ber.children(ber.children(ber.read(data)[1], 4)[2][1], 4)
        binding = ber.children(ber.children(pdu[3][1], 1)[0][1], 2)
    except (ValueError, IndexError):
        return b""
    return binding[1][1] if len(binding) > 1 and binding[1][0] == 4 else b""


# -- NTP, SIP, TFTP, IPMI, SSDP, rpcbind ------------------------------------------------------------------

_NTP_READVAR = b"\x16\x02\x43\x59" + bytes(8)
_NTP_STAMP = b"\x2b\x57\x5a\x11\x22\x33\x44\x55"
_NTP_CLIENT = b"\x23" + bytes(39) + _NTP_STAMP
_NTPD = Pattern(r"version=\"ntpd ([\w.\-]{1,30})")
_NTPSEC = "ntpsec-"
_NTP_SYSTEM = Pattern(r"system=\"([^\"]{1,60})\"")


def _ntp(data: bytes) -> Identity | None:
    """A time (mode 4, our stamp given back), or the variables of the daemon (mode 6)."""
    if len(data) >= 48 and data[0] & 7 == 4 and data[24:32] == _NTP_STAMP:
        return Identity(protocol="ntp", confidence=PROTOCOL)
    if len(data) < 12 or data[0] & 7 != 6 or data[1] & 0xBF not in (0x82, 0xA2) or data[2:4] != b"\x43\x59":
        return None
    match, system = _NTPD.search(data), _NTP_SYSTEM.search(data)
    os = clean(system.groups[0], 60).replace("/", " ") if system is not None else ""
    if match is None:
        return Identity(protocol="ntp", os=os, confidence=PROTOCOL)
    version = clean(match.groups[0], MAX_VERSION)
    product, maker = ("NTPsec", "ntpsec:ntpsec") if version.startswith(_NTPSEC) else ("ntpd", "ntp:ntp")
    version = version.removeprefix(_NTPSEC)
    return Identity(
        protocol="ntp", product=product, version=version, cpe=cpe23(maker, version), os=os, confidence=SURE
    )


_SIP = (
    b"OPTIONS sip:cyberai@localhost SIP/2.0\r\nVia: SIP/2.0/{} localhost;branch=z9hG4bKcyberai\r\n"
    b"From: <sip:cyberai@localhost>;tag=cyberai\r\nTo: <sip:cyberai@localhost>\r\nCall-ID: cyberai\r\n"
    b"CSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n"
)
_SIP_STATUS = Pattern(r"^SIP/2\.0 \d{3} ")
_SIP_SERVER = Pattern(r"\r\n(?:server|user-agent): *([\x20-\x7e]{1,120})", ignore_case=True)
_SIP_PRODUCTS: Rules = (
    Rule(r"^Asterisk PBX ([\w.~\-]+)", "Asterisk", "digium:asterisk"),
    Rule(r"^FPBX-[\d.]+\(([\d.]+)\)", "Asterisk", "digium:asterisk"),
    Rule(r"^kamailio \(([\d.]+)", "Kamailio", "kamailio:kamailio"),
    Rule(r"^OpenSIPS \(([\d.]+)", "OpenSIPS", "opensips:opensips"),
    Rule(r"^FreeSWITCH(?:-mod_sofia/([\d.]+))?", "FreeSWITCH", "freeswitch:freeswitch"),
)


def _sip(data: bytes) -> Identity | None:
    if _SIP_STATUS.search(data) is None:
        return None
    match = _SIP_SERVER.search(data)
    if match is None:
        return Identity(protocol="sip", confidence=PROTOCOL)
    said = clean(match.groups[0], MAX_PRODUCT)
    return first_match(_SIP_PRODUCTS, match.groups[0], "sip") or Identity(
        protocol="sip", product=said, confidence=LIKELY - 15
    )


def _tftp(data: bytes) -> Identity | None:
    """An error, or a first block, for a file that nobody has."""
    opcode = struct.unpack(">H", data[:2])[0]
    if opcode == 5 and struct.unpack(">H", data[2:4])[0] <= 8 and data.endswith(b"\x00"):
        return Identity(protocol="tftp", confidence=PROTOCOL)
    return None


_IPMI = bytes.fromhex("0600ff07000000000000000000092018c88100388e04b5")


def _ipmi(data: bytes) -> Identity | None:
    if len(data) < 30 or data[:4] != b"\x06\x00\xff\x07" or data[4] != 0 or data[19] != 0x38:
        return None
    return Identity(protocol="ipmi", confidence=PROTOCOL)


_SSDP = b'M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
_SSDP_SERVER = Pattern(r"\r\nserver: *([\x20-\x7e]{1,120})", ignore_case=True)


def _ssdp(data: bytes) -> Identity | None:
    if not data.startswith(b"HTTP/1.1 200") or b"\nst:" not in data[:2_048].lower():
        return None
    match = _SSDP_SERVER.search(data)
    rules: Rules = (Rule(r"MiniUPnPd/([\d.]+)", "MiniUPnPd", "miniupnp_project:miniupnpd"),)
    found = first_match(rules, match.groups[0], "ssdp") if match is not None else None
    return found or Identity(protocol="ssdp", os=system_in(data), confidence=PROTOCOL)


_RPC_ID = 0x43594149


def _rpc_call(program: int, version: int) -> bytes:
    """Procedure 0 of a program, which does nothing (RFC 5531, section 12)."""
    return struct.pack(">IIIIIIIIII", _RPC_ID, 0, 2, program, version, 0, 0, 0, 0, 0)


_RPC_CALL = _rpc_call(100_000, 2)
_DONE, _OTHER_VERSION = 0, 2


def _rpc(data: bytes, protocol: str) -> Identity | None:
    """The reply to our call: the program is there, in this version or in others."""
    if len(data) < 24:
        return None
    call, kind, accepted = struct.unpack(">III", data[:12])
    if call != _RPC_ID or kind != 1 or accepted > 1:
        return None
    there = accepted == 0 and struct.unpack(">I", data[20:24])[0] in (_DONE, _OTHER_VERSION)
    return Identity(protocol=protocol, confidence=PROTOCOL) if there else None


def _rpc_ask(protocol: str, program: int, version: int, usual: int, *numbers: int) -> Ask:
    call = _rpc_call(program, version)
    return Ask(
        name=protocol,
        payload=struct.pack(">I", 0x8000_0000 | len(call)) + call,
        read=lambda data: _rpc(data[4:], protocol) if data[0] & 0x80 else None,
        ports=ports(*numbers),
        usual=usual,
    )


def _udp(name: str, payload: bytes, read: Read, *numbers: int) -> Ask:
    return Ask(name=name, payload=payload, read=read, ports=ports(*numbers), transport=UDP)


ASKS = (
    Ask(
        name="dns",
        payload=struct.pack(">H", len(_DNS)) + _DNS,
        read=_dns_tcp,
        ports=ports(53, 853, 5353, 8600),
        usual=2,
    ),
    Ask(name="ldap", payload=_LDAP, read=_ldap, ports=ports(389, 636, 3268, 3269, 1389), usual=10),
    Ask(
        name="kerberos",
        payload=struct.pack(">I", len(_as_request())) + _as_request(),
        read=_kerberos_tcp,
        ports=ports(88),
    ),
    _rpc_ask("rpcbind", 100_000, 2, 15, 111),
    _rpc_ask("nfs", 100_003, 4, 22, 2049),
    _rpc_ask("mountd", 100_005, 3, 23, 20_048),
    Ask(name="sip", payload=_SIP.replace(b"{}", b"TCP"), read=_sip, ports=ports(5060, 5061)),
    _udp("dns-udp", _DNS, _dns, 53, 5353, 8600),
    _udp("snmp", _snmp_get(), _snmp, 161, 10161),
    _udp("snmp-v3", _snmp_discovery(), _snmp, 161, 10161),
    _udp("ntp-variables", _NTP_READVAR, _ntp, 123),
    _udp("ntp", _NTP_CLIENT, _ntp, 123),
    _udp("sip-udp", _SIP.replace(b"{}", b"UDP"), _sip, 5060),
    _udp("tftp", b"\x00\x01cyberai-none\x00octet\x00", _tftp, 69),
    _udp("ipmi", _IPMI, _ipmi, 623),
    _udp("ssdp", _SSDP, _ssdp, 1900),
    _udp("kerberos-udp", _as_request(), _kerberos, 88),
    _udp("rpcbind-udp", _RPC_CALL, lambda data: _rpc(data, "rpcbind"), 111),
)
