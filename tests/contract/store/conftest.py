"""The suite that every back end of the store must pass."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from support.store import Stored, sqlite_stored

BACKENDS: dict[str, Callable[[Path], AbstractContextManager[Stored]]] = {"sqlite": sqlite_stored}


@pytest.fixture(params=sorted(BACKENDS))
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stored]:
    """A fresh store with the workspaces `default` and `other`."""
    with BACKENDS[request.param](tmp_path) as opened:
        yield opened
