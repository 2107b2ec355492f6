"""The rate limiter on PostgreSQL: counters in a table without a log, exact across every server on the database.

A restart of our processes keeps them; a crash of the database forgets the running minute.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg

from cyberai.ports.store import RateDecision
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.failures import translated, unreachable
from cyberai.storage.postgres.wire import Answer, Wire

T = TypeVar("T")

WINDOW_SECONDS = 60
_MICROSECONDS = 1_000_000
# A refused request is not counted, so that a refund gives exactly one request back.
_HIT = """
INSERT INTO rate_hit (subject, minute, hits) VALUES ($1, $2, 1)
ON CONFLICT (subject, minute) DO UPDATE SET hits = rate_hit.hits + 1 WHERE rate_hit.hits < $3
RETURNING hits
"""
_REFUND = "UPDATE rate_hit SET hits = hits - 1 WHERE subject = $1 AND minute = $2 AND hits > 0"
_FORGET = "DELETE FROM rate_hit WHERE minute < $1"


class PostgresRateLimiter:
    """`ports.store.RateLimiter` over one connection, in a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="rate-limits")
        self._connection: Connection | None = None
        self._wire: Wire | None = None
        self._minute = -1

    async def hit(self, subject: str, limit: int, now: int) -> RateDecision:
        """Count one request of this subject at UTC microseconds `now`; raise Unavailable."""
        minute = now // _MICROSECONDS // WINDOW_SECONDS
        reset = (minute + 1) * WINDOW_SECONDS
        hits = None if limit <= 0 else await self._call(lambda wire: self._hit(wire, subject, limit, minute))
        if hits is None:
            return RateDecision(allowed=False, limit=limit, remaining=0, reset=reset)
        return RateDecision(allowed=True, limit=limit, remaining=limit - hits, reset=reset)

    async def refund(self, subject: str, now: int) -> None:
        """Take one request back (304 and OPTIONS cost nothing); raise Unavailable."""
        minute = now // _MICROSECONDS // WINDOW_SECONDS
        await self._call(lambda wire: _said(wire, _REFUND, (subject, minute)))

    async def close(self) -> None:
        """Close the connection."""
        await asyncio.to_thread(self._pool.shutdown)
        if self._connection is not None:
            self._connection.close()

    def _hit(self, wire: Wire, subject: str, limit: int, minute: int) -> int | None:
        if minute > self._minute:
            # The window before may still get a refund.
            _said(wire, _FORGET, (minute - 1,))
            self._minute = minute
        rows = _said(wire, _HIT, (subject, minute, limit)).rows()
        return int(rows[0][0]) if rows else None

    async def _call(self, work: Callable[[Wire], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, work)

    def _run(self, work: Callable[[Wire], T]) -> T:
        """On a connection that works: one that broke since the last call is made anew."""
        if self._connection is not None and self._wire is not None and not self._connection.closed:
            try:
                return work(self._wire)
            except psycopg.Error as error:
                if not self._connection.closed:
                    raise translated(error) from error
        try:
            self._connection = self._database.connect()
            # Nothing here is worth a wait for the disk.
            self._connection.execute("SET synchronous_commit = off", prepare=False)
            self._wire = Wire(self._connection)
            return work(self._wire)
        except psycopg.OperationalError as error:
            raise unreachable() from error


def _said(wire: Wire, sql: str, values: tuple[str | int, ...]) -> Answer:
    wire.queue(sql, values)
    return wire.trip()
