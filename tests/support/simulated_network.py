"""A network session over functions of this process: whole scans without a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from msgspec import Struct, field

from cyberai.domain.dns import DnsReply
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.lab.http import LabRequest
from cyberai.lab.site import Site
from cyberai.ports.network import (
    Answer,
    Conversation,
    Datagram,
    Handshake,
    Opening,
    PortState,
    TlsVersion,
    TransportError,
    TransportReason,
)

Respond = Callable[[HttpRequest], HttpResponse]
NOW = 1_790_000_000_000_000


class Service(Struct):
    """A port: HTTP by `respond`, TLS by `versions`, anything else by `talk` (what it says to what it was sent)."""

    respond: Respond | None = None
    talk: Callable[[bytes], bytes] | None = None
    versions: frozenset[TlsVersion] = frozenset()
    handshake: Handshake | None = None


class _Spoken:
    """A conversation with a service whose `talk` answers each message by itself."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._said = b""

    async def send(self, data: bytes) -> None:
        if self._service.talk is not None:
            self._said += self._service.talk(data)
        elif self._service.respond is not None and not self._service.versions and data.startswith(b"GET "):
            self._said += b"HTTP/1.1 200 OK\r\n\r\n"

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        return await self.receive_exactly(limit)

    async def receive_exactly(self, size: int) -> bytes:
        said, self._said = self._said[:size], self._said[size:]
        return said

    async def start_tls(self) -> None:
        if self._service.handshake is None:
            raise TransportError(TransportReason.TLS_FAILED)


class SimulatedNetwork(Struct):
    """ports.network.NetworkSession over services by port; `log` keeps every HTTP request in order."""

    services: dict[int, Service] = {}
    log: list[HttpRequest] = field(default_factory=list)
    requests_sent: int = 0
    names: dict[str, str] = {}
    in_flight: int = 0
    most_in_flight: int = 0
    pace: float = 1.0
    replies: Callable[[str, str, bool], DnsReply] | None = None
    """What the resolver answers."""

    @property
    def http(self) -> "SimulatedNetwork":
        return self

    @property
    def dialer(self) -> "SimulatedNetwork":
        return self

    async def send(
        self,
        request: HttpRequest,
        *,
        timeout: float | None = None,
        max_body: int | None = None,
        private: bool = False,
    ) -> HttpResponse:
        self.requests_sent += 1
        self.log.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            service = self._service(request.url.port)
            secure = bool(service.versions)
            if secure != (request.url.scheme == "https"):
                raise TransportError(TransportReason.TLS_FAILED if not secure else TransportReason.MALFORMED)
            if service.respond is None:
                raise TransportError(TransportReason.MALFORMED)
            return service.respond(request)
        finally:
            self.in_flight -= 1

    async def scan_ports(self, host: str, ports: Sequence[int]) -> AsyncIterator[tuple[int, PortState]]:
        for port in ports:
            yield port, PortState.OPEN if port in self.services else PortState.CLOSED

    async def scan_hosts(
        self, hosts: Sequence[str], ports: Sequence[int], enough: frozenset[PortState] = frozenset()
    ) -> AsyncIterator[list[tuple[str, int, PortState]]]:
        for host in hosts:
            async for port, state in self.scan_ports(host, ports):
                yield [(host, port, state)]

    async def scan_datagrams(
        self, host: str, messages: Mapping[int, Sequence[Datagram]]
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        for port in messages:
            yield port, None

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
        service = self._service(port)
        self.requests_sent += 1
        said = service.talk(payload) if service.talk is not None else b""
        if not said:
            raise TransportError(TransportReason.TIMEOUT)
        return said[:limit]

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
    ) -> Answer:
        self.requests_sent += 1
        return await dialogue(_Spoken(self._service(port)))

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        self.requests_sent += 1
        raise TransportError(TransportReason.REFUSED)

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        self.requests_sent += 1
        if self.replies is None:
            raise TransportError(TransportReason.OUT_OF_SCOPE, "this network has no resolver")
        return self.replies(name, kind, checked)

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        before: Opening | None = None,
    ) -> bool:
        self.requests_sent += 1
        return version in self._service(port).versions

    async def handshake(
        self, host: str, port: int, server_name: str = "", *, before: Opening | None = None
    ) -> Handshake:
        self.requests_sent += 1
        service = self._service(port)
        if service.handshake is None:
            raise TransportError(TransportReason.TLS_FAILED)
        return service.handshake

    async def resolve(self, host: str) -> tuple[str, ...]:
        if host not in self.names and not host.replace(".", "").isdigit():
            raise TransportError(TransportReason.DNS_FAILED, host)
        return (self.names.get(host, host),)

    async def aclose(self) -> None:
        return None

    def _service(self, port: int) -> Service:
        if port not in self.services:
            raise TransportError(TransportReason.REFUSED, f"nothing listens on port {port}")
        return self.services[port]


def website(respond: Respond, port: int = 80) -> SimulatedNetwork:
    """A session to a host with one plain web server."""
    return SimulatedNetwork({port: Service(respond)})


def of_lab(site: Site) -> Respond:
    """The practice site as a function of our own requests."""

    def respond(request: HttpRequest) -> HttpResponse:
        named = request.header("host") is not None
        headers = request.headers if named else (("Host", request.url.authority), *request.headers)
        answer = site.respond(LabRequest(request.method, request.url.target, headers, request.body))
        return HttpResponse(answer.status, answer.headers, answer.body, elapsed=0.001 + answer.delay)

    return respond
