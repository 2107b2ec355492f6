"""Records of names, from the operator's resolver: one question, one answer, bounded in size and time."""

import asyncio
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from cyberai.domain.dns import DnsRecord, DnsReply
from cyberai.ports.network import TransportError, TransportReason

if TYPE_CHECKING:
    import dns.message
    import dns.rrset

PAYLOAD = 1232
"""Bytes of a datagram that arrive in one piece nearly everywhere (DNS Flag Day 2020)."""
ATTEMPTS = 2
FIRST_WAIT = 2.0
"""Seconds after which a question is asked again: resolvers have to ask others first."""
MOST_SECONDS = 5.0
"""For one question, all attempts together, or the scan's request_timeout where that is less."""
MAX_RECORDS = 256
"""Records of one section that are kept."""
MAX_DATA = 4_096
"""Characters of one record's data that are kept: 16 full strings of a TXT record."""
MAX_SILENT = 2
"""Questions without any answer after which the resolver is taken for dead, and asked no further by this session."""


class NameServer(msgspec.Struct, frozen=True):
    """A resolver. `stated` tells that the operator named it, and not the system's configuration."""

    address: str
    port: int = 53
    stated: bool = True

    @property
    def shown(self) -> str:
        """How `dig` takes it; empty for the system's."""
        if not self.stated:
            return ""
        return self.address if self.port == 53 else f"{self.address} -p {self.port}"


def system_name_server() -> NameServer | None:
    """The first resolver of this machine's configuration; None when it has none."""
    from dns.exception import DNSException
    from dns.resolver import Resolver

    try:
        resolver = Resolver()
    except (DNSException, OSError):
        return None
    found = next((item for item in resolver.nameservers if isinstance(item, str)), None)
    return NameServer(found, resolver.port, stated=False) if found and "://" not in found else None


class NameLookUp:
    """The questions of one session to one resolver. It is the operator's choice and is not judged. `stated` are names
    whose address the operator gives: what he overrides is not asked for, nor what is below it."""

    def __init__(self, stated_server: NameServer | None, stated: Iterable[str] = ()) -> None:
        self._stated_server = stated_server
        self._stated = frozenset(stated)
        self._silent = 0

    @cached_property
    def _server(self) -> NameServer | None:
        """The operator's, else the system's, which is read when the first question is asked."""
        return self._stated_server or system_name_server()

    @property
    def address(self) -> str:
        """Of the resolver; empty without one."""
        return self._server.address if self._server is not None else ""

    async def ask(self, name: str, kind: str, seconds: float, *, checked: bool) -> DnsReply:
        """The answer; raise TransportError DNS_FAILED, MALFORMED or OUT_OF_SCOPE."""
        server = self._server
        labels = name.split(".")
        if any(".".join(labels[start:]) in self._stated for start in range(len(labels))):
            raise TransportError(
                TransportReason.OUT_OF_SCOPE, f"the address of {name} is stated with --resolve"
            )
        if server is None:
            raise TransportError(
                TransportReason.DNS_FAILED, "this machine has no DNS server; give one with --resolver"
            )
        if self._silent >= MAX_SILENT:
            raise TransportError(TransportReason.DNS_FAILED, f"the DNS server {server.address} stays silent")
        question, seconds = _question(name, kind, checked), min(seconds, MOST_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                message = await _exchange(server, question, seconds)
        except (TimeoutError, OSError) as error:
            self._silent += 1
            detail = f"the DNS server {server.address} port {server.port} does not answer about {name} {kind}"
            raise TransportError(TransportReason.DNS_FAILED, detail, retryable=True) from error
        self._silent = 0
        return _read(message, name, kind, checked=checked, server=server)


def _question(name: str, kind: str, checked: bool) -> "dns.message.Message":
    import dns.flags
    import dns.message
    from dns.exception import DNSException

    try:
        question = dns.message.make_query(name + ".", kind, use_edns=0, payload=PAYLOAD)
    except (DNSException, ValueError) as error:
        raise TransportError(TransportReason.MALFORMED, f"{name[:80]!r} is no name of the DNS") from error
    question.flags |= dns.flags.AD
    if not checked:
        question.flags |= dns.flags.CD
        question.want_dnssec(True)
    return question


async def _exchange(
    server: NameServer, question: "dns.message.Message", seconds: float
) -> "dns.message.Message":
    """The answer over UDP, asked again once, or over TCP where it does not fit; raise TimeoutError or OSError."""
    import dns.asyncquery
    import dns.message
    from dns.exception import DNSException, Timeout

    for attempt in range(ATTEMPTS):
        last = attempt + 1 == ATTEMPTS
        try:
            # What comes from elsewhere, or answers another question, is passed over.
            return await dns.asyncquery.udp(
                question,
                server.address,
                timeout=seconds if last else min(FIRST_WAIT, seconds / ATTEMPTS),
                port=server.port,
                ignore_unexpected=True,
                raise_on_truncation=True,
                ignore_errors=True,
                one_rr_per_rrset=True,
                ignore_trailing=True,
            )
        except dns.message.Truncated:
            break
        except Timeout as error:
            if last:
                raise TimeoutError from error
        except (DNSException, ValueError) as error:
            raise _malformed(server) from error
    try:
        return await dns.asyncquery.tcp(
            question,
            server.address,
            timeout=seconds,
            port=server.port,
            one_rr_per_rrset=True,
            ignore_trailing=True,
        )
    except Timeout as error:
        raise TimeoutError from error
    except EOFError as error:
        raise ConnectionResetError("the DNS server hung up") from error
    except (DNSException, ValueError) as error:
        raise _malformed(server) from error


def _malformed(server: NameServer) -> TransportError:
    detail = f"the DNS server {server.address} port {server.port} answered with what is no message of the DNS"
    return TransportError(TransportReason.MALFORMED, detail)


def _read(
    message: "dns.message.Message", name: str, kind: str, *, checked: bool, server: NameServer
) -> DnsReply:
    from dns.exception import DNSException

    try:
        return reply_of(message, name, kind, checked=checked, server=server.shown)
    except (DNSException, ValueError) as error:
        raise _malformed(server) from error


def reply_of(
    message: "dns.message.Message", name: str, kind: str, *, checked: bool, server: str = ""
) -> DnsReply:
    """A message as a value."""
    import dns.flags
    import dns.rcode

    return DnsReply(
        name=name,
        kind=kind,
        code=dns.rcode.to_text(message.rcode()),
        records=tuple(map(_record, message.answer[:MAX_RECORDS])),
        authority=tuple(map(_record, message.authority[:MAX_RECORDS])),
        validated=bool(message.flags & dns.flags.AD),
        checked=checked,
        server=server,
    )


def _record(rrset: "dns.rrset.RRset") -> DnsRecord:
    import dns.rdatatype
    from dns.rdtypes.ANY.TXT import TXT

    owner = rrset.name.to_text(omit_final_dot=True).lower()
    first = next(iter(rrset), None)
    if isinstance(first, TXT):
        joined = b"".join(first.strings)[:MAX_DATA]
        text = "".join(chr(byte) if 32 <= byte < 127 else f"\\{byte:03d}" for byte in joined)
    else:
        text = first.to_text() if first is not None else ""
    return DnsRecord(owner, dns.rdatatype.to_text(rrset.rdtype), text[:MAX_DATA])
