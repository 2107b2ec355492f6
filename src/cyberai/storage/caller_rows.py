"""The repositories of those who call: their keys and tickets, the replies kept for their repeated requests, and
what they used."""

from functools import cached_property

from cyberai.storage.idempotency import Idempotency
from cyberai.storage.keys import Keys
from cyberai.storage.scope import Scope
from cyberai.storage.tickets import Tickets
from cyberai.storage.usage import Usage


class CallerRows:
    """A part of `ports.store.Tx`."""

    _scope: Scope

    @cached_property
    def keys(self) -> Keys:
        """Keys."""
        return Keys(self._scope)

    @cached_property
    def idempotency(self) -> Idempotency:
        """Replies kept under idempotency keys."""
        return Idempotency(self._scope)

    @cached_property
    def tickets(self) -> Tickets:
        """WebSocket tickets."""
        return Tickets(self._scope)

    @cached_property
    def usage(self) -> Usage:
        """What the workspace used."""
        return Usage(self._scope)
