"""The client tells answers, refusals and silence apart."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cyberai.cli.client import ApiClient, ApiError
from cyberai.cli.processes import free_port, is_free

ENVELOPE = {
    "error": {
        "code": "invalid_request",
        "message": "Invalid scan configuration",
        "details": {"field": "target", "reason": "Must be a valid domain name"},
        "request_id": "req_1",
    }
}


class Handler(BaseHTTPRequestHandler):
    """Answers by path; repeats what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, content = {
            "/ready": (200, b"{}"),
            "/echo": (200, json.dumps(dict(self.headers)).encode()),
            "/refused": (400, json.dumps(ENVELOPE).encode()),
            "/html": (502, b"<h1>Bad gateway</h1>"),
        }[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def client() -> Iterator[ApiClient]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ApiClient(f"http://127.0.0.1:{server.server_port}", "the-key")
        finally:
            server.shutdown()
            thread.join(10)


def test_the_key_goes_in_the_header(client: ApiClient) -> None:
    assert client.call("GET", "/echo")["Authorization"] == "Bearer the-key"


def test_a_body_is_sent_as_json(client: ApiClient) -> None:
    assert client.call("POST", "/v1/scans", {"target": "\u00e4"}) == {"target": "\u00e4"}


def test_a_refusal_carries_its_envelope(client: ApiClient) -> None:
    with pytest.raises(ApiError) as refusal:
        client.call("GET", "/refused")
    error = refusal.value
    assert (error.status, error.code, error.field) == (400, "invalid_request", "target")
    assert str(error) == "Invalid scan configuration"
    assert error.reason == "Must be a valid domain name"
    assert error.request_id == "req_1"


def test_an_answer_that_is_no_envelope_is_still_an_error(client: ApiClient) -> None:
    with pytest.raises(ApiError, match="The server answered 502"):
        client.call("GET", "/html")


def test_readiness(client: ApiClient) -> None:
    assert client.is_ready()
    assert not ApiClient(f"http://127.0.0.1:{free_port()}", "k").is_ready()


def test_a_port_that_is_listened_on_is_not_free(client: ApiClient) -> None:
    assert not is_free("127.0.0.1", int(client.base_url.rpartition(":")[2]))
    assert is_free("127.0.0.1", free_port())
