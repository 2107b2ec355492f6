"""Who asks, and what the workspace has used."""

from functools import partial
from typing import Any

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.keys import Principal
from cyberai.app.resources import KeyResource, key_resource
from cyberai.app.times import rfc3339
from cyberai.domain.errors import CyberAIError, NotFound, StoreError
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.store import Tx

DAY = 86_400_000_000
"""Microseconds."""
MAX_DAYS = 366


class MeResource(Struct, kw_only=True):
    """The key that asks, and how much it may."""

    key: KeyResource
    workspace: str
    plan: str
    scopes: tuple[str, ...]
    requests_per_minute: int
    expires_at: str | None


class KeyUsage(Struct, kw_only=True):
    """Requests of one key on one day."""

    key_id: str
    requests: int


class DayUsage(Struct, kw_only=True):
    """Requests of one day (UTC)."""

    date: str
    requests: int
    keys: list[KeyUsage]


class UsageResource(Struct, kw_only=True):
    """What the workspace used: newest day first. `store_bytes` is the whole store, all workspaces together."""

    requests: list[DayUsage]
    requests_total: int
    scans: dict[str, int]
    scans_total: int
    vulnerabilities: dict[str, int]
    vulnerabilities_total: int
    store_bytes: int


class RequestCounts:
    """Requests counted in memory and stored a few seconds later: a commit for each would cost more than the
    request. What `kill -9` takes is at most what came since the last time."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[tuple[WorkspaceId, int, str], int] = {}

    def add(self, principal: Principal, at: int, requests: int = 1) -> None:
        """Count; negative gives back."""
        key = (principal.workspace, at // DAY, str(principal.key_id))
        self._counts[key] = self._counts.get(key, 0) + requests

    async def store(self, app: App) -> None:
        """Store what has been counted; what the store refuses is kept."""
        for workspace in {workspace for workspace, _, _ in self._counts}:
            keys = [key for key in self._counts if key[0] == workspace]
            taken = {key: self._counts.pop(key) for key in keys}
            rows = [(day, key_id, requests) for (_, day, key_id), requests in taken.items()]
            try:
                await app.store.write(workspace, partial(_add, rows=rows))
            except (CyberAIError, StoreError):
                for key, requests in taken.items():
                    self._counts[key] = self._counts.get(key, 0) + requests
                raise


def _add(tx: Tx, rows: list[tuple[int, str, int]]) -> None:
    for day, key_id, requests in rows:
        tx.usage.add(day, key_id, requests)


async def who_am_i(app: App, principal: Principal) -> MeResource:
    """The key that asks."""
    key = await app.store.read(principal.workspace, lambda tx: tx.keys.get(principal.key_id))
    if key is None:
        raise NotFound("No such key", reason="Use another key")
    shown = key_resource(key)
    return MeResource(
        key=shown,
        workspace=shown.workspace,
        plan=shown.plan,
        scopes=shown.scopes,
        requests_per_minute=key.plan.requests_per_minute,
        expires_at=shown.expires_at,
    )


async def usage(app: App, workspace: WorkspaceId, days: int) -> UsageResource:
    """The last `days` days, today included."""
    since = app.clock.now() // DAY - days + 1

    def load(tx: Tx) -> dict[str, Any]:
        return {
            "rows": tx.usage.requests(since),
            "scans": tx.usage.scans(),
            "vulnerabilities": tx.usage.vulnerabilities(),
            "size": tx.usage.store_bytes(),
        }

    found = await app.store.read(workspace, load)
    by_day: dict[int, list[KeyUsage]] = {}
    for day, key_id, requests in found["rows"]:
        by_day.setdefault(day, []).append(KeyUsage(key_id=key_id, requests=requests))
    per_day = [
        DayUsage(date=rfc3339(day * DAY)[:10], requests=sum(key.requests for key in keys), keys=keys)
        for day, keys in by_day.items()
    ]
    scans, vulnerabilities = found["scans"], found["vulnerabilities"]
    return UsageResource(
        requests=per_day,
        requests_total=sum(day.requests for day in per_day),
        scans=scans,
        scans_total=sum(scans.values()),
        vulnerabilities=vulnerabilities,
        vulnerabilities_total=sum(vulnerabilities.values()),
        store_bytes=found["size"],
    )
