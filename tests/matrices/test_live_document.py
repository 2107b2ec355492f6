"""schemathesis against a real `cyberai serve`: requests made from the OpenAPI document, good and bad ones.

No answer is a 5xx, each has a status and a media type that the document names, and each fits its schema. The short form
runs with `make test`, the long one with `make e2e`; both draw the same requests on every run.
"""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from inventory import ENDLESS, Operation, document, operations
from live_site import LiveSite, live_site
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ACCEPTED = {"connectWebSocket": {400}}
"""What counts as an accepted request, where it is no success."""
SHORT, LONG = 20, 150
"""Requests per operation and mode."""
SECONDS = 30


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    with live_site(tmp_path_factory.mktemp("live") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def schema(site: LiveSite) -> Any:
    _, _, served = site.server.call("GET", "/openapi.json")
    schema = schemathesis.openapi.from_dict(served)
    schema.config.update(base_url=site.server.base)
    known = {found.ok().definition.raw["operationId"] for found in schema.get_all_operations()}
    assert known == {operation.id for operation in operations()}
    return schema


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def answer_to(case: Case, site: LiveSite, session: requests.Session) -> int:
    """Send it and hold the answer against the document; its status."""
    headers = site.headers()
    if case.operation.definition.raw["operationId"] not in ENDLESS:
        response: Any = case.call(session=session, headers=headers, timeout=SECONDS)
    else:
        arguments = case.as_transport_kwargs(base_url=site.server.base, headers=headers)
        with session.request(**arguments, timeout=SECONDS, stream=True) as response:
            if response.headers["Content-Type"].startswith("text/event-stream"):
                assert response.status_code == 200
                return 200
            response.content  # noqa: B018 - reads it before the connection goes back
    selected = response.status_code == 200 and "fields" in (case.query or {})
    case.validate_response(
        response,
        checks=[check for check in CHECKS if not selected or check is not response_schema_conformance],
    )
    if selected:
        validate_selection(response, case)
    return int(response.status_code)


def of_a_scan(case: Case, site: LiveSite) -> Case:
    """The same report of a scan that is there: the document cannot know its id."""
    case.body = {name: value for name, value in case.body.items() if name != "scan_ids"}
    case.body["scan_id"] = site.ids["scan"][0]
    return case


def validate_selection(response: Any, case: Case) -> None:
    """An answer with `fields`: the members it has fit the schema, and none is there that was not asked for."""
    content = case.operation.definition.raw["responses"]["200"]["content"]["application/json"]
    schemas = {
        name: {
            key: value for key, value in schema.items() if key != "required" or not name.endswith("Resource")
        }
        for name, schema in document()["components"]["schemas"].items()
    }
    body = response.json()
    jsonschema.Draft202012Validator({**content["schema"], "components": {"schemas": schemas}}).validate(body)
    for shown in body.get("data", [body]):
        assert set(shown) <= set(case.query["fields"].split(",")), (shown, case.query)


def exercise(
    operation: Operation, site: LiveSite, schema: Any, session: requests.Session, examples: int
) -> None:
    """So many good requests, half of them to resources that are there, and so many bad ones."""
    found = schema[operation.path][operation.method]
    there = [found.as_strategy(path_parameters={"id": id}) for id in site.ids_for(operation)]
    anywhere = found.as_strategy()
    good = st.one_of(*there, *[anywhere] * len(there)) if "{" in operation.path else anywhere
    if operation.id == "createReport":
        good = st.one_of(good, good.map(lambda case: of_a_scan(case, site)))
    statuses = drawn(good, site, session, examples)
    assert statuses & ACCEPTED.get(operation.id, {200, 201}), f"no good request was accepted: {statuses}"
    if all(
        found.definition.raw.get("security", [True]) or [False]
    ):  # what is open to all cannot be got wrong
        drawn(found.as_strategy(GenerationMode.NEGATIVE), site, session, examples)


def drawn(strategy: Any, site: LiveSite, session: requests.Session, examples: int) -> set[int]:
    """Send so many requests of the strategy; the statuses of the answers."""
    statuses: set[int] = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(case=strategy)
    def one(case: Case) -> None:
        statuses.add(answer_to(case, site, session))

    one()
    return statuses


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_short(operation: Operation, site: LiveSite, schema: Any, session: requests.Session) -> None:
    exercise(operation, site, schema, session, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("operation", operations(), ids=str)
def test_long(operation: Operation, site: LiveSite, schema: Any, session: requests.Session) -> None:
    exercise(operation, site, schema, session, LONG)


def test_the_server_is_whole_afterwards(site: LiveSite) -> None:
    assert site.server.call("GET", "/health")[0] == 200
    assert site.server.call("GET", "/ready")[0] == 200
    assert "Traceback" not in site.server.log.read_text()
