"""Reading single values by SNMP version 1 and 2c (RFC 1157, RFC 3416). Nothing here writes."""

from msgspec import Struct

from cyberai.checkkit import ber
from cyberai.checkkit.probe import Probe
from cyberai.domain.asset import ServiceAsset
from cyberai.ports.network import TransportError, TransportReason

GET, GET_NEXT, RESPONSE = 0xA0, 0xA1, 0xA2
SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
BEYOND_SYSTEM = (1, 3, 6, 1, 2, 1, 2)
"""What follows it is no part of the system group that agents show to `public` when they show little else."""

_VERSIONS = {0: "1", 1: "2c"}
_TEXT = 0x04
_EXCEPTIONS = frozenset({0x05, 0x80, 0x81, 0x82})
"""NULL, noSuchObject, noSuchInstance, endOfMibView: no value."""


class Value(Struct, frozen=True):
    """One value: its object identifier, whether it is text, and its bytes."""

    oid: bytes
    is_text: bool
    raw: bytes

    @property
    def text(self) -> str:
        """What it says, as far as it can be printed."""
        shown = self.raw[:400].decode("utf-8", "replace")
        return " ".join("".join(c if c.isprintable() else " " for c in shown).split())


def request(version: int, community: str, oid: tuple[int, ...], number: int, kind: int = GET) -> bytes:
    """A message that asks for one value; `version` as on the wire (0 is 1, 1 is 2c)."""
    binding = ber.item(0x30, ber.item(0x30, ber.item(0x06, encode_oid(oid)), ber.item(0x05)))
    pdu = ber.item(kind, ber.number(number), ber.number(0), ber.number(0), binding)
    return ber.item(0x30, ber.number(version), ber.item(0x04, community.encode()), pdu)


def read_response(raw: bytes, number: int) -> Value | None:
    """The value of a response to this request; None for an error or no value. Raise ValueError for what is no
    response to it."""
    message = ber.children(ber.field(ber.children(raw)[:1], 0, 0x30))
    pdu = ber.children(ber.field(message, 2, RESPONSE))
    if int.from_bytes(ber.field(pdu, 0, 2), "big") != number:
        raise ValueError("a response to another request")
    if int.from_bytes(ber.field(pdu, 1, 2), "big"):
        return None
    bindings = ber.children(ber.field(pdu, 3, 0x30))
    binding = ber.children(ber.field(bindings, 0, 0x30))
    if len(binding) != 2:
        raise ValueError("a binding without a value")
    tag, value = binding[1]
    return None if tag in _EXCEPTIONS else Value(ber.field(binding, 0, 0x06), tag == _TEXT, value)


def encode_oid(oid: tuple[int, ...]) -> bytes:
    """X.690, section 8.19."""
    out = bytearray([oid[0] * 40 + oid[1]])
    for arc in oid[2:]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return bytes(out)


class Agent:
    """The agent of a service. Each question costs one request."""

    def __init__(self, service: ServiceAsset, probe: Probe) -> None:
        self._service = service
        self._probe = probe
        self.sent = b""
        self.heard = b""

    async def ask(self, version: int, community: str, oid: tuple[int, ...], kind: int = GET) -> Value | None:
        """The value; None when there is none or nobody answers. Raise TransportError."""
        number = self._probe.number(1, 2**30)
        sent = request(version, community, oid, number, kind)
        try:
            raw = (await self._probe.datagram(self._service.host, self._service.port, sent))[0]
            value = read_response(raw, number)
        except ValueError:
            return None
        except TransportError as error:
            # A community that an agent does not know is answered by silence.
            if error.reason is TransportReason.TIMEOUT:
                return None
            raise
        self.sent, self.heard = sent, raw
        return value


class Readable(Struct, frozen=True):
    """What a community shows: the versions it is answered in, the description, whether more than the system group
    can be read, how many answers showed it, and the messages of the first one."""

    versions: tuple[str, ...]
    wire_version: int
    description: str
    beyond: bool
    times: int
    sent: bytes
    heard: bytes


async def readable(service: ServiceAsset, probe: Probe, community: str) -> Readable | None:
    """What the community shows, None when it is not answered. Costs at most four requests; raise TransportError."""
    agent = Agent(service, probe)
    versions: list[int] = []
    first: Value | None = None
    sent = heard = b""
    for version in (1, 0):
        value = await agent.ask(version, community, SYS_DESCR)
        if value is None or not value.is_text:
            continue
        versions.append(version)
        if first is None:
            first, sent, heard = value, agent.sent, agent.heard
    if first is None:
        return None
    following = await agent.ask(versions[0], community, BEYOND_SYSTEM, GET_NEXT)
    beyond = following is not None and following.oid.startswith(encode_oid((1, 3, 6, 1, 2, 1)))
    times = len(versions) + beyond
    if times == 1 and await agent.ask(versions[0], community, SYS_DESCR) is not None:
        times = 2
    names = tuple(_VERSIONS[version] for version in versions)
    return Readable(names, versions[0], first.text, beyond, times, sent, heard)
