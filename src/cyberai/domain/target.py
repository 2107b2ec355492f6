"""Targets as people write them: URL, host:port, domain, IP address, CIDR range."""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from msgspec import Struct

from cyberai.domain.http import Url, split_authority

MAX_ADDRESSES = 65_536
"""The largest CIDR range of one target."""

NOT_A_TARGET = "Must be a valid domain name"
"""The customer's own words for a target that is none."""


class TargetError(ValueError):
    """`reason` can be shown to the user; `malformed` is False when it is a target we refuse for its size."""

    def __init__(self, reason: str = NOT_A_TARGET, *, malformed: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.malformed = malformed


class UrlTarget(Struct, frozen=True, tag="url"):
    """That origin and its path up to the last `/`; no port scan, TLS of that port only."""

    url: Url

    @property
    def host(self) -> str:
        """The host name or address."""
        return self.url.host


class PortTarget(Struct, frozen=True, tag="port"):
    """One port of one host."""

    host: str
    port: int


class HostTarget(Struct, frozen=True, tag="host"):
    """A domain or an address: its ports and the web on every HTTP service found."""

    host: str


class RangeTarget(Struct, frozen=True, tag="range"):
    """Every address of a CIDR range, as hosts. `network` is canonical text."""

    network: str

    @property
    def size(self) -> int:
        """How many addresses."""
        return ipaddress.ip_network(self.network).num_addresses

    def hosts(self) -> tuple[str, ...]:
        """All addresses, network and broadcast included where the range is that small."""
        return tuple(str(a) for a in ipaddress.ip_network(self.network))


Target = UrlTarget | PortTarget | HostTarget | RangeTarget


def parse_target(raw: str) -> Target:
    """Parse what a user wrote; raise TargetError.

    Every spelling of a literal address (decimal, octal, hex, short, mapped IPv6) becomes that address and is
    never taken for a name (WHATWG URL, section 3.5, host parsing).
    """
    text = raw.strip()
    if not text or len(text) > 2048:
        raise TargetError
    if "://" in text:
        return _url(text)
    if "/" in text:
        return _range(text)
    return _host_or_port(text)


def _url(text: str) -> UrlTarget:
    try:
        url = Url.parse(text)
    except ValueError as error:
        raise TargetError from error
    host = canonical_host(url.host)
    return UrlTarget(Url(url.scheme, host, url.port, url.target))


def _range(text: str) -> Target:
    address, _, prefix = text.partition("/")
    if not (prefix.isascii() and prefix.isdigit()):
        raise TargetError
    try:
        network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    except ValueError as error:
        raise TargetError from error
    if network.num_addresses > MAX_ADDRESSES:
        raise TargetError(
            f"Must cover at most {MAX_ADDRESSES:,} addresses; split the range into smaller ones",
            malformed=False,
        )
    return RangeTarget(str(network))


def _host_or_port(text: str) -> Target:
    bare = text.strip("[]") if text.startswith("[") and text.endswith("]") else text
    if bare.count(":") >= 2 and not text.startswith("["):
        return HostTarget(canonical_host(bare))
    if ":" in text and not (text.startswith("[") and text.endswith("]")):
        try:
            host, port = split_authority(text, 0)
        except ValueError as error:
            raise TargetError from error
        return PortTarget(canonical_host(host), port)
    return HostTarget(canonical_host(bare))


def canonical_host(host: str) -> str:
    """Lower-case name (IDNA A-labels) or canonical address text; raise TargetError on anything else."""
    literal = literal_address(host)
    if literal is not None:
        return str(literal)
    name = host.rstrip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise TargetError from error
    if not _is_domain_name(name):
        raise TargetError
    return name


def _is_domain_name(name: str) -> bool:
    if not 1 <= len(name) <= 253:
        return False
    labels = name.split(".")
    for label in labels:
        if not 1 <= len(label) <= 63 or label.startswith("-") or label.endswith("-"):
            return False
        if not all(c.isalnum() or c in "-_" for c in label):
            return False
    return not labels[-1].isdigit()


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address a literal means in any spelling browsers and libc accept, or None for a name.

    Raise TargetError when it is numeric but no address (`256.1.1.1`, `0x100000000`): such a text must never
    reach a resolver as a name.
    """
    text = host.strip("[]") if host.startswith("[") else host
    if ":" in text:
        try:
            return ipaddress.IPv6Address(text)
        except ValueError as error:
            raise TargetError from error
    parts = text.rstrip(".").split(".")
    last = parts[-1].lower()
    numeric = last.isdigit() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:]))
    if not text.isascii() or not numeric:
        return None
    return _ipv4(parts)


def _ipv4(parts: list[str]) -> IPv4Address:
    if len(parts) > 4:
        raise TargetError
    numbers = [_number(part) for part in parts]
    *heads, tail = numbers
    if any(n > 255 for n in heads) or tail >= 256 ** (5 - len(numbers)):
        raise TargetError
    value = tail
    for index, number in enumerate(heads):
        value += number << (8 * (3 - index))
    return IPv4Address(value)


def _number(part: str) -> int:
    text = part.lower()
    try:
        if text.startswith("0x"):
            return int(text[2:] or "0", 16)
        if len(text) > 1 and text.startswith("0"):
            return int(text, 8)
        if not (text.isascii() and text.isdigit()):
            raise TargetError
        return int(text)
    except ValueError as error:
        raise TargetError from error


def parse_network(raw: str) -> IPv4Network | IPv6Network:
    """A network for `--allow`: an address or CIDR; raise ValueError with a reason."""
    try:
        return ipaddress.ip_network(raw.strip(), strict=False)
    except ValueError as error:
        raise ValueError(f"{raw!r} is no network; write an address or a range such as 127.0.0.0/8") from error
