"""The part of an answer that imported fingerprints are about."""

import struct

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpResponse
from cyberai.engine.services.directory import dns_text, snmp_text

Quote = tuple[str, bytes]
"""What a fingerprint is matched against, by recog's name for it, and the text."""

_AFTER: dict[str, tuple[str, Pattern]] = {
    "ssh": ("ssh.banner", Pattern(r"^SSH-\d\.\d{1,2}-([\x20-\x7e]{1,255})")),
    "ftp": ("ftp.banner", Pattern(r"^\d{3}[ -]([^\r\n]{1,500})")),
    "smtp": ("smtp.banner", Pattern(r"^\d{3}[ -]([^\r\n]{1,500})")),
    "pop3": ("pop3.banner", Pattern(r"^\+OK ([^\r\n]{1,500})")),
    "imap": ("imap4.banner", Pattern(r"^\* (?:OK|PREAUTH) ([^\r\n]{1,500})")),
    "nntp": ("nntp.banner", Pattern(r"^\d{3} ([^\r\n]{1,500})")),
    "mysql": ("mysql.banners", Pattern(r"^[\s\S]{4}\x0a([\x20-\x7e]{1,100})\x00")),
    "sip": ("sip_header.server", Pattern(r"(?i)\r\nserver: *([\x20-\x7e]{1,200})")),
    "rtsp": ("rtsp_header.server", Pattern(r"(?i)\r\nserver: *([\x20-\x7e]{1,200})")),
    "telnet": ("telnet_banners", Pattern(r"^(?:\xff[\xfb-\xfe][\s\S])*([\s\S]{1,500})")),
}


def quoted(protocol: str, said: bytes) -> Quote | None:
    """What is to be looked up of an answer in this protocol, or None."""
    known = _AFTER.get(protocol)
    if known is not None:
        match = known[1].search(said[:4_096])
        return (known[0], match.groups[0]) if match is not None else None
    try:
        if protocol == "dns":
            return "dns.versionbind", dns_text(said)
    except (ValueError, IndexError, struct.error):
        return None
    if protocol == "snmp":
        return "snmp.sys_description", snmp_text(said)
    if protocol == "ntp" and said[:1] and said[0] & 7 == 6:
        return "ntp.readvar", said[12:2_000]
    return None


def headers_of(response: HttpResponse) -> tuple[Quote, ...]:
    """What is to be looked up of a page, the surest first."""
    names = (
        ("http_header.server", "server"),
        ("http_header.x-powered-by", "x-powered-by"),
        ("http_header.wwwauth", "www-authenticate"),
    )
    found = ((matches, response.header(name) or "") for matches, name in names)
    return tuple((matches, value.encode("utf-8", "replace")[:500]) for matches, value in found if value)
