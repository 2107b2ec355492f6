"""Tickets for the WebSocket: a browser need not put its key into an address."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.keys import Principal, digest_of, principal_of, require_good
from cyberai.app.times import rfc3339
from cyberai.domain.api_key import format_key
from cyberai.domain.errors import Unauthorized
from cyberai.domain.ids import SYSTEM
from cyberai.ports.records import Ticket
from cyberai.ports.store import Tx

PREFIX = "cai_ticket_"
LIFETIME = 60
"""Seconds."""


class TicketResource(Struct, kw_only=True):
    """A ticket: open `url` on this server before `expires_at`, once."""

    ticket: str
    expires_at: str
    expires_in: int
    url: str


async def make_ticket(app: App, principal: Principal) -> TicketResource:
    """A ticket that stands for the key that asks."""
    at = app.clock.now()
    text = PREFIX + format_key(app.rng.bits(192)).rpartition("_")[2]
    until = at + LIFETIME * 1_000_000
    ticket = Ticket(principal.workspace, principal.key_id, until)
    digest = digest_of(app, text)
    await app.store.write(SYSTEM, lambda tx: tx.tickets.add(digest, ticket, at))
    return TicketResource(
        ticket=text, expires_at=rfc3339(until), expires_in=LIFETIME, url=f"/v1/ws?token={text}"
    )


async def ticket_holder(app: App, text: str) -> Principal:
    """Who a ticket stands for, without using it up; raise Unauthorized."""
    at, digest = app.clock.now(), digest_of(app, text)
    ticket = await app.store.read(SYSTEM, lambda tx: tx.tickets.find(digest, at))
    if ticket is None:
        raise _refused()
    key = await app.store.read(ticket.workspace, lambda tx: tx.keys.get(ticket.key_id))
    return principal_of(require_good(key, at))


async def use_ticket(app: App, text: str) -> None:
    """Use it up; raise Unauthorized when somebody else did."""
    digest = digest_of(app, text)

    def take(tx: Tx) -> bool:
        return tx.tickets.take(digest)

    if not await app.store.write(SYSTEM, take):
        raise _refused()


def _refused() -> Unauthorized:
    return Unauthorized(
        "The ticket is not known",
        field="token",
        reason=f"A ticket opens one WebSocket within {LIFETIME} s; get a new one with POST /v1/ws/tickets",
    )
