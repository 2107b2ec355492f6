"""One world for the conformance cases of the SDKs."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.conformance_world import conformance_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with conformance_world(tmp_path_factory.mktemp("conformance") / "data") as values:
        yield values
