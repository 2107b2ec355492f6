"""The lab's resolver: it knows the lab's domains, and says of every other name that it does not exist."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from cyberai.lab.network._dns import Answering, asked
from cyberai.lab.zone import Zone

MAX_ALIASES = 8
_SOA = "ns.quay.example. keeper.quay.example. 2024030101 3600 600 86400 300"
_Table = dict[str, dict[str, list[str]]]


def resolver(zones: tuple[Zone, ...], fixed: bool) -> Answering:
    """`(question, answer)`: answers as a resolver does that has asked the zones' servers."""
    table: _Table = {}
    for zone in zones:
        apex = table.setdefault(zone.name, {})
        apex["SOA"] = [_SOA]
        for owner, kind, data in zone.records(fixed):
            name = zone.name if owner == "@" else f"{owner}.{zone.name}"
            table.setdefault(name, {}).setdefault(kind, []).append(data)
    names = frozenset(zone.name for zone in zones)

    def answer(question: dns.message.Message, reply: dns.message.Message) -> None:
        reply.flags |= dns.flags.RA
        name, kind, _ = asked(question)
        for _ in range(MAX_ALIASES):
            held = _held(table, name)
            if held is None or kind in held or "CNAME" not in held:
                break
            (target,) = held["CNAME"]
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "CNAME", target))
            name = target.rstrip(".")
        if held is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if held and kind in held:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *held[kind]))
            return
        above = next((zone for zone in names if name == zone or name.endswith(f".{zone}")), "")
        owner = above or name.rpartition(".")[2]
        reply.authority.append(dns.rrset.from_text(f"{owner}.", 300, "IN", "SOA", _SOA))

    return answer


def _held(table: _Table, name: str) -> dict[str, list[str]] | None:
    """The records of a name, perhaps none; those of a pattern (`*.`) above it; None where it does not exist."""
    if name in table:
        return table[name]
    if any(known.endswith(f".{name}") for known in table):
        return {}
    _, dot, above = name.partition(".")
    return table.get(f"*.{above}") if dot else None
