"""The names that a certificate is valid for, compared with the one that a client asks for (RFC 6125, RFC 9525)."""

import ipaddress


def covers(names: tuple[str, ...], name: str) -> bool:
    """True when one of the names is this DNS name or address: one wildcard, the whole leftmost label, never above a
    top-level domain. Names are in lower case, international ones in their ASCII form."""
    wanted = ascii_form(name.lower().rstrip("."))
    return any(_matches(pattern, wanted) for pattern in names)


def too_wide(name: str) -> bool:
    """True for a wildcard that stands for all names there are, or for all of a top-level domain."""
    head, _, rest = name.rstrip(".").partition(".")
    return head == "*" and "." not in rest


def is_address(name: str) -> bool:
    """True for a literal IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def ascii_form(name: str) -> str:
    """An international name as it stands in the DNS and in certificates (RFC 3490); one that has no such form as it is."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def printable(text: str, most: int) -> str:
    r"""At most so many characters of a text that somebody else wrote: what is no printable character becomes \xNN."""
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text[:most]
    )
    return shown[:most]


def _matches(pattern: str, wanted: str) -> bool:
    if pattern == wanted:
        return True
    if is_address(wanted):
        return is_address(pattern) and ipaddress.ip_address(pattern) == ipaddress.ip_address(wanted)
    head, dot, rest = pattern.partition(".")
    return head == "*" and bool(dot) and rest.count(".") >= 1 and wanted.partition(".")[2] == rest
