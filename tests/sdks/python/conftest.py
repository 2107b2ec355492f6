"""The server of all SDKs, for the tests of the Python SDK beyond the conformance cases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from live_place import Place

from support.conformance_world import plain_site


@pytest.fixture(scope="package")
def target() -> Iterator[str]:
    """A target of its own: what the examples of other languages found and changed stays out of sight."""
    with plain_site() as site:
        yield site


@pytest.fixture(scope="package")
def server(world_of: Callable[[str], dict[str, Any]]) -> Place:
    world = world_of("python-users")
    return Place(world["origin"], world["key"])
