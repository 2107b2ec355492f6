"""The operator's policy on where connections may lead, asked where the socket is opened."""

import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from ipaddress import IPv6Address

from cyberai.domain.addresses import (
    Address,
    AddressClass,
    Network,
    classify,
    embedded,
    parse_address,
    unmapped,
)

Listener = tuple[str, int]
"""An address and a port at which this installation itself listens; the address may be 0.0.0.0 or ::."""

_NEVER = {
    AddressClass.METADATA: "a cloud metadata address, which is never scanned",
    AddressClass.UNSPECIFIED: "the unspecified address; name the address of one host",
    AddressClass.MULTICAST: "a multicast address; name the address of one host",
    AddressClass.BROADCAST: "a broadcast address; name the address of one host",
}

_WIDE = {
    AddressClass.LOOPBACK: {4: "127.0.0.0/8", 6: "::1"},
}


class EgressPolicy:
    """Which addresses may be connected to (implements ports.network.AddressJudge).

    Public addresses are accepted; loopback, private and other special-purpose ones only where `allow` names
    their network; `only_allow`, when given, restricts both (it adds nothing). Never accepted, whatever is
    allowed: cloud metadata, unspecified, multicast and broadcast addresses, and `denied`: this installation's
    own listeners and store, as (address, port). It may be a callable, since ports are known late.
    An IPv6 address that carries an IPv4 address is judged as both.
    """

    def __init__(
        self,
        *,
        allow: Iterable[Network] = (),
        only_allow: Iterable[Network] = (),
        denied: Collection[Listener] | Callable[[], Collection[Listener]] = frozenset(),
    ) -> None:
        self._allow = tuple(allow)
        self._only_allow = tuple(only_allow)
        self._denied = denied if callable(denied) else lambda: denied

    def refusal(self, address: str) -> str | None:
        """Why this address (canonical text) may not be connected to and what to do about it, or None."""
        try:
            parsed = parse_address(address)
        except ValueError as error:
            return f"{address!r} is no address: {error}"
        return self._address_refusal(parsed)

    def connect_refusal(self, address: str, port: int) -> str | None:
        """The same for a connection to one port: own listeners are refused too, and for that reason, which no
        `allow` can lift."""
        try:
            parsed = parse_address(address)
        except ValueError:
            return self.refusal(address)
        if self._is_own(unmapped(parsed), port):
            return f"{address} port {port} belongs to this Cyber AI installation, which never scans itself"
        return self._address_refusal(parsed)

    def open_ports(self, address: str, ports: Sequence[int]) -> list[int]:
        """Those of the ports to which a connection is not refused: as `connect_refusal`, the address judged once."""
        try:
            parsed = parse_address(address)
        except ValueError:
            return []
        if self._address_refusal(parsed) is not None:
            return []
        denied = {port for _, port in self._denied()}.intersection(ports)
        if not denied:
            return list(ports)
        plain = unmapped(parsed)
        return [port for port in ports if port not in denied or not self._is_own(plain, port)]

    def is_loopback(self, address: str) -> bool:
        """True when a judged address stays on this machine."""
        return classify(parse_address(address)) is AddressClass.LOOPBACK

    def _address_refusal(self, address: Address) -> str | None:
        plain = unmapped(address)
        reason = self._judge(plain, str(plain) if plain is address else f"{address} (that is {plain})")
        if reason is not None or not isinstance(plain, IPv6Address):
            return reason
        for inner in embedded(plain):
            reason = self._judge(
                inner.address, f"{plain} carries {inner.address} ({inner.form}), which", restrict=False
            )
            if reason is not None:
                return reason
        return None

    def _judge(self, address: Address, text: str, *, restrict: bool = True) -> str | None:
        kind = classify(address)
        if kind in _NEVER:
            return f"{text} is {_NEVER[kind]}"
        if restrict and self._only_allow and not _within(address, self._only_allow):
            networks = ", ".join(str(n) for n in self._only_allow)
            return f"{text} is outside the networks this server may scan (--only-allow {networks})"
        if kind is AddressClass.GLOBAL or _within(address, self._allow):
            return None
        return f"{text} is {_article(kind)} {kind.value} address; start the server with --allow {_hint(address, kind)} to scan it"

    def _is_own(self, address: Address, port: int) -> bool:
        for host, own_port in self._denied():
            if own_port != port:
                continue
            own = unmapped(parse_address(host))
            if own == address or (own.is_unspecified and _is_local(address)):
                return True
        return False


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _article(kind: AddressClass) -> str:
    return "an" if kind.value[0] in "aeiouAEIOU" else "a"


def _hint(address: Address, kind: AddressClass) -> str:
    """The network to write after --allow: the customary range for loopback, else this one address."""
    return _WIDE.get(kind, {}).get(address.version, str(address))


def _is_local(address: Address) -> bool:
    """True when the address is one of this machine's: only then can a socket be bound to it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
