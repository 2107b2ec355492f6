"""One world for the SDKs of all languages: one server process, to which each of them has a key of its own."""

import functools
import http.server
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.conformance_world import conformance_world

Ask = Callable[[str], dict[str, Any]]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def package_page() -> Iterator[str]:
    """A web site that serves the files of the JavaScript package: another origin than the server's."""
    source = Path(__file__).parents[2] / "sdks" / "javascript" / "src"
    handler = functools.partial(_Quiet, directory=str(source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}"
        finally:
            site.shutdown()
            thread.join(5)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, package_page: str) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("conformance") / "data"
    with conformance_world(folder, "--cors-origin", package_page) as values:
        yield values


@pytest.fixture(scope="session")
def world_of(world: dict[str, Any]) -> Ask:
    """Language -> the world with a key, and with it a rate limit, of its own: else one suite would spend another's."""

    @functools.cache
    def own(language: str) -> dict[str, Any]:
        return {**world, "key": _new_key(world, language)}

    return own


def _new_key(world: dict[str, Any], name: str) -> str:
    body = json.dumps({"name": name, "plan": "enterprise"}).encode()
    request = urllib.request.Request(f"{world['origin']}/v1/api-keys", body, method="POST")
    request.add_header("Authorization", f"Bearer {world['key']}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return str(json.load(reply)["key"])


@pytest.fixture(scope="session")
def heard() -> dict[str, str]:
    """Language -> the name under which the server counted the requests of its case `FIRST_CASE`, once that was run."""
    return {}
