"""Which protocol a port speaks, judged by what it says."""

from cyberai.domain.http import HttpResponse

PRINTABLE_BANNER = 512

_STARTS = (
    ("SSH-", "ssh"),
    ("RFB ", "vnc"),
    ("+OK", "pop3"),
    ("* OK", "imap"),
    ("* PREAUTH", "imap"),
    ("+PONG", "redis"),
    ("-NOAUTH", "redis"),
    ("-DENIED", "redis"),
    ("-ERR unknown command", "redis"),
    ("-ERR wrong number", "redis"),
    ("@RSYNCD:", "rsync"),
    ("AMQP", "amqp"),
    ("VERSION ", "memcached"),
    ("INFO {", "nats"),
    ("HTTP/", "http"),
)
_BANNER_FIRST = frozenset(
    {21, 22, 23, 25, 26, 110, 119, 143, 220, 465, 587, 873, 993, 995, 2121, 2222, 2525, 3306, 5900, 5901}
)
_TLS_FIRST = frozenset(
    {443, 465, 563, 636, 853, 989, 990, 993, 995, 2376, 4443, 5061, 5986, 6443, 8443, 8883, 9443, 10250}
)

PING = b"PING\r\n"
"""A command that changes nothing: Redis answers it, others say that they do not know it."""


def speaks_first(port: int) -> bool:
    """True for ports whose usual protocol begins with a greeting of the server."""
    return port in _BANNER_FIRST


def starts_tls(port: int) -> bool:
    """True for ports whose usual protocol begins with TLS."""
    return port in _TLS_FIRST


def banner_text(data: bytes) -> str:
    """What a service said, printable characters only, at most 512 bytes."""
    text = data[:PRINTABLE_BANNER].decode("latin-1")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def guess(data: bytes) -> str:
    """The protocol's name, or empty."""
    text = data[:PRINTABLE_BANNER].decode("latin-1")
    for start, name in _STARTS:
        if text.startswith(start):
            return name
    if text.startswith("220"):
        head = text[:300].lower()
        return "smtp" if "smtp" in head or "mail" in head else "ftp" if "ftp" in head else ""
    if data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfc", b"\xfd", b"\xfe"):
        return "telnet"
    # MySQL: a packet header, then protocol version 10 and a version number, or an error that names the host.
    if (
        len(data) > 5
        and data[3:4] == b"\x00"
        and (data[4:5] == b"\x0a" or b"is not allowed to connect" in data)
    ):
        return "mysql"
    return ""


def store_behind(response: HttpResponse) -> str:
    """The data store that answers HTTP with this, by its protocol's name; empty for an ordinary website."""
    start = response.body[:4_000]
    if b"access MongoDB over HTTP on the native driver port" in start:
        return "mongodb"
    if b'"cluster_name"' in start and b'"lucene_version"' in start and "json" in response.content_type:
        return "elasticsearch"
    return ""
