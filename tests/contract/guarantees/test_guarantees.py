"""The guarantees of the API, over real HTTP on a real server: repeated and conditional requests, limits, formats."""

import gzip
import http.client
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard

from support.processes import Server, running_server

pytestmark = pytest.mark.contract

Answer = tuple[int, dict[str, str], bytes]


def send(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """One request on a connection of its own; `headers` with underscores for dashes."""
    parts = urlsplit(server.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    sent = {"Authorization": f"Bearer {server.key}"}
    if body is not None:
        sent["Content-Type"] = "application/json"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


SCAN = {"target": "example.com", "options": {"checks": {"include": ["passive."]}}}


def named(server: Server, name: str) -> list[Any]:
    _, _, body = send(server, "GET", "/v1/scans?limit=200&fields=name")
    return [row for row in json.loads(body)["data"] if row["name"] == name]


def test_fifty_parallel_requests_with_one_key_make_one_scan(server: Server) -> None:
    key = str(uuid.uuid4())

    def post(_: int) -> Answer:
        return send(server, "POST", "/v1/scans", {**SCAN, "name": key}, Idempotency_Key=key)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))
    assert {status for status, _, _ in answers} <= {201, 409}
    made = {(body, headers["location"]) for status, headers, body in answers if status == 201}
    assert len(made) == 1
    codes = {json.loads(body)["error"]["code"] for status, _, body in answers if status == 409}
    assert codes <= {"idempotency_in_progress"}
    first = [
        headers for status, headers, _ in answers if status == 201 and "idempotency-replayed" not in headers
    ]
    assert len(first) == 1
    assert len(named(server, key)) == 1
    status, headers, body = post(0)
    assert (status, headers["idempotency-replayed"]) == (201, "true")
    assert {(body, headers["location"])} == made


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_bad_idempotency_key_is_400(server: Server, key: str) -> None:
    status, _, body = send(server, "POST", "/v1/scans", SCAN, Idempotency_Key=key)
    assert status == 400
    assert json.loads(body)["error"]["details"]["field"] == "Idempotency-Key"


def test_a_key_survives_kill_9_of_everything(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_server(data) as server:
        _, headers, first = send(server, "POST", "/v1/api-keys", {"name": "ci"}, Idempotency_Key="one")
        server.kill_everything()
    with running_server(data) as server:
        status, again, body = send(server, "POST", "/v1/api-keys", {"name": "ci"}, Idempotency_Key="one")
        assert (status, body) == (201, first)
        assert again["location"] == headers["location"]
        assert again["idempotency-replayed"] == "true"
        _, _, keys = send(server, "GET", "/v1/api-keys?fields=name&include=total")
        assert json.loads(keys)["total"] == 2
    secret = json.loads(first)["key"].encode()
    assert not [path for path in data.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_a_poll_that_finds_nothing_new_is_free(server: Server) -> None:
    _, headers, body = send(server, "GET", "/v1/reports")
    for method in ("GET", "HEAD"):
        status, again, empty = send(server, method, "/v1/reports", If_None_Match=headers["etag"])
        assert (status, empty) == (304, b"")
        assert again["x-ratelimit-remaining"] == headers["x-ratelimit-remaining"]
        assert again["etag"] == headers["etag"]
    assert send(server, "GET", "/v1/reports", If_None_Match='"other"')[2] == body


def test_every_reply_says_what_is_left_twice(server: Server) -> None:
    for path in ("/v1/scans", "/v1/nowhere", "/v1/scans?x=1", "/v1/scans/x"):
        _, headers, _ = send(server, "GET", path)
        left = headers["x-ratelimit-remaining"]
        assert headers["ratelimit-policy"] == '"minute";q=1000;w=60'
        assert headers["ratelimit"].startswith(f'"minute";r={left};t=')


def test_errors_as_problem_details(server: Server) -> None:
    status, headers, body = send(server, "GET", "/v1/scans/x", Accept="application/problem+json")
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert json.loads(body)["code"] == "not_found"
    status, _, body = send(server, "GET", "/v1/scans", Accept="text/html")
    assert (status, json.loads(body)["error"]["code"]) == (406, "not_acceptable")


def test_compressed_as_accepted(server: Server) -> None:
    plain = send(server, "GET", "/openapi.json")[2]
    _, headers, body = send(server, "GET", "/openapi.json", Accept_Encoding="gzip, deflate, br")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", plain)
    _, headers, body = send(server, "GET", "/openapi.json", Accept_Encoding="gzip, zstd")
    assert (headers["content-encoding"], zstandard.ZstdDecompressor().decompress(body)) == ("zstd", plain)


def test_a_browser_of_the_configured_origin_may_call(server: Server) -> None:
    asked = {"Origin": "https://app.example", "Access_Control_Request_Method": "PATCH"}
    status, headers, _ = send(server, "OPTIONS", "/v1/vulnerabilities/x", **asked)
    assert (status, headers["access-control-allow-origin"]) == (204, "https://app.example")
    assert "PATCH" in headers["access-control-allow-methods"]
    _, headers, _ = send(server, "GET", "/v1/scans", Origin="https://evil.example")
    assert "access-control-allow-origin" not in headers


def test_lists_can_be_followed_by_link(server: Server) -> None:
    for _ in range(3):
        send(server, "POST", "/v1/scans", {**SCAN, "tags": ["linked"]})
    path, found = "/v1/scans?tags=linked&limit=1&sort=created_at&fields=id&include=total", []
    while path:
        _, headers, body = send(server, "GET", path)
        page = json.loads(body)
        assert (page["total"], page["total_is_capped"]) == (3, False)
        found += [row["id"] for row in page["data"]]
        following = [part for part in headers["link"].split(", ") if part.endswith('rel="next"')]
        path = following[0].split(">")[0].strip("<") if following else ""
    assert found == sorted(found)
    assert len(found) == 3
