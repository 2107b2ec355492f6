"""`Idempotency-Key` on POST: the first request has the effect, a repeated one gets the same answer.

Use cases keep their reply in the transaction of the effect (`Call.keeping`). A POST whose use case does not is kept
right after its effect, in a transaction of its own: every POST honours the header.
"""

from cyberai.api.call import Call
from cyberai.api.reply import JSON, Reply
from cyberai.api.routes import Handler
from cyberai.app.idempotency import Repeatable, in_progress, repeatable, replayed
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.store import Tx

HEADER = b"idempotency-key"
MAX_LENGTH = 255
_REPLAYED = (b"idempotency-replayed", b"true")


class Once:
    """The reply of one request, kept once."""

    def __init__(self, asked: Repeatable) -> None:
        self._asked = asked
        self.kept = False

    def keep(self, tx: Tx, reply: Reply) -> None:
        """Keep the reply in this transaction."""
        location = dict(reply.headers).get(b"location", b"").decode("ascii")
        self._asked.kept(tx, reply.status, location, reply.body, secret=reply.secret)
        self.kept = True


def idempotency_key(value: bytes) -> str:
    """The key in the header; raise InvalidRequest."""
    if not 1 <= len(value) <= MAX_LENGTH or not all(0x20 <= byte <= 0x7E for byte in value):
        raise InvalidRequest(
            "Invalid header",
            field="Idempotency-Key",
            reason=f"Send 1 to {MAX_LENGTH} ASCII characters without control characters, such as a new UUID",
        )
    return value.decode("ascii")


class Idempotency:
    """Answers POST requests that carry a key."""

    def __init__(self) -> None:
        self._running: set[tuple[WorkspaceId, str]] = set()

    async def answer(self, call: Call, handler: Handler, api_key: str, query: bytes) -> Reply:
        """The handler's reply, or the one it gave before; raise Conflict `idempotency_*`, InvalidRequest."""
        key = idempotency_key(call.headers[HEADER].strip())
        parts = (call.method.encode(), call.path.encode("utf-8", "surrogatepass"), query, call.raw)
        asked = repeatable(call.app, call.workspace, key, api_key, parts)
        place = (asked.workspace, asked.key)
        if place in self._running:
            raise in_progress()
        self._running.add(place)
        try:
            known = await replayed(call.app, asked)
            if known is not None:
                headers = [(b"location", known.location.encode("ascii"))] if known.location else []
                return Reply(known.status, known.body, JSON, [*headers, _REPLAYED], secret=known.sealed)
            return await self._first(call, handler, asked)
        finally:
            self._running.discard(place)

    async def _first(self, call: Call, handler: Handler, asked: Repeatable) -> Reply:
        call.once = once = Once(asked)
        reply = await handler(call)
        if not once.kept and reply.status < 300:
            await call.app.store.write(call.workspace, lambda tx: once.keep(tx, reply))
        return reply
