"""How the engine reaches targets. Everything behind these ports passes the egress guard: resolve, judge every
address, connect to the judged address, compare the peer; rate, concurrency and budgets are kept there too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from msgspec import Struct

from cyberai.domain.dns import DnsReply
from cyberai.domain.http import Headers, HttpRequest, HttpResponse
from cyberai.domain.scan import SynScan
from cyberai.domain.scope import ScanScope
from cyberai.domain.tls.version import TlsVersion as TlsVersion


class TransportReason(StrEnum):
    """Why no answer came. The ledger and `status_reason` are made from these."""

    DNS_FAILED = "dns_failed"
    NOT_ALLOWED = "target_not_allowed"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    RESET = "connection_reset"
    CONNECT_TIMEOUT = "connect_timeout"
    TIMEOUT = "timeout"
    TLS_FAILED = "tls_failed"
    CERTIFICATE = "certificate_not_trusted"
    MALFORMED = "malformed_response"
    PROXY = "proxy_failed"
    BUDGET = "budget"
    CANCELLED = "cancelled"
    STOPPED = "target_health"
    AUTH_LOST = "auth_lost"


class TransportError(Exception):
    """No usable answer. `retryable` says that the same request may work later; `detail` is for people."""

    def __init__(self, reason: TransportReason, detail: str = "", *, retryable: bool = False) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retryable = retryable


class Http(Protocol):
    """HTTP/1.1 towards the hosts of one scan, exactly the bytes of the request, never following redirects."""

    async def send(
        self,
        request: HttpRequest,
        *,
        timeout: float | None = None,
        max_body: int | None = None,
        private: bool = False,
    ) -> HttpResponse:
        """Send and read the answer, within `timeout` seconds in total (default: the scan's
        `request_timeout`), the body capped at `max_body` bytes (default 2 MiB); raise TransportError.

        `private` says that the request holds a secret: it is not sent to a server that did not prove its name
        (TransportError CERTIFICATE), unless the scan ignores certificates. The scan's custom headers, User-Agent and Accept-Encoding are added where the request has none.
        """
        ...


class PortState(StrEnum):
    """What a connection attempt showed."""

    OPEN = "open"
    CLOSED = "closed"
    FILTERED = "filtered"


class Handshake(Struct, frozen=True):
    """A completed handshake at the best version both sides speak. `chain` is DER, leaf first. `trusted` tells
    whether the chain leads to a root we trust (system roots plus `--ca-file`) at the present time and for the
    name asked; `trust_error` says why not. `version` and `cipher` as the library names them."""

    version: str
    cipher: str
    chain: tuple[bytes, ...]
    trusted: bool
    trust_error: str = ""
    alpn: str = ""


class Conversation(Protocol):
    """One open connection, spoken step by step. Every method raises TransportError."""

    async def send(self, data: bytes) -> None:
        """Send everything."""
        ...

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        """What comes next: until the peer closes, `limit` bytes came, or nothing came for `quiet` seconds after the
        first byte. Empty when the peer has closed; TIMEOUT when nothing came within the scan's request_timeout."""
        ...

    async def receive_exactly(self, size: int) -> bytes:
        """The next `size` bytes (at most 1 MiB), fewer only when the peer closed before."""
        ...

    async def start_tls(self) -> None:
        """Go on through TLS, trusting any certificate; raise TransportError TLS_FAILED."""
        ...


Answer = TypeVar("Answer")

Opening = Callable[[Conversation], Awaitable[None]]
"""What is said in the clear before TLS begins."""


class Datagram(Struct, frozen=True):
    """What is sent to a UDP port. `answered_elsewhere`: servers of this protocol answer from another port (TFTP)."""

    payload: bytes
    answered_elsewhere: bool = False


class Dialer(Protocol):
    """Everything that is not HTTP: TCP, TLS and single datagrams."""

    def scan_ports(self, host: str, ports: Sequence[int]) -> AsyncIterator[tuple[int, PortState]]:
        """Ask each port once or more whether it is open; yield states as they become known, every port exactly once.
        Ports outside the scope and own listeners are never tried (and not yielded). Closing the iterator early ends
        the scan."""
        ...

    def scan_hosts(
        self, hosts: Sequence[str], ports: Sequence[int], enough: frozenset[PortState] = frozenset()
    ) -> AsyncIterator[list[tuple[str, int, PortState]]]:
        """The same for many literal addresses together, one port of all of them after the other; what became known
        comes in batches, as a step of an iterator costs about what a probe does. Addresses that may not be scanned are
        not tried and not yielded. A host that showed a state of `enough` is asked no further."""
        ...

    def scan_datagrams(
        self, host: str, messages: Mapping[int, Sequence[Datagram]]
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        """Send each UDP port its messages, all ports side by side and paced, what stays unanswered a second time;
        yield (port, datagram) for whatever comes back, several times for a port where several come, and (port, None)
        where the host says that nobody listens. Of a port that stays silent nothing is yielded, and nothing of any
        where a proxy stands in between: datagrams do not pass it."""
        ...

    async def talk(
        self,
        host: str,
        port: int,
        payload: bytes,
        *,
        limit: int = 65_536,
        quiet: float = 0.5,
        tls: bool = False,
    ) -> bytes:
        """One connection: send `payload` (may be empty: only listen), read until the peer closes, `limit`
        bytes came, or nothing came for `quiet` seconds after the first byte (the scan's request_timeout before
        it); raise TransportError when the connection fails or nothing at all came."""
        ...

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
    ) -> Answer:
        """Open one connection and hold `dialogue` over it; its result. The connection is closed when it returns or
        raises. The whole may take twice the scan's request_timeout (TransportError TIMEOUT) and receive 1 MiB
        (MALFORMED)."""
        ...

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        """Send one UDP datagram, a second time when nothing comes, and collect what comes back from that address and
        port: until `answers` datagrams came or none for `quiet` seconds after the first. Raise TransportError
        REFUSED when the host says that nobody listens, TIMEOUT when nothing came, PROXY when there is one
        (datagrams do not pass it)."""
        ...

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        """Ask the operator's resolver (never a name server of the target) for records, over UDP and over TCP where the
        answer is long. `checked` False asks for unvalidated data with its signatures. Counts as a request; raise
        TransportError DNS_FAILED when no answer came in time, MALFORMED when it is none, OUT_OF_SCOPE for a name whose
        address the operator states."""
        ...

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        before: Opening | None = None,
    ) -> bool:
        """True when the server answers a hand-built ClientHello of exactly that version with a ServerHello
        that selects it; False when it refuses; raise TransportError when it cannot be told. `before` is held first."""
        ...

    async def handshake(
        self, host: str, port: int, server_name: str = "", *, before: Opening | None = None
    ) -> Handshake:
        """A full handshake without trusting anything; raise TransportError(TLS_FAILED) when it is no TLS. `before` is
        held first."""
        ...


class NetworkSession(Protocol):
    """The network of one shard: one scan, one host, one worker. Closing it closes every connection."""

    @property
    def http(self) -> Http:
        """The HTTP core."""
        ...

    @property
    def dialer(self) -> Dialer:
        """TCP and TLS."""
        ...

    @property
    def requests_sent(self) -> int:
        """Requests and protocol exchanges sent so far (port probes not counted)."""
        ...

    @property
    def pace(self) -> float:
        """The part of the full rate in force, 1 unless the target slowed or throttled: the least of its addresses."""
        ...

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The judged addresses of a host, first the one that will be used; raise TransportError with
        DNS_FAILED or NOT_ALLOWED. A literal address needs no look-up."""
        ...

    async def aclose(self) -> None:
        """Close every connection; pending sends raise TransportError(CANCELLED)."""
        ...


class SessionLimits(Struct, frozen=True, kw_only=True):
    """What a scan asked for; obeyed exactly, adapted downwards when the target slows or errors.

    `concurrent` caps requests in flight. `requests_per_second` None: 20, or 200 on loopback; an explicit value
    is never exceeded in any one second. `user_agent` names us and the scan."""

    concurrent: int
    request_timeout: float
    requests_per_second: int | None
    ignore_ssl: bool
    user_agent: str
    custom_headers: Headers = ()
    syn: SynScan = SynScan.AUTO


class Network(Protocol):
    """Opens sessions under the operator's egress policy."""

    def open(self, scope: ScanScope, limits: SessionLimits) -> NetworkSession:
        """A session that refuses everything outside `scope` and the operator's policy."""
        ...


class AddressJudge(Protocol):
    """The operator's policy on literal addresses: `POST /v1/scans` asks it before anything is stored."""

    def refusal(self, address: str) -> str | None:
        """Why this address (canonical text) may not be scanned, or None."""
        ...

    def connect_refusal(self, address: str, port: int) -> str | None:
        """The same for one port of it: what this installation itself listens at is refused too."""
        ...
