"""The worlds of the matrices."""

from collections.abc import Iterator

import pytest
from world import World


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture
def world(shared_world: World) -> World:
    """The same for all tests of a module, each in a minute of its own, so that no key's limit is spent."""
    shared_world.next_minute()
    return shared_world
