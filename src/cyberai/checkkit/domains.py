"""What checks of domains share: who may register a name, questions whose answers can be relied on, and their hits."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from cyberai.checkkit.probe import Probe
from cyberai.domain.dns import DnsReply
from cyberai.domain.finding import Hit, Oracle, Proof, ServiceEvidence
from cyberai.ports.network import TransportError, TransportReason

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

SHOWN = 2_048
"""Characters of an answer that the evidence keeps."""

SPOOFED_EASILY = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:L/A:N"
SPOOFED_SOMETIMES = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N"
HARMLESS = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N"


class Fault(Struct, frozen=True):
    """One thing that is wrong with a domain. `cause` tells it from others of the check, `reply` shows it, with `match`
    in it; the rest as in Hit. `sign` says that it is only a sign; `likely` that one link of the proof is a conclusion."""

    cause: str
    title: str
    detail: str
    reply: DnsReply
    match: str = ""
    cvss: str | None = None
    remediation: str | None = None
    likely: bool = False
    sign: bool = False


def hit(host: str, fault: Fault) -> Hit:
    """The hit for a fault that was seen twice."""
    oracle = Oracle.HEURISTIC if fault.sign else Oracle.OBSERVATION
    reply = fault.reply
    return Hit(
        proof=Proof(oracle, repeats=1 if fault.likely or fault.sign else 2),
        evidence=(
            ServiceEvidence(
                host,
                0,
                f"{reply.name} {reply.kind}".encode(),
                reply.text[:SHOWN].encode(),
                reply.command,
                fault.match[:500],
                fault.detail,
            ),
        ),
        host=host,
        cause=fault.cause,
        title=fault.title,
        detail=fault.detail,
        cvss=fault.cvss,
        remediation=fault.remediation,
    )


async def seen_twice(look: Callable[[], Awaitable[list[Fault]]]) -> list[Fault]:
    """The faults that a second look shows again."""
    first = await look()
    again = {fault.cause for fault in await look()} if first else set()
    return [fault for fault in first if fault.cause in again]


async def ask(probe: Probe, name: str, kind: str) -> DnsReply:
    """An answer that says what there is or that there is nothing; raise TransportError for any other."""
    reply = await probe.look_up(name, kind)
    if reply.code not in ("NOERROR", "NXDOMAIN"):
        detail = f"the resolver answers {reply.code} about {name} {kind}"
        raise TransportError(TransportReason.DNS_FAILED, detail, retryable=True)
    return reply


async def ask_whether(probe: Probe, name: str, kind: str) -> DnsReply:
    """As `ask`; that there is nothing must be vouched for by the zone (RFC 2308), for there are resolvers that know no
    more of a type. Some show the voucher only when asked for signatures. Costs one request or two."""
    reply = await ask(probe, name, kind)
    if reply.data() or reply.zone is not None:
        return reply
    full = await probe.look_up(name, kind, checked=False)
    if full.code not in ("NOERROR", "NXDOMAIN") or (not full.data() and full.zone is None):
        detail = f"the resolver does not show who says that {name} has no {kind} record"
        raise TransportError(TransportReason.DNS_FAILED, detail)
    return full


def organisational(name: str) -> str:
    """The domain that somebody has registered, by the public suffix list (private ones included: RFC 7489, 3.2); the
    name itself where it is a suffix."""
    return _suffixes(False, True).privatesuffix(name) or name


def up_to(name: str, top: str) -> tuple[str, ...]:
    """The name and the domains above it, up to `top`."""
    labels = name.split(".")
    found = (".".join(labels[start:]) for start in range(len(labels)))
    return tuple(domain for domain in found if domain == top or domain.endswith(f".{top}"))


def open_to_all(name: str) -> str:
    """The domain above the name (or itself) that anybody could register if it is free; empty where the ending is none
    under which domains are registered."""
    return _suffixes(True, False).privatesuffix(name) or ""


@cache
def _suffixes(icann: bool, unknown: bool) -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=icann, accept_unknown=unknown)


async def has_address(probe: Probe, name: str) -> bool:
    """Whether the name leads to an address of either family. Costs at most two requests."""
    for kind in ("A", "AAAA"):
        if (await ask(probe, name, kind)).data():
            return True
    return False


async def is_mail_domain(probe: Probe, name: str) -> bool:
    """Whether mail from the name is to be expected: it takes mail, or it is a registered domain with an address, which
    then takes mail itself (RFC 5321, section 5.1). A null MX (RFC 7505) says that it has nothing to do with mail. Costs
    at most three requests."""
    exchangers = (await ask(probe, name, "MX")).data()
    if exchangers:
        return any(data.rpartition(" ")[2] != "." for data in exchangers)
    return organisational(name) == name and await has_address(probe, name)


def tags(text: str) -> list[tuple[str, str]]:
    """(name, value) of a list such as `v=DMARC1; p=none` (RFC 6376, section 3.2), names in lower case, at most 64."""
    found = []
    for part in text.split(";")[:64]:
        name, equals, value = part.partition("=")
        if name.strip() or equals:
            found.append((name.strip().lower(), value.strip()))
    return found
