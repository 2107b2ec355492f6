"""How a port is usually spoken to, and what it said as text."""

PRINTABLE_BANNER = 512

_BANNER_FIRST = frozenset(
    {21, 22, 23, 25, 26, 110, 119, 143, 220, 465, 587, 873, 993, 995, 2121, 2222, 2525, 3306, 5900, 5901}
)
_TLS_FIRST = frozenset(
    {443, 465, 563, 636, 853, 989, 990, 993, 995, 2376, 4443, 5061, 5986, 6443, 8443, 8883, 9443, 10250}
)


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
