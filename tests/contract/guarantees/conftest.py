from collections.abc import Iterator

import pytest

from support.processes import Server, running_server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server that browsers of one origin may call."""
    folder = tmp_path_factory.mktemp("guarantees") / "data"
    with running_server(
        folder, "--resolve", "example.com=127.0.0.1", "--cors-origin", "https://app.example"
    ) as server:
        yield server
