"""Hostile bytes as answers of a resolver: as messages, and as the data of the records that checks of domains read."""

from contextlib import suppress

import dns.exception
import dns.message

from cyberai.checkkit import DnsRecord, DnsReply, NameAsset, Scope, TransportError
from cyberai.domain.asset import DomainAsset
from cyberai.engine.registry import all_checks
from cyberai.net.look_up import MAX_DATA, MAX_RECORDS, reply_of
from support.direct_probe import DirectProbe, collect, run

CHECKS = [check for check in all_checks() if check.meta.scope in (Scope.DOMAIN, Scope.NAME)]
NAME = "pier.example"
_STARTS = {"_dmarc": "v=DMARC1;", "_mta-sts": "v=STSv1;", "_smtp": "v=TLSRPTv1;", "selector1": "v=DKIM1;"}


def fuzz_one(data: bytes) -> None:
    """A message is read or refused, within its limits; records are read by every check, within its budget."""
    with suppress(dns.exception.DNSException, ValueError):
        message = dns.message.from_wire(data, ignore_trailing=True, one_rr_per_rrset=True)
        reply = reply_of(message, NAME, "TXT", checked=True)
        assert len(reply.records) <= MAX_RECORDS
        assert all(len(record.data) <= MAX_DATA for record in reply.records)
        assert len(reply.aliases) <= len(reply.records)
        assert reply.text.startswith(";; ")
    texts = [part.decode("ascii", "replace") for part in data.split(b"\n")[:4]]
    for check in CHECKS:
        probe = DirectProbe(budget=check.meta.max_requests)
        probe.replies = lambda name, kind, checked: _reply(name, kind, checked, texts)
        asset = DomainAsset(NAME) if check.meta.scope is Scope.DOMAIN else NameAsset(NAME, NAME)
        with suppress(TransportError):
            for hit in run(collect(check, asset, probe)):
                assert hit.detail
                assert hit.evidence


def _reply(name: str, kind: str, checked: bool, texts: list[str]) -> DnsReply:
    start = _STARTS.get(name.partition(".")[0], "v=spf1 ") if kind == "TXT" else ""
    records = tuple(DnsRecord(name, kind, start + text) for text in texts if text)
    code = "NXDOMAIN" if name.endswith(".invalid") or not records else "NOERROR"
    return DnsReply(name, kind, code, records, (DnsRecord("example", "SOA", "a. b. 1"),), checked=checked)
