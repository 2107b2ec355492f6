"""Live workers and the deployment's own settings."""

from sqlalchemy import delete, func, select

from cyberai.storage.dialect import arg, upsert
from cyberai.storage.schema import setting, worker
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_BEAT = Statement(upsert(worker, "name", "slots", "until", key=("name",)))
_GONE = Statement(delete(worker).where(worker.c.name == arg("name")))
_SLOTS = Statement(select(func.sum(worker.c.slots)).where(worker.c.until > arg("now")))
_GET = Statement(select(setting.c.value).where(setting.c.name == arg("name")))
_SET = Statement(upsert(setting, "name", "value", key=("name",)))


class Workers:
    """`ports.repositories.WorkerTx`."""

    def __init__(self, scope: Scope) -> None:
        self._db = scope.db

    def beat(self, worker: str, slots: int, until: int) -> None:
        """Say that this worker lives until then."""
        self._db.run(_BEAT, name=worker, slots=slots, until=until)

    def gone(self, worker: str) -> None:
        """Say that it ended."""
        self._db.run(_GONE, name=worker)

    def live_slots(self, now: int) -> int:
        """Sum of slots over live workers."""
        row = self._db.one(_SLOTS, now=now)
        return int(row[0] or 0) if row else 0


class Settings:
    """Stored values of the deployment."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def get(self, name: str) -> str | None:
        """The value, or None."""
        self._scope.require_system("A setting")
        row = self._db.one(_GET, name=name)
        return str(row[0]) if row else None

    def set(self, name: str, value: str) -> None:
        """Store a value."""
        self._scope.require_system("A setting")
        self._db.run(_SET, name=name, value=value)
