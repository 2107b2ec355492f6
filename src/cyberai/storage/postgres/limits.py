"""The rate limiter on PostgreSQL: counters in a table without a log, exact across every server on the database.

A restart of our processes keeps them; a crash of the database forgets the running minute. Requests that come while a
trip to the database lasts are counted by the next one together.
"""

import asyncio
import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import psycopg

from cyberai.ports.store import RateDecision
from cyberai.storage.driver import Row
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.failures import translated, unreachable
from cyberai.storage.postgres.wire import Wire
from cyberai.storage.waiting import settle

WINDOW_SECONDS = 60
MOST_AT_ONCE = 64
"""Requests counted by one trip: they hold the counters' rows together."""

_MICROSECONDS = 1_000_000
# A refused request is not counted, so that a refund gives exactly one request back.
_HIT = """
INSERT INTO rate_hit (subject, minute, hits) VALUES ($1, $2, 1)
ON CONFLICT (subject, minute) DO UPDATE SET hits = rate_hit.hits + 1 WHERE rate_hit.hits < $3
RETURNING hits
"""
_REFUND = """
UPDATE rate_hit SET hits = hits - 1 WHERE subject = $1 AND minute = $2 AND hits > 0 RETURNING hits
"""
_FORGET = "DELETE FROM rate_hit WHERE minute < $1"


@dataclass(eq=False)
class _Change:
    """A change of one counter, and who waits for it; `values` begin with subject and minute."""

    sql: str
    values: tuple[Any, ...]
    future: "asyncio.Future[list[Row]]"
    result: Any = None
    error: BaseException | None = None


class PostgresRateLimiter:
    """`ports.store.RateLimiter` over one connection, in a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._wire: Wire | None = None
        self._minute = -1
        self._waiting: SimpleQueue[_Change | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="rate-limits", daemon=True)
        self._thread.start()

    async def hit(self, subject: str, limit: int, now: int) -> RateDecision:
        """Count one request of this subject at UTC microseconds `now`; raise Unavailable."""
        minute = now // _MICROSECONDS // WINDOW_SECONDS
        reset = (minute + 1) * WINDOW_SECONDS
        rows = [] if limit <= 0 else await self._change(_HIT, (subject, minute, limit))
        if not rows:
            return RateDecision(allowed=False, limit=limit, remaining=0, reset=reset)
        return RateDecision(allowed=True, limit=limit, remaining=limit - int(rows[0][0]), reset=reset)

    async def refund(self, subject: str, now: int) -> None:
        """Take one request back (304 and OPTIONS cost nothing); raise Unavailable."""
        await self._change(_REFUND, (subject, now // _MICROSECONDS // WINDOW_SECONDS))

    async def close(self) -> None:
        """Close the connection."""
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    async def _change(self, sql: str, values: tuple[Any, ...]) -> list[Row]:
        future: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Change(sql, values, future))
        return await future

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            changes, going_on = self._with_others(first)
            try:
                self._make(changes)
            except BaseException as error:  # noqa: BLE001 - who waits is told, and would else wait for ever
                told = translated(error) if isinstance(error, psycopg.Error) else error
                for change in changes:
                    change.error = change.error or told
            settle(changes)
            if not going_on:
                break
        if self._connection is not None:
            self._connection.close()

    def _with_others(self, first: _Change) -> tuple[list[_Change], bool]:
        """All that waits, in an order in which two servers cannot wait for each other; False at the end."""
        found: list[_Change] = [first]
        going_on = True
        while going_on and len(found) < MOST_AT_ONCE:
            try:
                change = self._waiting.get_nowait()
            except Empty:
                break
            if change is None:
                going_on = False
            else:
                found.append(change)
        return sorted(found, key=lambda change: change.values[:2]), going_on

    def _make(self, changes: list[_Change]) -> None:
        """On a connection that works: one that broke since the last time is made anew."""
        if self._connection is not None and self._wire is not None and not self._connection.closed:
            try:
                self._send(self._wire, changes)
            except psycopg.Error:
                if not self._connection.closed:
                    raise
            else:
                return
        try:
            self._connection = self._database.connect()
            # Nothing here is worth a wait for the disk.
            self._connection.execute("SET synchronous_commit = off", prepare=False)
        except psycopg.OperationalError as error:
            for change in changes:
                change.error = unreachable()
                change.error.__cause__ = error
            return
        self._wire = Wire(self._connection)
        self._send(self._wire, changes)

    def _send(self, wire: Wire, changes: list[_Change]) -> None:
        minute = max(change.values[1] for change in changes)
        if minute > self._minute:
            # The window before may still get a refund.
            wire.queue(_FORGET, (minute - 1,))
            wire.trip()
            self._minute = minute
        for change in changes:
            wire.queue(change.sql, change.values)
        for change, answer in zip(changes, wire.trip_for_all(), strict=True):
            change.result = answer.rows()
