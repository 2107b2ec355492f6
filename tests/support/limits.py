"""The rate-limit counters of both stores, by the place they are in: a file's path or a database's address."""

from pathlib import Path

import apsw
import psycopg

from cyberai.storage.limits import SqliteRateLimiter
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.limits import PostgresRateLimiter

Counters = SqliteRateLimiter | PostgresRateLimiter


def opened_counters(place: str) -> Counters:
    """The counters there."""
    if place.startswith("postgresql://"):
        return PostgresRateLimiter(Database(place))
    return SqliteRateLimiter(Path(place))


def windows_kept(place: str) -> int:
    """How many minutes they remember."""
    if place.startswith("postgresql://"):
        with psycopg.connect(place) as connection:
            rows = connection.execute("SELECT count(DISTINCT minute) FROM rate_hit").fetchall()
    else:
        rows = apsw.Connection(place).execute("SELECT count(DISTINCT window) FROM hit").fetchall()
    return int(rows[0][0])
