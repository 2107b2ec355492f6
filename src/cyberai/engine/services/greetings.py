"""Services that begin to talk by themselves, in lines of text or with a packet of their own."""

from functools import lru_cache

from msgspec import structs

from cyberai.checkkit.text import Pattern
from cyberai.engine.services import greeting_tables as tables
from cyberai.engine.services.identity import (
    MAX_PRODUCT,
    MAX_VERSION,
    PROTOCOL,
    SURE,
    UNKNOWN,
    Identity,
    clean,
    cpe23,
)
from cyberai.engine.services.rules import Rules, first_match, system_in

_SSH = Pattern(r"^SSH-(\d{1,2}\.\d{1,3})-([\x20-\x7e]{1,255})")
_CODE_220 = Pattern(r"^220[ -]")
_REFUSING = Pattern(r"^(?:421|554)[ -]")
_MAIL = Pattern(r"\bE?SMTP\b|\bmail\b|postfix|exim|sendmail", ignore_case=True)
_FTP = Pattern(r"ftp|^220[ -].{0,300}\bfile transfer\b", ignore_case=True)
_MAIL_REPLY = Pattern(r"\n(?:502 5\.5\.[12]|500 5\.5\.[12]|221 2\.|250[ -])")
_FTP_REPLY = Pattern(
    r"\n530 (?:Please login|Not logged in)|\n500 .{0,60}(?:not understood|Unknown command)", ignore_case=True
)
_LINE_STARTS = (
    ("ssh", Pattern(r"(?:^|\n)SSH-\d\.\d")),
    ("220", Pattern(r"(?:^|\n)220[ -]")),
    ("pop3", Pattern(r"(?:^|\n)\+OK ")),
    ("imap", Pattern(r"(?:^|\n)\* (?:OK|PREAUTH) ")),
    ("vnc", Pattern(r"(?:^|\n)RFB \d{3}\.")),
    ("http", Pattern(r"(?:^|\n)HTTP/1\.[01] \d{3}")),
    ("rsync", Pattern(r"(?:^|\n)@RSYNCD: ")),
    ("redis", Pattern(r"(?:^|\n)\+PONG\r")),
)
_MARIADB = Pattern(r"^(?:5\.5\.5-)?(\d+\.\d+\.\d+)-MariaDB", ignore_case=True)
_MYSQL = Pattern(r"^(\d+\.\d+\.\d+)")
_NATS_VERSION = Pattern(r"\"version\":\"([\w.\-]{1,40})\"")
_TELNET = Pattern(r"^(?:\xff[\xfb-\xfe][\x00-\xff])+")


def from_greeting(data: bytes) -> Identity | None:
    """What a service is by the first bytes it said; None when they fit no protocol, UNKNOWN when they fit several."""
    if sum(pattern.search(data) is not None for _, pattern in _LINE_STARTS) > 1 and not data.startswith(
        b"HTTP/"
    ):
        return UNKNOWN
    for read in (_ssh, _mysql, _telnet, _nats, _by_code, _nntp):
        found = read(data)
        if found is not None:
            return found
    return _other(data)


def _ssh(data: bytes) -> Identity | None:
    match = _SSH.search(data)
    if match is None:
        return None
    software = match.groups[1]
    found = first_match(tables.SSH, software, "ssh") or Identity(protocol="ssh", confidence=PROTOCOL)
    return structs.replace(found, os=found.os or system_in(software))


def _by_code(data: bytes) -> Identity | None:
    """SMTP and FTP begin alike; a greeting that names neither stays unknown."""
    refusing = _REFUSING.search(data) is not None
    if _CODE_220.search(data) is None and not refusing:
        return None
    for protocol, rules in (("ftp", tables.FTP), ("smtp", tables.SMTP)):
        found = first_match(rules, _lines(data), protocol)
        if found is not None and found.product:
            return structs.replace(found, os=found.os or system_in(data))
    protocol = _protocol_of_220(data, refusing)
    return Identity(protocol=protocol, os=system_in(data), confidence=PROTOCOL) if protocol else None


def _protocol_of_220(data: bytes, refusing: bool) -> str:
    head = data[:1_024]
    mail = _MAIL.search(head) is not None or _MAIL_REPLY.search(head) is not None
    ftp = _FTP.search(head) is not None or _FTP_REPLY.search(head) is not None
    if mail == ftp:
        return "smtp" if refusing and mail else ""
    return "smtp" if mail else "ftp"


def _nntp(data: bytes) -> Identity | None:
    if data[:3] not in (b"200", b"201") or (b"NNTP" not in data[:300].upper() and b"NNRP" not in data[:300]):
        return None
    return first_match(tables.NNTP, data, "nntp") or Identity(protocol="nntp", confidence=PROTOCOL)


def _mysql(data: bytes) -> Identity | None:
    """The handshake of protocol 10 names the version; the error before it says only that this is such a server."""
    if len(data) < 6 or data[3] != 0 or int.from_bytes(data[:3], "little") not in range(5, 1_024):
        return None
    if data[4] == 0x0A and b"\x00" in data[5:69]:
        return _mysql_version(data[5 : data.index(b"\x00", 5)])
    if (data[4] == 0xFF and b"is not allowed to connect" in data) or (
        data[4] == 0xFF and b"is blocked" in data
    ):
        product = "MariaDB" if b"MariaDB" in data else "MySQL" if b"MySQL" in data else ""
        cpe = {"MariaDB": cpe23("mariadb:mariadb"), "MySQL": cpe23("oracle:mysql")}.get(product, "")
        return Identity(protocol="mysql", product=product, cpe=cpe, confidence=PROTOCOL)
    return None


def _mysql_version(text: bytes) -> Identity | None:
    found = Identity(protocol="mysql", os=system_in(text), confidence=SURE)
    maria = _MARIADB.search(text)
    plain = _MYSQL.search(text)
    if maria is not None:
        version = clean(maria.groups[0], MAX_VERSION)
        cpe = cpe23("mariadb:mariadb", version)
        return structs.replace(found, product="MariaDB", version=version, cpe=cpe)
    if plain is None:
        return None
    version = clean(plain.groups[0], MAX_VERSION)
    for mark, product, cpe in (
        (b"tidb", "TiDB", "pingcap:tidb"),
        (b"percona", "Percona Server", "percona:percona_server"),
        (b"vitess", "Vitess", "linuxfoundation:vitess"),
    ):
        if mark in text.lower():
            return structs.replace(found, product=product, cpe=cpe23(cpe))
    return structs.replace(
        found, product="MySQL", version=version, cpe=cpe23("oracle:mysql", version), confidence=SURE - 5
    )


def _telnet(data: bytes) -> Identity | None:
    if _TELNET.search(data) is None:
        return None
    found = first_match(tables.TELNET, data, "telnet") or Identity(protocol="telnet", confidence=PROTOCOL)
    return structs.replace(found, os=found.os or system_in(data))


def _nats(data: bytes) -> Identity | None:
    if not data.startswith(b"INFO {") or b'"server_id"' not in data[:2_048]:
        return None
    match = _NATS_VERSION.search(data)
    version = clean(match.groups[0], MAX_VERSION) if match is not None else ""
    cpe = cpe23("nats:nats_server", version)
    return Identity(protocol="nats", product="NATS Server", version=version, cpe=cpe, confidence=SURE)


def _other(data: bytes) -> Identity | None:
    for protocol, start, rules in _starts():
        if start.search(data) is not None:
            text = data if protocol not in ("pop3", "imap") else _lines(data)
            found = first_match(rules, text, protocol)
            found = found or _named(protocol)
            mail = protocol in ("pop3", "imap")
            return structs.replace(found, os=found.os or system_in(text)) if mail else found
    return None


_PRODUCTS = {
    "rsync": ("rsync", "samba:rsync"),
    "postgresql": ("PostgreSQL", "postgresql:postgresql"),
    "adb": ("Android Debug Bridge", ""),
}


def _named(protocol: str) -> Identity:
    product, cpe = _PRODUCTS.get(protocol, ("", ""))
    return Identity(
        protocol=protocol,
        product=product[:MAX_PRODUCT],
        cpe=cpe23(cpe) if cpe else "",
        confidence=PROTOCOL,
    )


@lru_cache(maxsize=1)
def _starts() -> tuple[tuple[str, Pattern, Rules], ...]:
    return tuple((protocol, Pattern(start), rules) for protocol, start, rules in tables.OTHERS)


def _lines(data: bytes) -> bytes:
    """The greeting alone: what follows it may be the answer to what we sent."""
    head, _, _ = data[:2_048].partition(b"\r\n\r\n")
    return head
