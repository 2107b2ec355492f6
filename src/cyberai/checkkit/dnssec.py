"""Keys, delegations and signatures of a signed zone (RFC 4034), read from their text."""

import datetime

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
from msgspec import Struct

from cyberai.checkkit.public_keys import rsa_bits_of_record
from cyberai.domain.dns import DnsReply

RSA = frozenset({1, 5, 7, 8, 10})
BY_SHA1 = frozenset({1, 3, 5, 6, 7, 12})
"""Algorithms that rest on MD5 or SHA-1, or are withdrawn: not to be signed with any more (RFC 8624, RFC 9905)."""
DIGEST_SHA1 = 1
_DIGESTS = {1: "SHA1", 2: "SHA256", 4: "SHA384"}
_MAX = 64
"""Records of a kind that are read."""


class Key(Struct, frozen=True):
    """A DNSKEY. `bits` is the length of an RSA key, 0 for others and what cannot be read."""

    data: str
    algorithm: int
    bits: int


class Delegation(Struct, frozen=True):
    """A DS record."""

    tag: int
    algorithm: int
    digest_type: int
    digest: str
    data: str


class Signature(Struct, frozen=True):
    """An RRSIG: what it covers, and its times, UTC microseconds."""

    covered: str
    begins: int
    ends: int
    data: str


def keys_of(reply: DnsReply) -> tuple[Key, ...]:
    """The keys of an answer that can be read."""
    found = []
    for data in reply.data("DNSKEY")[:_MAX]:
        fields = data.split()
        if len(fields) < 4 or not fields[2].isdigit():
            continue
        algorithm = int(fields[2])
        found.append(Key(data, algorithm, rsa_bits_of_record("".join(fields[3:])) if algorithm in RSA else 0))
    return tuple(found)


def delegations_of(reply: DnsReply) -> tuple[Delegation, ...]:
    """The DS records of an answer that can be read."""
    found = []
    for data in reply.data("DS")[:_MAX]:
        fields = data.split()
        if len(fields) >= 4 and all(field.isdigit() for field in fields[:3]):
            tag, algorithm, kind = map(int, fields[:3])
            found.append(Delegation(tag, algorithm, kind, "".join(fields[3:]).lower(), data))
    return tuple(found)


def signatures_of(reply: DnsReply) -> tuple[Signature, ...]:
    """The signatures of an answer that can be read."""
    found = []
    for data in reply.data("RRSIG")[:_MAX]:
        fields = data.split()
        if len(fields) < 9:
            continue
        try:
            ends, begins = _moment(fields[4]), _moment(fields[5])
        except ValueError:
            continue
        found.append(Signature(fields[0], begins, ends, data))
    return tuple(found)


def _moment(text: str) -> int:
    read = datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=datetime.UTC)
    return int(read.timestamp()) * 1_000_000


def stands_for(zone: str, delegation: Delegation, keys: tuple[Key, ...]) -> bool:
    """Whether the delegation is that of one of the keys; also where its digest is of a kind that is not computed."""
    if delegation.digest_type not in _DIGESTS:
        return True
    for key in keys:
        try:
            record = dns.rdata.from_text("IN", "DNSKEY", key.data)
            made = dns.dnssec.make_ds(
                dns.name.from_text(zone),
                record,
                _DIGESTS[delegation.digest_type],
                policy=dns.dnssec.allow_all_policy,
            )
        except (dns.exception.DNSException, ValueError):
            continue
        if made.digest.hex() == delegation.digest:
            return True
    return False
