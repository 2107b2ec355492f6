"""The repositories of those who call: their keys, and the replies kept for their repeated requests."""

from functools import cached_property

from cyberai.storage.idempotency import Idempotency
from cyberai.storage.keys import Keys
from cyberai.storage.scope import Scope


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
