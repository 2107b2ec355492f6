"""What a process remembers of workspaces' numbers on PostgreSQL, shared by threads that learn them at any time."""

from typing import Any

from cyberai.domain.ids import WorkspaceId
from cyberai.storage.postgres.store import PostgresStore
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import HERE, event


class LearntMeanwhile(dict[WorkspaceId, int]):
    """Whoever asks for a number that is not known has a reader learn it right after."""

    def __init__(self, numbers: dict[WorkspaceId, int]) -> None:
        super().__init__()
        self._told = numbers

    def get(self, key: WorkspaceId, default: Any = None) -> Any:
        found = super().get(key, default)
        if key in self._told:
            self[key] = self._told[key]
        return found


def number_of(stored: Stored) -> int:
    def look(tx: Any) -> int:
        tx.events.after(0, 1)
        return int(tx.number)

    return stored.read(look)


def test_a_number_that_a_reader_learns_during_a_write_does_no_harm(pg_url: str) -> None:
    with stored_at(pg_url) as stored:
        assert isinstance(stored.store, PostgresStore)
        stored.store._writers._numbers = LearntMeanwhile({HERE: number_of(stored)})
        stored.write(lambda tx: tx.events.append(event("a")))
        stored.together(*(lambda tx, n=n: tx.events.append(event(str(n))) for n in range(5)))
        assert [e.seq for e in stored.read(lambda tx: tx.events.after(0, 100))] == list(range(1, 7))
