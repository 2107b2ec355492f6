"""A PostgreSQL server for tests, started and ended by the test itself, with a fresh database per store.

`CYBERAI_TEST_DATABASE_URL` names a server that runs already (its role must be allowed to create databases); tests
that stop the server or change its roles start one of their own all the same.
"""

import contextlib
import functools
import itertools
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from cyberai.storage.migrations import VERSION_TABLE
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.opening import prepare
from cyberai.storage.schema import metadata
from support.store import Stored, opened, store_at
from support.store_samples import HERE, NOW, OTHER
from tools.postgres_server import postgres_server, program

TEST_URL = "CYBERAI_TEST_DATABASE_URL"
_numbers = itertools.count()


def require_programs() -> None:
    """Skip where no server is installed."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")


class Databases:
    """Makes databases on one server: empty ones, and copies of one that holds a store."""

    def __init__(self, admin: str) -> None:
        self._admin = admin

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def url(self, name: str) -> str:
        """The address of the database of that name."""
        return urlunsplit(urlsplit(self._admin)._replace(path=f"/{name}"))

    @functools.cached_property
    def template(self) -> str:
        """The name of a database that holds an empty store."""
        name = f"cyberai_template_{os.getpid()}"
        self._run("DROP DATABASE IF EXISTS {}", name)
        self._run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        prepare(Database(self.url(name)))
        return name

    @contextlib.contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a database with a store (or with nothing) in it; dropped at the end."""
        name = f"cyberai_test_{os.getpid()}_{next(_numbers)}"
        template = "template0" if empty else self.template
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    @functools.cached_property
    def _shared(self) -> str:
        name = f"cyberai_shared_{os.getpid()}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, self.template)
        return name

    @contextlib.contextmanager
    def emptied(self) -> Iterator[str]:
        """The address of a database with an empty store: the same one each time, since making one takes longer
        than a test."""
        url = self.url(self._shared)
        yield url
        names = [table.name for table in metadata.sorted_tables if table.name != VERSION_TABLE]
        rows = ";".join(f"DELETE FROM {name}" for name in (*names, "rate_hit"))
        with psycopg.connect(url) as connection:
            connection.execute(
                # Nobody sees the words of all workspaces.
                f"SET lock_timeout = '10s'; SET LOCAL cyberai.workspace = '0'; {rows}; "
                "TRUNCATE vulnerability_text".encode()
            )

    def close(self) -> None:
        """Drop what all tests shared."""
        for name in ("_shared", "template"):
            if name in self.__dict__:
                self._run("DROP DATABASE {} WITH (FORCE)", self.__dict__[name])


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """On the server that the environment names, else on one of our own."""
    given = os.environ.get(TEST_URL)
    if given:
        made = Databases(given)
        yield made
        made.close()
        return
    require_programs()
    with postgres_server() as server:
        yield Databases(server.url("postgres"))


@contextlib.contextmanager
def stored_at(place: str) -> Iterator[Stored]:
    """The store there, with the workspaces `default` and `other`."""
    with opened(lambda: store_at(place)) as stored:
        for workspace in (HERE, OTHER):
            stored.write(lambda tx: tx.ensure_workspace(NOW), workspace)
        yield stored
