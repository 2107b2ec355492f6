"""Tickets for WebSocket handshakes: single use, short-lived, kept as digests."""

from sqlalchemy import delete, select

from cyberai.domain.ids import KeyId, WorkspaceId
from cyberai.ports.records import Ticket
from cyberai.storage.dialect import arg, insert_row
from cyberai.storage.schema import ws_ticket as table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_c = table.c
_ADD = Statement(insert_row(table, "digest", "workspace", "key", "until"))
_FIND = Statement(
    select(_c.workspace, _c.key, _c.until).where(_c.digest == arg("digest"), _c.until > arg("now"))
)
_TAKE = Statement(delete(table).where(_c.digest == arg("digest")))
_FORGET = Statement(delete(table).where(_c.until <= arg("now")))


class Tickets:
    """`ports.records.TicketTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def add(self, digest: str, ticket: Ticket, now: int) -> None:
        """Store a ticket and forget those that have run out."""
        self._scope.require_system("A ticket")
        self._db.run(_FORGET, now=now)
        self._db.run(_ADD, digest=digest, workspace=ticket.workspace, key=ticket.key_id, until=ticket.until)

    def find(self, digest: str, now: int) -> Ticket | None:
        """A ticket that has not run out."""
        self._scope.require_system("A ticket")
        row = self._db.one(_FIND, digest=digest, now=now)
        return Ticket(WorkspaceId(row[0]), KeyId(row[1]), row[2]) if row else None

    def take(self, digest: str) -> bool:
        """Use it up; False when somebody else did."""
        self._scope.require_system("A ticket")
        return self._db.run(_TAKE, digest=digest) == 1
