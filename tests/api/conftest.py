from collections.abc import Iterator
from pathlib import Path

import pytest
from site_under_test import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For tests that leave nothing behind that another could trip over."""
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.close()
