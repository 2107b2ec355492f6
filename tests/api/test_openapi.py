"""/openapi.json describes exactly what the server does."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

from cyberai.api.app import all_routes
from cyberai.api.later import LATER
from cyberai.app.report_making import work_on_report
from cyberai.domain.event import EventType
from support.document_check import judge_frame, judge_value, resolved

CUSTOMER = [
    ("get", "/v1/scans"),
    ("post", "/v1/scans"),
    ("get", "/v1/scans/{id}"),
    ("delete", "/v1/scans/{id}"),
    ("get", "/v1/vulnerabilities"),
    ("get", "/v1/vulnerabilities/{id}"),
    ("patch", "/v1/vulnerabilities/{id}"),
    ("get", "/v1/reports"),
    ("post", "/v1/reports"),
    ("get", "/v1/reports/{id}"),
    ("get", "/v1/reports/{id}/download"),
    ("get", "/v1/ws"),
]


@pytest.fixture(scope="module")
def document(shared_site: Site) -> dict[str, Any]:
    answer = shared_site.get("/openapi.json", headers={})
    assert answer.status == 200
    return answer.json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_openapi_3_1_with_resolvable_references(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    target: Any = document
                    for part in value.removeprefix("#/").split("/"):
                        target = target[part]
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_endpoint_of_the_customer_s_page_is_there(document: dict[str, Any]) -> None:
    known = {(method, path) for method, path, _ in operations(document)}
    assert known >= set(CUSTOMER)


def test_documented_routes_resolve_and_all_that_resolve_are_documented(
    shared_site: Site, document: dict[str, Any]
) -> None:
    documented = {(method.upper(), path) for method, path, _ in operations(document)}
    assert documented == {(route.method, route.path) for route in all_routes()}
    for method, path in documented:
        answer = shared_site.call(method, path.replace("{id}", "x"))
        assert answer.status not in (405, 500, 503), (method, path, answer.body)
        if answer.status == 404:
            assert answer.details["field"] == "id", (method, path)
    for method, path in LATER:
        assert (method, path) not in documented
        answer = shared_site.call(method, path.replace("{id}", "x"))
        assert_envelope(answer, "invalid_request", reason="Not available in this version")


def test_operation_ids_are_unique_and_everything_is_described(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for method, path, operation in found:
        assert operation["summary"]
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (method, path, parameter["name"])
        for status, response in operation["responses"].items():
            response = resolved(response)
            assert response["description"]
            if path.startswith("/v1/"):
                assert "X-RateLimit-Remaining" in response["headers"], (method, path, status)
            if int(status) >= 400:
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}


def test_the_guarantees_are_described(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        sent = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"}
        success = next(r for status, r in operation["responses"].items() if status < "300")
        if method == "post":
            assert "Idempotency-Key" in sent, path
            assert {"409", "201", "200", "202"} & set(operation["responses"]), path
            assert "Idempotency-Replayed" in success["headers"], path
        if method == "patch":
            assert "If-Match" in sent, path
            assert "412" in operation["responses"], path
        if method == "get" and "ETag" in success.get("headers", {}):
            assert "If-None-Match" in sent, path
            assert "304" in operation["responses"], path
        if path.startswith("/v1/"):
            assert {"RateLimit", "RateLimit-Policy"} <= set(success["headers"]), (method, path)
    for path in ("/v1/scans", "/v1/vulnerabilities", "/v1/reports", "/v1/api-keys"):
        listed = document["paths"][path]["get"]
        names = {p["name"] for p in listed["parameters"]}
        assert {"fields", "sort", "include", "limit", "cursor"} <= names
        assert {"ETag", "Link"} <= set(listed["responses"]["200"]["headers"])
    known = {p["name"]: p for p in document["paths"]["/v1/vulnerabilities"]["get"]["parameters"]}
    assert known["sort"]["schema"]["enum"] == [
        "created_at", "-created_at", "last_seen", "-last_seen", "severity", "-severity", "risk_score", "-risk_score",
    ]  # fmt: skip
    assert "q" in known


def test_what_is_not_available_is_absent(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    request = schemas["ScanRequest"]["properties"]
    assert not set(request) & {"webhook_url", "identities", "inputs"}
    assert "templates" not in schemas["OptionsRequest"]["properties"]
    assert "cloud" not in request["scan_type"]["enum"]


def test_the_page_s_examples_stand_there_word_for_word(document: dict[str, Any]) -> None:
    post = document["paths"]["/v1/scans"]["post"]
    body = post["requestBody"]["content"]["application/json"]["example"]
    assert body == {
        "target": "example.com",
        "scan_type": "vulnerability",
        "options": {"depth": 3, "concurrent": 2},
    }
    assert post["responses"]["201"]["content"]["application/json"]["example"]["id"] == "scan_123abc"
    refused = resolved(post["responses"]["400"])["content"]["application/json"]["examples"]
    error = refused["invalid_request"]["value"]["error"]
    assert error["details"] == {"field": "target", "reason": "Must be a valid domain name"}


def validate(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def response_schema(document: dict[str, Any], method: str, path: str, status: str) -> dict[str, Any]:
    response = resolved(document["paths"][path][method]["responses"][status])
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema


def test_real_replies_fit_their_schemas(site: Site, document: dict[str, Any]) -> None:
    created = site.post("/v1/scans", {"target": "example.com"})
    validate(document, response_schema(document, "post", "/v1/scans", "201"), created.json())
    scan = created.json()["id"]
    found = store_vulnerability(site, scan)
    report = site.post("/v1/reports", {"scan_id": scan, "format": "csv"}).json()["id"]
    site.runner.run(work_on_report(site.app, "worker-1"))
    for path, identifier in (
        ("/v1/scans", ""),
        ("/v1/scans/{id}", scan),
        ("/v1/vulnerabilities", ""),
        ("/v1/vulnerabilities/{id}", found),
        ("/v1/reports", ""),
        ("/v1/reports/{id}", report),
        ("/v1/api-keys", ""),
        ("/v1/scans/{id}/coverage", scan),
        ("/v1/scans/{id}/log", scan),
        ("/v1/scans/{id}/vulnerabilities", scan),
        ("/v1/scans/{id}/events", scan),
        ("/v1/events", ""),
        ("/v1/me", ""),
        ("/v1/usage", ""),
    ):
        answer = site.get(path.replace("{id}", identifier))
        assert answer.status == 200
        validate(document, response_schema(document, "get", path, "200"), answer.json())
    refused = site.post("/v1/scans", {"target": 3, "options": {"depth": 99}}).json()
    validate(document, {"$ref": "#/components/schemas/ErrorEnvelope"}, refused)
    for move, status in (("pause", 200), ("resume", 200), ("retry", 409)):
        moved = site.post(f"/v1/scans/{scan}/{move}")
        assert moved.status == status
        schema = response_schema(document, "post", f"/v1/scans/{{id}}/{move}", str(status))
        validate(document, schema, moved.json())
    ticket = site.post("/v1/ws/tickets").json()
    validate(document, response_schema(document, "post", "/v1/ws/tickets", "201"), ticket)
    plan = site.post("/v1/scans?dry_run=true", {"target": "example.com"}).json()
    validate(document, response_schema(document, "post", "/v1/scans", "200"), plan)
    cancelled = site.call("DELETE", f"/v1/scans/{scan}").json()
    validate(document, response_schema(document, "delete", "/v1/scans/{id}", "200"), cancelled)
    purged = site.post(f"/v1/scans/{scan}/purge").json()
    validate(document, response_schema(document, "post", "/v1/scans/{id}/purge", "200"), purged)


SCHEMAS = Path(__file__).resolve().parents[1] / "fixtures" / "schemas"


@pytest.mark.parametrize(
    ("served", "schema"), [("/openapi.json", "openapi-3.1.json"), ("/asyncapi.json", "asyncapi-3.1.0.json")]
)
def test_the_documents_fit_the_schemas_of_their_own_standards(
    shared_site: Site, served: str, schema: str
) -> None:
    judge = jsonschema_rs.validator_for(json.loads((SCHEMAS / schema).read_text()))
    errors = [
        f"{list(e.instance_path)}: {e.message[:200]}"
        for e in judge.iter_errors(shared_site.get(served).json())
    ]
    assert errors == []


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    without: list[str] = []
    for _, _, operation in operations(document):
        responses = [resolved(response) for response in operation["responses"].values()]
        for part in (*responses, operation.get("requestBody", {})):
            for media_type, content in part.get("content", {}).items():
                examples = [example["value"] for example in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                if not examples and operation["operationId"] != "downloadReport":
                    without.append(f"{operation['operationId']} {media_type}")
                for example in examples:
                    judge_value(operation["operationId"], content["schema"], example)
    assert without == []


def test_every_example_of_a_frame_fits_its_message(shared_site: Site) -> None:
    found = shared_site.get("/asyncapi.json").json()
    names = {message["name"] for message in found["components"]["messages"].values()}
    assert names == {kind.value for kind in EventType} | {
        "resync",
        "subscribed",
        "error",
        "subscribe",
        "unsubscribe",
    }
    for message in found["components"]["messages"].values():
        for example in message["examples"]:
            judge_frame(example["payload"], message["name"])
