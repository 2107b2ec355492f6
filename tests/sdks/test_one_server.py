"""The suites of all languages ran against one and the same server process."""

import json
import urllib.request
from typing import Any

import pytest


def test_one_server_heard_all_languages(
    request: pytest.FixtureRequest, world: dict[str, Any], heard: dict[str, str]
) -> None:
    """It is asked last, and knows a case of each suite that was run here; all three in `make test`."""
    suites = {item.path.parent.name for item in request.session.items if item.name.startswith("test_case")}
    assert set(heard) == suites
    for language, name in heard.items():
        with urllib.request.urlopen(f"{world['origin']}/_chaos/{name}", timeout=30) as reply:
            requests = json.load(reply)["requests"]
        agents = {sent["headers"]["user-agent"].partition("/")[0] for sent in requests}
        assert agents == {f"cyberai-{language}"}, name
