"""The suite that every back end of the store must pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgres import Databases, databases, stored_at
from support.store import Stored

BACKENDS = ("postgres", "sqlite")


@pytest.fixture(scope="session")
def pg_databases() -> Iterator[Databases]:
    """One server for all tests."""
    with databases() as made:
        yield made


@pytest.fixture
def pg_url(pg_databases: Databases) -> Iterator[str]:
    """A database with an empty store."""
    with pg_databases.emptied() as url:
        yield url


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh store is: a folder, or the address of a database."""
    return str(tmp_path if request.param == "sqlite" else request.getfixturevalue("pg_url"))


@pytest.fixture
def stored(place: str) -> Iterator[Stored]:
    """A fresh store with the workspaces `default` and `other`."""
    with stored_at(place) as opened:
        yield opened
