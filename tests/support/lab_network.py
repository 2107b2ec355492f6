"""One service of the practice target as a network: its dialogues and datagrams without a socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.lab.service import Service as LabService
from cyberai.lab.service import Session
from cyberai.ports.network import Answer, Conversation, Datagram, TransportError, TransportReason
from support.simulated_network import Service, SimulatedNetwork


class LabConversation:
    """A connection to one session. Where the real one would wait in vain, TIMEOUT is raised at once."""

    def __init__(self, session: Session, greets: bool) -> None:
        self._session = session
        self._said = session.feed(b"") if greets else b""

    async def send(self, data: bytes) -> None:
        if self._session.closed:
            raise TransportError(TransportReason.RESET)
        self._said += self._session.feed(data)

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        if not self._said and not self._session.closed:
            raise TransportError(TransportReason.TIMEOUT)
        said, self._said = self._said[:limit], self._said[limit:]
        return said

    async def receive_exactly(self, size: int) -> bytes:
        if len(self._said) < size and not self._session.closed:
            raise TransportError(TransportReason.TIMEOUT)
        return await self.receive(size)

    async def start_tls(self) -> None:
        raise TransportError(TransportReason.TLS_FAILED)


class LabNetwork(SimulatedNetwork):
    """A network on which one port belongs to one session maker."""

    item: LabService | None = None
    fixed: bool = False
    port: int = 0

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
        self.requests_sent += 1
        item = self._tcp(port, tls)
        session = item.session(self.fixed)
        said = session.feed(b"") if item.greets else b""
        said += session.feed(payload) if payload else b""
        if not said:
            raise TransportError(TransportReason.RESET if session.closed else TransportReason.TIMEOUT)
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
        item = self._tcp(port, tls)
        return await dialogue(LabConversation(item.session(self.fixed), item.greets))

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        self.requests_sent += 1
        assert self.item is not None
        if port != self.port or not self.item.udp:
            raise TransportError(TransportReason.REFUSED)
        said = self.item.session(self.fixed).feed(payload)
        if not said:
            raise TransportError(TransportReason.TIMEOUT)
        return (said,)

    async def scan_datagrams(
        self, host: str, messages: Mapping[int, Sequence[Datagram]]
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        for port, asked in messages.items():
            if self.item is None or port != self.port or not self.item.udp:
                yield port, None
                continue
            for message in asked:
                said = self.item.session(self.fixed).feed(message.payload)
                if said:
                    yield port, said

    def _tcp(self, port: int, tls: bool) -> LabService:
        assert self.item is not None
        if port != self.port or self.item.udp:
            raise TransportError(TransportReason.REFUSED, f"nothing listens on port {port}")
        if tls:
            raise TransportError(TransportReason.TLS_FAILED)
        return self.item


def lab_network(item: LabService, fixed: bool, port: int) -> LabNetwork:
    """The network of one service on one port."""

    def respond(request: HttpRequest) -> HttpResponse:
        session = item.session(fixed)
        answer = http_of((session.feed(b"") if item.greets else b"") + session.feed(raw(request)))
        if answer is None:
            raise TransportError(TransportReason.MALFORMED)
        return answer

    services = {} if item.udp else {port: Service(respond)}
    return LabNetwork(services, item=item, fixed=fixed, port=port)


def raw(request: HttpRequest) -> bytes:
    """The request as it goes over the wire."""
    lines = [f"{request.method} {request.url.target} HTTP/1.1", f"Host: {request.url.authority}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += [f"Content-Length: {len(request.body)}"] if request.body else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + request.body


def http_of(answer: bytes) -> HttpResponse | None:
    """What an HTTP client makes of a service's bytes; None when they are no HTTP."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/1."):
        return None
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return HttpResponse(int(first.split(" ")[1]), headers, body)
