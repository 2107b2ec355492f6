"""The lab's domains without a socket: what its resolver answers to look-ups."""

from collections.abc import Callable

import dns.message

from cyberai.domain.dns import DnsReply
from cyberai.lab import discovery
from cyberai.lab.network._dns import answered
from cyberai.lab.resolver import resolver
from cyberai.net.look_up import reply_of


def lab_names(fixed: bool) -> Callable[[str, str, bool], DnsReply]:
    """`(name, type, checked)`: the answer of the lab's resolver, through the reader of real ones."""
    answering = resolver(discovery.zones(), fixed)

    def reply(name: str, kind: str, checked: bool) -> DnsReply:
        question = dns.message.make_query(name + ".", kind)
        message = dns.message.from_wire(answered(question.to_wire(), answering), one_rr_per_rrset=True)
        return reply_of(message, name, kind, checked=checked)

    return reply
