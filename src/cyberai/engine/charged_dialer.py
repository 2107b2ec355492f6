"""A check's way to services that are no website, with what it sends counted against its budget."""

from collections import Counter
from collections.abc import Awaitable, Callable

from cyberai.checkkit import BudgetExceeded, DnsReply, PolicyRefused
from cyberai.checkkit.starttls import into_tls
from cyberai.domain.tls.starttls import StartTls
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.ports.network import Answer, Conversation, Handshake, Opening, TlsVersion


class ChargedConversation:
    """Implements ports.network.Conversation. `sent_again` is called before every send but the first: opening the
    connection has paid for that one."""

    def __init__(self, conversation: Conversation, sent_again: Callable[[], None]) -> None:
        self._conversation = conversation
        self._sent_again = sent_again
        self._spoken = False

    async def send(self, data: bytes) -> None:
        """See ports.network.Conversation.send."""
        if self._spoken:
            self._sent_again()
        self._spoken = True
        await self._conversation.send(data)

    async def receive(self, limit: int = 65_536, *, quiet: float = 0.5) -> bytes:
        """See ports.network.Conversation.receive."""
        return await self._conversation.receive(limit, quiet=quiet)

    async def receive_exactly(self, size: int) -> bytes:
        """See ports.network.Conversation.receive_exactly."""
        return await self._conversation.receive_exactly(size)

    async def start_tls(self) -> None:
        """See ports.network.Conversation.start_tls."""
        await self._conversation.start_tls()


def opening(host: str, server_name: str, starttls: StartTls | None) -> Opening | None:
    """What is said to this host before TLS."""
    if starttls is None:
        return None

    async def said(conversation: Conversation) -> None:
        await into_tls(conversation, starttls, server_name or host)

    return said


class ChargedDialer:
    """The part of checkkit.Probe that is not HTTP. `budget` is what the check may still send."""

    def __init__(self, context: Context, budget: int, tally: Tally) -> None:
        self._context = context
        self._left = budget
        self._tally = tally
        self._looked_up: Counter[tuple[str, str, bool]] = Counter()

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
        """See checkkit.Probe."""
        self._connect(host, port)
        return await self._context.network.dialer.talk(host, port, payload, limit=limit, quiet=quiet, tls=tls)

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
        starttls: StartTls | None = None,
    ) -> Answer:
        """See checkkit.Probe."""
        self._connect(host, port)
        before = opening(host, "", starttls)

        async def charged(conversation: Conversation) -> Answer:
            if before is not None:
                await before(conversation)
            return await dialogue(ChargedConversation(conversation, self._sent_again))

        return await self._context.network.dialer.converse(host, port, charged, tls=tls)

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        """See checkkit.Probe."""
        self._connect(host, port)
        dialer = self._context.network.dialer
        return await dialer.datagram(host, port, payload, answers=answers, quiet=quiet)

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        """See checkkit.Probe."""
        self._charge()
        asked = (name, kind, checked)
        answers = self._context.replies.setdefault(asked, [])
        index = self._looked_up[asked]
        self._looked_up[asked] += 1
        if index >= len(answers):
            self._tally.sent += 1
            answers.append(await self._context.network.dialer.look_up(name, kind, checked=checked))
        return answers[index]

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
    ) -> bool:
        """See checkkit.Probe."""
        self._connect(host, port)
        before = opening(host, server_name, starttls)
        return await self._context.network.dialer.offers(host, port, version, server_name, before=before)

    async def handshake(
        self,
        host: str,
        port: int,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
        known: bool = False,
    ) -> Handshake:
        """See checkkit.Probe."""
        if known and (host, port) in self._context.handshakes:
            return self._context.handshakes[host, port]
        self._connect(host, port)
        before = opening(host, server_name, starttls)
        handshake = await self._context.network.dialer.handshake(host, port, server_name, before=before)
        self._context.handshakes[host, port] = handshake
        return handshake

    def _sent_again(self) -> None:
        self._charge()
        self._tally.sent += 1

    def _charge(self) -> None:
        if self._left <= 0:
            raise BudgetExceeded("the check wants to send more requests than its max_requests")
        self._left -= 1

    def _connect(self, host: str, port: int) -> None:
        if not self._context.scope.allows_port(host, port):
            raise PolicyRefused(f"{host}:{port} is outside the scan's scope")
        self._charge()
        self._tally.sent += 1
