"""Remote access, files and machines: SMB, RDP, X11, SOCKS, Java, Android, controllers."""

import struct

from cyberai.checkkit.text import Pattern
from cyberai.engine.services import smb1
from cyberai.engine.services.ask import Ask, ports
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
from cyberai.engine.services.rules import Rule, Rules, first_match

# -- SMB --------------------------------------------------------------------------------------------------

_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
_SMB2 = b"\xfeSMB"
_NTLM = b"NTLMSSP\x00"


def _netbios(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def _smb2_header(command: int, number: int) -> bytes:
    return _SMB2 + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, command, 31, 0, 0, number, 0, 0, 0) + bytes(16)


def _negotiate() -> bytes:
    """All dialects from 2.0.2 on; the last wants to be told of hashes and ciphers as well."""
    dialects = struct.pack("<HHHHH", *_DIALECTS)
    hashes = (
        struct.pack("<HHI", 1, 38, 0) + struct.pack("<HHH", 1, 32, 1) + b"cyberai-identify" * 2 + bytes(2)
    )
    ciphers = struct.pack("<HHI", 2, 6, 0) + struct.pack("<HHH", 2, 2, 1)
    # The contexts begin at the next multiple of eight after header (64), body (36) and dialects.
    body = (
        struct.pack("<HHHHI", 36, len(_DIALECTS), 1, 0, 0x40)
        + b"cyberai-identify"
        + struct.pack("<IHH", 112, 2, 0)
    )
    return _netbios(_smb2_header(0, 0) + body + dialects + bytes(2) + hashes + ciphers)


def _session_setup(said: bytes) -> bytes:
    """The first step of NTLM: the challenge that comes back names the server's system. No step follows."""
    if said[4:8] != _SMB2:
        return b""
    body = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(_TOKEN), 0) + _TOKEN
    return _netbios(_smb2_header(1, 1) + body)


def _first_token() -> bytes:
    """NTLM's offer, wrapped as SPNEGO."""
    token = _NTLM + struct.pack("<II", 1, 0x6208_8215) + bytes(16) + b"\x0a\x00\x63\x45\x00\x00\x00\x0f"
    return _der(
        0x60,
        _der(6, bytes.fromhex("2b0601050502"))
        + _der(
            0xA0,
            _der(
                0x30,
                _der(0xA0, _der(0x30, _der(6, bytes.fromhex("2b06010401823702020a"))))
                + _der(0xA2, _der(4, token)),
            ),
        ),
    )


def _der(tag: int, body: bytes) -> bytes:
    size = bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])
    return bytes([tag]) + size + body


def _smb(data: bytes) -> Identity | None:
    """The dialect it chose; the NTLM challenge behind it tells Windows by its build, and Samba by having none."""
    if data[4:8] == b"\xffSMB":
        return Identity(protocol="smb", confidence=PROTOCOL)
    if data[4:8] != _SMB2 or len(data) < 70 or struct.unpack("<H", data[16:18])[0] != 0:
        return None
    if struct.unpack("<H", data[72:74])[0] not in (*_DIALECTS, 0x02FF):
        return None
    at = data.find(_NTLM, 100)
    if at < 0 or len(data) < at + 56 or data[at + 8] != 2:
        return Identity(protocol="smb", confidence=PROTOCOL)
    major, minor, build = struct.unpack("<BBH", data[at + 48 : at + 52])
    if (major, minor, build) == (6, 1, 0):
        return Identity(protocol="smb", product="Samba", cpe=cpe23("samba:samba"), confidence=LIKELY + 10)
    if build and major in (5, 6, 10):
        return Identity(
            protocol="smb",
            product="Microsoft Windows SMB",
            os=f"Windows {major}.{minor} build {build}",
            confidence=LIKELY + 10,
        )
    return Identity(protocol="smb", confidence=PROTOCOL)


# -- RDP, X11, VNC follow-up, ADB -------------------------------------------------------------------------

_RDP = bytes.fromhex("030000130ee000000000000100080003000000")


def _rdp(data: bytes) -> Identity | None:
    if (
        len(data) < 11
        or data[:2] != b"\x03\x00"
        or data[5] & 0xF0 != 0xD0
        or struct.unpack(">H", data[2:4])[0] != len(data)
    ):
        return None
    xrdp = len(data) >= 19 and data[11] == 2 and data[12] == 0 and struct.unpack("<I", data[15:19])[0] == 1
    # Windows offers network level authentication; a server that picks TLS with no flags is usually xrdp.
    return Identity(
        protocol="rdp", product="xrdp" if xrdp else "", confidence=LIKELY - 15 if xrdp else PROTOCOL
    )


_X11 = bytes.fromhex("6c000b000000000000000000")


def _x11(data: bytes) -> Identity | None:
    if len(data) < 8 or data[0] not in (0, 1, 2) or struct.unpack("<H", data[2:4])[0] != 11:
        return None
    if data[0] != 1:
        return Identity(protocol="x11", confidence=PROTOCOL)
    size = struct.unpack("<H", data[24:26])[0]
    vendor = clean(data[40 : 40 + min(size, 80)], MAX_PRODUCT)
    release = struct.unpack("<I", data[8:12])[0]
    version = ""
    if "X.Org" in vendor and release >= 10_000_000:
        vendor = "X.Org Server"
        version = f"{release // 10_000_000}.{release // 100_000 % 100}.{release // 1_000 % 100}"
    cpe = cpe23("x.org:x_server", version) if version else ""
    return Identity(
        protocol="x11", product=vendor, version=version, cpe=cpe, confidence=SURE - 5 if vendor else PROTOCOL
    )


def _adb_packet() -> bytes:
    body = b"host::\x00"
    head = struct.pack("<IIIII", 0x4E584E43, 0x0100_0000, 4_096, len(body), sum(body))
    return head + struct.pack("<I", 0x4E584E43 ^ 0xFFFF_FFFF) + body


def _adb(data: bytes) -> Identity | None:
    command, _, _, _, _, magic = struct.unpack("<IIIIII", data[:24])
    if command not in (0x4E584E43, 0x48545541, 0x534C5453) or command ^ 0xFFFF_FFFF != magic:
        return None
    if command == 0x4E584E43 and not data[24:].startswith(
        (b"device:", b"recovery:", b"sideload:", b"bootloader:")
    ):
        return None
    return Identity(protocol="adb", product="Android Debug Bridge", os="Android", confidence=PROTOCOL)


# -- SOCKS and HTTP proxies -------------------------------------------------------------------------------


def _socks5(data: bytes) -> Identity | None:
    """Two bytes: the version and the method it chose of those offered, or none acceptable."""
    if len(data) != 2 or data[0] != 5 or data[1] not in (0, 2, 255):
        return None
    return Identity(protocol="socks", confidence=LIKELY)


# -- Java -------------------------------------------------------------------------------------------------


def _rmi(data: bytes) -> Identity | None:
    if len(data) < 7 or data[0] != 0x4E:
        return None
    size = struct.unpack(">H", data[1:3])[0]
    if size not in range(1, 256) or len(data) < 3 + size + 4:
        return None
    return Identity(protocol="java-rmi", product="Java RMI", confidence=LIKELY + 5)


def _jdwp(data: bytes) -> Identity | None:
    """The handshake is to be given back word for word, so that an echo server must be told by a second message."""
    if not data.startswith(b"JDWP-Handshake") or len(data) < 14 + 11:
        return None
    size, number, flags = struct.unpack(">IIB", data[14:23])
    if number != 1 or flags != 0x80 or size not in range(11, 4_096):
        return None
    return Identity(protocol="jdwp", product="Java Debug Wire Protocol", confidence=SURE - 5)


_JDWP_VERSION = struct.pack(">IIBBB", 11, 1, 0, 1, 1)


def _jdwp_then(said: bytes) -> bytes:
    return _JDWP_VERSION if said == b"JDWP-Handshake" else b""


def _ajp(data: bytes) -> Identity | None:
    if data != b"AB\x00\x01\x09":
        return None
    return Identity(protocol="ajp", product="Apache JServ Protocol 1.3", confidence=PROTOCOL)


# -- source code, printers, controllers -------------------------------------------------------------------


def _git(data: bytes) -> Identity | None:
    """An error about a repository that is not there, or a list of references, in packet lines."""
    size = int(data[:4].decode("ascii"), 16)
    if size not in range(5, 4_096) or not (
        data[4:8] == b"ERR " or b" HEAD\x00" in data[:300] or b"capabilities^{}" in data[:300]
    ):
        return None
    return Identity(protocol="git", product="git daemon", confidence=PROTOCOL)


def _git_ask() -> bytes:
    line = b"git-upload-pack /cyberai-none\x00host=localhost\x00"
    return f"{len(line) + 4:04x}".encode() + line


_MODBUS = bytes.fromhex("435900000005012b0e0100")


def _modbus(data: bytes) -> Identity | None:
    """Read Device Identification: vendor, product and revision, or an exception."""
    if len(data) < 9 or data[:4] != b"\x43\x59\x00\x00" or data[6] != 1 or data[7] & 0x7F != 0x2B:
        return None
    if struct.unpack(">H", data[4:6])[0] != len(data) - 6:
        return None
    if data[7] & 0x80 or len(data) < 15:
        return Identity(protocol="modbus", confidence=PROTOCOL)
    objects: dict[int, str] = {}
    at = 14
    while at + 2 <= len(data) and len(objects) < 8:
        objects[data[at]] = clean(data[at + 2 : at + 2 + data[at + 1]], MAX_PRODUCT)
        at += 2 + data[at + 1]
    product = " ".join(part for part in (objects.get(0, ""), objects.get(1, "")) if part)[:MAX_PRODUCT]
    return Identity(
        protocol="modbus", product=product, version=objects.get(2, "")[:MAX_VERSION], confidence=SURE - 10
    )


_S7 = bytes.fromhex("0300001611e00000000100c0010ac1020100c2020102")


def _s7(data: bytes) -> Identity | None:
    """The connection of ISO on TCP is confirmed for the address of a controller; a terminal server refuses it."""
    if len(data) < 11 or data[:2] != b"\x03\x00" or data[5] != 0xD0 or b"\xc1\x02\x01\x00" not in data[7:40]:
        return None
    return Identity(protocol="s7", confidence=LIKELY)


_ENIP = b"\x63\x00" + bytes(22)


def _enip(data: bytes) -> Identity | None:
    """ListIdentity of EtherNet/IP names the device."""
    if len(data) < 63 or data[:2] != b"\x63\x00" or struct.unpack("<I", data[8:12])[0] != 0:
        return None
    size = data[62]
    product = clean(data[63 : 63 + size], MAX_PRODUCT)
    return Identity(
        protocol="ethernet-ip", product=product, version=f"{data[54]}.{data[55]}", confidence=SURE - 10
    )


_XMPP = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='localhost'>"
_XMPP_START = Pattern(
    r"^(?:<\?xml [^>]{0,80}\?>)?\s*<stream:(?:stream|error)[^>]*jabber|^<\?xml[^>]{0,80}\?>\s*<stream:stream"
)
_XMPP_PRODUCTS: Rules = (
    Rule(r"ejabberd", "ejabberd", "process-one:ejabberd", "", LIKELY),
    Rule(r"prosody", "Prosody", "prosody:prosody", "", LIKELY),
    Rule(r"openfire", "Openfire", "igniterealtime:openfire", "", LIKELY),
)


def _xmpp(data: bytes) -> Identity | None:
    if _XMPP_START.search(data) is None:
        return None
    return first_match(_XMPP_PRODUCTS, data, "xmpp") or Identity(protocol="xmpp", confidence=PROTOCOL)


_RTSP = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
_RTSP_SERVER = Pattern(r"\r\nServer: *([\x20-\x7e]{1,100})", ignore_case=True)


def _rtsp(data: bytes) -> Identity | None:
    if not data.startswith(b"RTSP/1.0 "):
        return None
    match = _RTSP_SERVER.search(data)
    product = clean(match.groups[0], MAX_PRODUCT) if match is not None else ""
    return Identity(protocol="rtsp", product=product, confidence=LIKELY if product else PROTOCOL)


_TOKEN = _first_token()
_SMB1 = Ask(
    name="smb1",
    payload=smb1.NEGOTIATE,
    read=smb1.read,
    ports=ports(445, 139),
    then=lambda said: smb1.session_setup(_TOKEN) if said[4:8] == smb1.MARK else b"",
)
ASKS = (
    Ask(
        name="smb",
        payload=_negotiate(),
        read=_smb,
        ports=ports(445, 139, 4450),
        usual=5,
        then=_session_setup,
        further=_SMB1,
    ),
    Ask(name="rdp", payload=_RDP, read=_rdp, ports=ports(3389, 3388, 3390), usual=9),
    Ask(name="x11", payload=_X11, read=_x11, ports=ports(*range(6000, 6011)), usual=16),
    Ask(name="adb", payload=_adb_packet(), read=_adb, ports=ports(5555)),
    Ask(
        name="socks5",
        payload=b"\x05\x02\x00\x02",
        read=_socks5,
        ports=ports(1080, 9050, 9150, 1081),
        usual=17,
    ),
    Ask(
        name="java-rmi",
        payload=b"JRMI\x00\x02\x4b",
        read=_rmi,
        ports=ports(1099, 1098, 1100, 9010, 8686),
        usual=18,
    ),
    Ask(
        name="jdwp",
        payload=b"JDWP-Handshake",
        read=_jdwp,
        ports=ports(5005, 8787, 8000),
        then=_jdwp_then,
        mirrors=True,
        usual=19,
    ),
    Ask(name="ajp", payload=b"\x12\x34\x00\x01\x0a", read=_ajp, ports=ports(8009), usual=20),
    Ask(name="git", payload=_git_ask(), read=_git, ports=ports(9418), usual=21),
    Ask(name="modbus", payload=_MODBUS, read=_modbus, ports=ports(502)),
    Ask(name="s7", payload=_S7, read=_s7, ports=ports(102)),
    Ask(name="ethernet-ip", payload=_ENIP, read=_enip, ports=ports(44818)),
    Ask(name="xmpp", payload=_XMPP, read=_xmpp, ports=ports(5222, 5269)),
    Ask(name="rtsp", payload=_RTSP, read=_rtsp, ports=ports(554, 8554)),
)
