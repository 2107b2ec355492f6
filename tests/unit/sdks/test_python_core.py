"""The core of the Python SDK: pure decisions, in tables. What needs a server is in tests/sdks/python."""

import datetime as dt
import gzip
import json
import logging
import os
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

import cyberai_sdk as sdk
from cyberai_sdk import webhooks
from cyberai_sdk._judging import value_of
from cyberai_sdk._reading import Unpacker, redirected
from cyberai_sdk._requests import query_text
from cyberai_sdk._retry import after_answer, after_failure, told_wait
from cyberai_sdk._settings import choose_server
from cyberai_sdk._sse import Parser, Progress
from cyberai_sdk._wire import Answer, Emit, Head, Open, Request, Sleep, TransportFailure, until
from cyberai_sdk.models import Scan, ScanStatus, Vulnerability
from cyberai_sdk.options import RetryPolicy
from cyberai_sdk.testing import FakeServer, sample

KEY = "cai_live_secret0123456789"
DATE = "Sat, 20 Jan 2024 10:00:00 GMT"
AT = 1_705_744_800.0
JSON = {"content-type": "application/json"}


def request(method: str = "GET", **headers: str) -> Request:
    return Request(method, "http://127.0.0.1:8080/v1/scans?q=1", headers, None, 5.0)


POST = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("method", "headers", "status", "code", "again"),
    [
        ("GET", {}, 429, "rate_limited", True),
        ("GET", {}, 503, "unavailable", True),
        ("GET", {}, 500, "", True),
        ("GET", {}, 599, "", True),
        ("GET", {}, 408, "", True),
        ("DELETE", {}, 502, "", True),
        ("POST", POST, 504, "", True),
        ("POST", POST, 409, "idempotency_in_progress", True),
        ("POST", POST, 409, "idempotency_mismatch", False),
        ("GET", {}, 400, "", False),
        ("GET", {}, 404, "", False),
        ("PATCH", {}, 500, "", False),
        ("PATCH", {}, 503, "", True),
        ("PATCH", {}, 429, "", True),
    ],
)
def test_which_answers_are_asked_for_again(
    method: str, headers: dict[str, str], status: int, code: str, again: bool
) -> None:
    asked: dict[str, Any] = {"status": status, "code": code, "headers": {}, "now": AT, "chance": 0.0}
    wait = after_answer(RetryPolicy(), 1, request(method, **headers), **asked)
    assert wait == (1.0 if again else None)
    assert after_answer(RetryPolicy(), 2, request(method, **headers), **asked) is None


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (503, {"retry-after": "7"}, 7.0),
        (503, {"retry-after": "1.5"}, 1.5),
        (503, {"retry-after": "Sat, 20 Jan 2024 10:00:09 GMT"}, 9.0),
        (503, {"retry-after": "Sat, 20 Jan 2024 11:00:09 GMT", "date": "Sat, 20 Jan 2024 11:00:00 GMT"}, 9.0),
        (429, {"x-ratelimit-reset": str(int(AT) + 30)}, 30.0),
        (429, {"x-ratelimit-reset": str(int(AT) + 3630), "date": "Sat, 20 Jan 2024 11:00:00 GMT"}, 30.0),
        (429, {"retry-after": "2", "x-ratelimit-reset": str(int(AT) + 30)}, 2.0),
        (503, {"x-ratelimit-reset": str(int(AT) + 30)}, None),
        (429, {"x-ratelimit-reset": "1516131012"}, None),
        (429, {"retry-after": "0"}, None),
        (429, {"retry-after": "-5"}, None),
        (429, {"retry-after": "soon"}, None),
        (429, {"retry-after": "9" * 400}, None),
        (429, {"retry-after": "Sat, 99 Jan 2024 10:00:09 GMT"}, None),
        (429, {"x-ratelimit-reset": "٣٠"}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(status: int, headers: dict[str, str], told: float | None) -> None:
    assert told_wait(status, headers, AT) == told


def test_the_pause_grows_is_shortened_by_chance_and_has_ends() -> None:
    failure = TransportFailure("reset")
    policy = RetryPolicy(retries=9)
    pauses = [after_failure(policy, attempt, request(), failure, 0.0) for attempt in range(10)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0, None]
    assert after_failure(policy, 0, request(), failure, 0.999) == pytest.approx(0.375, abs=0.01)
    assert after_failure(policy, 0, request("PATCH"), failure, 0.0) is None
    assert after_failure(policy, 0, request("PATCH"), TransportFailure("refused", sent=False), 0.0) == 0.5
    asked: dict[str, Any] = {"status": 429, "code": "", "now": AT, "chance": 0.0}
    assert after_answer(policy, 0, request(), headers={"retry-after": "121"}, **asked) is None
    assert after_answer(policy, 0, request(), headers={"retry-after": "120"}, **asked) == 120


def error_body(code: Any = "conflict", **members: Any) -> bytes:
    return json.dumps({"error": {"code": code, "message": "m", **members}}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "code"),
    [
        (409, JSON, error_body(details={"field": "f", "reason": "r"}), sdk.Conflict, "conflict"),
        (403, JSON, error_body("forbidden"), sdk.Forbidden, "forbidden"),
        (418, JSON, error_body("teapot"), sdk.ApiError, "teapot"),
        (500, JSON, error_body("internal_error", details=[1]), sdk.ServerError, "internal_error"),
        (502, {"content-type": "text/html"}, b"<html>", sdk.ServerError, None),
        (400, JSON, error_body(code=5), sdk.BadRequest, None),
        (400, JSON, b'{"error": "no"}', sdk.BadRequest, None),
        (400, JSON, b"[" * 100_000, sdk.BadRequest, None),
        (401, {}, b"", sdk.Unauthorized, None),
    ],
)
def test_errors_are_typed_whatever_answers(
    status: int, headers: dict[str, str], body: bytes, kind: type[sdk.ApiError], code: str | None
) -> None:
    with pytest.raises(sdk.ApiError) as raised:
        value_of(Answer(status, headers, body), Scan, request(), AT)
    assert type(raised.value) is kind
    assert (raised.value.status, raised.value.code) == (status, code)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"{}"),
        (200, {"content-type": "text/html"}, b"{}"),
        (200, JSON, b""),
        (200, JSON, b'{"id": '),
        (200, JSON, b'{"id": "scan_1"}'),
        (200, JSON, b"[" * 100_000),
        (200, JSON, b"\xff\xfe"),
        (204, JSON, b""),
        (302, JSON, b"{}"),
        (101, JSON, b"{}"),
    ],
)
def test_what_the_api_never_sends_is_an_invalid_response(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(sdk.InvalidResponse):
        value_of(Answer(status, headers, body), Scan, request(), AT)


@pytest.mark.parametrize(
    ("method", "status", "place", "outcome"),
    [
        ("GET", 302, "/v1/other", "http://127.0.0.1:8080/v1/other"),
        ("GET", 308, "http://127.0.0.1:8080/x#part", "http://127.0.0.1:8080/x"),
        ("POST", 307, "/v1/other", "http://127.0.0.1:8080/v1/other"),
        ("POST", 302, "/v1/other", sdk.InvalidResponse),
        ("GET", 302, "http://127.0.0.1:8081/v1", sdk.RedirectRefused),
        ("GET", 302, "https://127.0.0.1:8080/v1", sdk.RedirectRefused),
        ("GET", 302, "//evil.example/v1", sdk.RedirectRefused),
        ("GET", 302, "http://127.0.0.1:8080@evil.example/", sdk.RedirectRefused),
        ("GET", 302, "http://localhost:8080/v1", sdk.RedirectRefused),
        ("GET", 302, "http://[bad", sdk.InvalidResponse),
        ("GET", 302, "http://127.0.0.1:99999/", sdk.InvalidResponse),
        ("GET", 302, "", sdk.InvalidResponse),
    ],
)
def test_redirects_stay_on_the_server(method: str, status: int, place: str, outcome: Any) -> None:
    head = Head(status, {"location": place})
    if isinstance(outcome, str):
        assert redirected(request(method), head).url == outcome
    else:
        with pytest.raises(outcome):
            redirected(request(method), head)


def test_bodies_are_unpacked_within_their_limit() -> None:
    packed = gzip.compress(b"a" * 100_000)
    unpacker = Unpacker({"content-encoding": "gzip"}, 100_000)
    assert b"".join(unpacker.feed(packed[at : at + 7]) for at in range(0, len(packed), 7)) == b"a" * 100_000
    unpacker.end()
    bomb = Unpacker({"content-encoding": "gzip"}, 99_999)
    with pytest.raises(sdk.InvalidResponse):
        bomb.feed(packed)
    cut = Unpacker({"content-encoding": "gzip"}, 100_000)
    cut.feed(packed[:-9])
    with pytest.raises(TransportFailure):
        cut.end()
    with pytest.raises(sdk.InvalidResponse):
        Unpacker({"content-encoding": "gzip"}, 10).feed(zlib.compress(b"a"))
    with pytest.raises(sdk.InvalidResponse):
        Unpacker({"content-encoding": "br"}, 10)


def test_events_are_the_same_however_they_are_cut() -> None:
    stream = b": beat\n\nretry: 2000\n\nid: 1\r\nevent: scan.created\r\ndata: {\r\ndata: }\r\n\r\nid: 2\ndata: x\n\n"
    whole = Parser(1000).feed(stream)
    assert [(item.type, item.data, item.id) for item in whole[1:]] == [
        ("scan.created", "{\n}", "1"),
        ("message", "x", "2"),
    ]
    assert whole[0].retry_milliseconds == 2000
    for size in (1, 2, 3, 17):
        parser = Parser(1000)
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        assert [item for piece in pieces for item in parser.feed(piece)] == whole
    for endless in (b"data: " + b"x" * 2000, b"data: xxxxxxxxxx\n" * 200):
        with pytest.raises(sdk.InvalidResponse):
            Parser(1000).feed(endless)


def test_holes_are_looked_into_until_they_are_seen_to_be_normal() -> None:
    progress = Progress(4)
    assert progress.is_old(4)
    assert not progress.leaves_hole(5)
    for seq in (7, 9, 11):
        assert progress.leaves_hole(seq)
        progress.hole_was_empty()
        progress.advance(seq)
    assert not progress.leaves_hole(99)


def test_parameters_and_ids_are_escaped_or_refused() -> None:
    query = {"q": "a&b=c d", "status": [ScanStatus.RUNNING, "x,y"], "n": 3, "on": True, "none": None}
    assert query_text(query) == "?q=a%26b%3Dc+d&status=running%2Cx%2Cy&n=3&on=true"
    server = FakeServer()
    client = sdk.Client(api_key=KEY, transport=server)
    for id in ("", ".", ".."):
        with pytest.raises(ValueError):
            client.scans.get(id)
    assert server.calls == []


PROFILES = '{"default": "work", "profiles": {"work": {"base_url": "https://w.example/v1", "api_key": "wk"}}}'


@pytest.mark.parametrize(
    ("arguments", "environment", "root", "key"),
    [
        ((None, None, None), {}, "https://w.example", "wk"),
        (("http://a.example:1/v1/", "k", None), {}, "http://a.example:1", "k"),
        ((None, None, None), {"CYBERAI_API_KEY": "e"}, "https://w.example", "e"),
        (
            (None, None, "work"),
            {"CYBERAI_API_KEY": "e", "CYBERAI_BASE_URL": "http://e"},
            "https://w.example",
            "wk",
        ),
        (("https://w.example/", None, None), {}, "https://w.example", "wk"),
        (("http://w.example/", None, None), {}, sdk.ConfigurationError, ""),
        (("http://other.example", None, None), {}, sdk.ConfigurationError, ""),
        ((None, None, None), {"CYBERAI_PROFILE": "nowhere"}, sdk.ConfigurationError, ""),
        ((None, "a\nb", None), {}, sdk.ConfigurationError, ""),
        (("w.example", "k", None), {}, sdk.ConfigurationError, ""),
        (("https://w.example?x=1", "k", None), {}, sdk.ConfigurationError, ""),
        (("https://w.example:99999", "k", None), {}, sdk.ConfigurationError, ""),
    ],
)
def test_the_server_and_the_key(
    arguments: tuple[str | None, str | None, str | None],
    environment: dict[str, str],
    root: Any,
    key: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / ".config" / "cyberai" / "profiles.json"
    path.parent.mkdir(parents=True)
    path.write_text(PROFILES)
    environ = {"HOME": str(tmp_path), **environment}
    if isinstance(root, str):
        server = choose_server(*arguments, environ)
        assert (server.root, server.key) == (root, key)
        assert "key" not in repr(server)
    else:
        with pytest.raises(root):
            choose_server(*arguments, environ)


def test_profiles_that_others_may_read_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "cyberai" / "profiles.json"
    path.parent.mkdir()
    path.write_text(PROFILES)
    for mode, told in ((0o644, True), (0o600, False)):
        os.chmod(path, mode)
        caplog.clear()
        choose_server(None, None, None, {"XDG_CONFIG_HOME": str(tmp_path)})
        assert ("chmod 600" in caplog.text) is told


SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


def test_webhooks_agree_with_the_standard_s_own_library() -> None:
    now = int(dt.datetime.now(dt.UTC).timestamp())
    body = '{"type": "scan.completed", "ü": 1}'
    stamp = dt.datetime.fromtimestamp(now, dt.UTC)
    theirs = standardwebhooks.Webhook(SECRET).sign("msg_1", stamp, body)
    headers = {"Webhook-Id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": f"v1,AAAA {theirs}"}
    assert webhooks.verify(body.encode(), headers, SECRET)["type"] == "scan.completed"
    ours = webhooks.sign(body.encode(), "msg_1", now, SECRET)
    assert standardwebhooks.Webhook(SECRET).verify(body, {**headers, "webhook-signature": ours})["ü"] == 1
    for changed in (
        {"body": body.encode() + b" "},
        {"headers": {**headers, "Webhook-Id": "msg_2"}},
        {"headers": {**headers, "webhook-timestamp": str(now + 1)}},
        {"headers": {**headers, "webhook-signature": theirs.replace("v1,", "v2,")}},
        {"headers": {"webhook-id": "msg_1"}},
        {"secret": "whsec_AAAA"},
        {"secret": ""},
        {"now": now + 301},
        {"now": now - 301},
    ):
        given: dict[str, Any] = {
            "body": body.encode(),
            "headers": headers,
            "secret": SECRET,
            "now": now,
        } | changed
        with pytest.raises(sdk.WebhookError):
            webhooks.verify(given["body"], given["headers"], given["secret"], now=given["now"])


def test_models_are_open() -> None:
    scan = sample(Scan, id="scan_1", status="hibernating")
    assert scan.status == "hibernating"
    assert not scan.status.is_known
    assert ScanStatus("running") is ScanStatus.RUNNING
    assert ScanStatus.RUNNING.is_known
    with pytest.raises(TypeError):
        sample(Scan, colour="red")


def test_retries_keep_their_idempotency_key_and_nothing_tells_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = FakeServer().break_off("POST", "/v1/scans").error("POST", "/v1/scans", 503, "unavailable")
    server.reply("POST", "/v1/scans", sample(Scan, id="scan_1", status="running"), status=201)
    quick = RetryPolicy(first_delay=0.001)
    client = sdk.Client("http://127.0.0.1:1/v1", KEY, transport=server, retry=quick)
    assert client.scan("example.com", name="hush").id == "scan_1"
    assert len({call.headers["idempotency-key"] for call in server.calls}) == 1
    assert len(server.calls) == 3
    assert "POST /v1/scans, try 3: 201" in caplog.text
    server.break_off("GET", "/v1/me")
    with pytest.raises(sdk.ConnectionFailed) as raised:
        client.account.me()
    said = caplog.text + repr(client) + repr(client._caller.calls) + str(raised.value)
    assert KEY not in said
    assert "hush" not in caplog.text


def test_a_list_is_read_as_far_as_it_is_walked_through_and_has_an_end() -> None:
    rows = [sample(Vulnerability, id=f"vuln_{n}") for n in range(5)]
    server = FakeServer().list("/v1/vulnerabilities", rows, page_size=2)
    client = sdk.Client(api_key=KEY, transport=server)
    assert [found.id for found in client.vulnerabilities.list().to_list(at_most=2)] == ["vuln_0", "vuln_1"]
    assert len(server.calls) == 1
    circle = FakeServer().reply("GET", "/v1/scans", {"data": [], "has_more": True, "next_cursor": "c"})
    with pytest.raises(sdk.InvalidResponse):
        list(sdk.Client(api_key=KEY, transport=circle).scans.list())
    assert len(circle.calls) == 2


def test_a_flow_inside_a_flow_gets_results_and_failures() -> None:
    def inner() -> Generator[Any, Any, None]:
        try:
            yield Open(request())
        except TransportFailure as failure:
            yield Emit(str(failure))
        yield Sleep(1)
        yield Emit("end")

    def take(value: str) -> Generator[Any, Any, str | None]:
        yield Sleep(2)
        return value if value == "end" else None

    flow = until(inner(), take)
    assert isinstance(next(flow), Open)
    assert flow.throw(TransportFailure("broken")) == Sleep(2)
    assert flow.send(None) == Sleep(1)
    assert flow.send(None) == Sleep(2)
    with pytest.raises(StopIteration) as ended:
        flow.send(None)
    assert ended.value.value == "end"
