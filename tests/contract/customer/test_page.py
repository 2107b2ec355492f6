"""One test per line of the customer's page, against a real server on loopback."""

import http.client
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import apsw
import pytest
from the_page import HOST, PLACEHOLDER, answered, block, example, line, lines
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from support.node import WITH_WEBSOCKET, node
from support.processes import Server

pytestmark = pytest.mark.contract

ID = re.compile(r"scan_[0-9a-z]{16,}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UNPROVEN = "Nothing to prove here: a heading, a fence, or an address that only the customer has."


def raw(
    server: Server, method: str, path: str, headers: dict[str, str] | None = None
) -> tuple[int, Any, Any]:
    """A request with exactly these headers."""
    parts = urlsplit(server.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method, path, headers=headers or {})
        reply = connection.getresponse()
        body = reply.read()
        sent = {name.lower(): value for name, value in reply.getheaders()}
        return reply.status, sent, json.loads(body) if "json" in sent.get("content-type", "") else body
    finally:
        connection.close()


def new_key(server: Server, **request: Any) -> str:
    status, _, made = server.call("POST", "/v1/api-keys", {"name": "contract", **request})
    assert status == 201, made
    return str(made["key"])


# ---- Authentication, base URL, rate limiting ----


@line("All API requests must include your API key in the Authorization header:")
@pytest.mark.parametrize(
    "path", ["/v1/scans", "/v1/vulnerabilities", "/v1/reports", "/v1/scans/x", "/v1/api-keys"]
)
def test_without_the_header_nothing_is_served(server: Server, path: str) -> None:
    status, headers, body = raw(server, "GET", path)
    assert status == 401
    assert headers["www-authenticate"] == "Bearer"
    assert body["error"]["code"] == "unauthorized"


@line("Authorization: Bearer YOUR_API_KEY")
def test_the_header_as_printed(server: Server) -> None:
    name, _, value = block("Authentication").strip().replace(PLACEHOLDER, server.key).partition(": ")
    assert raw(server, "GET", "/v1/scans", {name: value})[0] == 200


@line("https://api.cyberai.com/v1")
def test_everything_lives_below_v1(server: Server) -> None:
    assert block("Base URL").strip() == HOST + "/v1"
    assert server.call("GET", "/v1/scans")[0] == 200
    assert server.call("GET", "/scans")[0] == 404
    assert server.call("GET", "/v2/scans")[0] == 404


@line("- 100 requests per minute for standard plans")
def test_a_standard_key_gets_a_hundred_a_minute(server: Server) -> None:
    key = new_key(server, plan="standard")
    await_fresh_minute(10)
    statuses = [server.call("GET", "/v1/scans", key=key)[0] for _ in range(101)]
    assert statuses == [200] * 100 + [429]


@line("- 1000 requests per minute for enterprise plans")
def test_an_enterprise_key_gets_a_thousand_a_minute(server: Server) -> None:
    key = new_key(server, plan="enterprise")
    _, headers, _ = server.call("GET", "/v1/scans", key=key)
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("1000", "999")


def await_fresh_minute(seconds: float) -> None:
    """Wait for the next window when this one has fewer seconds left."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left + 0.05)


# ---- Common response codes ----


@line("- `200`: Success")
def test_200(server: Server) -> None:
    assert server.call("GET", "/v1/scans")[0] == 200


@line("- `201`: Resource created")
def test_201(server: Server) -> None:
    status, headers, scan = server.call(
        "POST", "/v1/scans", {"target": "example.com", "options": {"depth": 1}}
    )
    assert status == 201
    assert headers["location"] == f"/v1/scans/{scan['id']}"
    assert server.call("GET", headers["location"])[0] == 200
    server.call("DELETE", headers["location"])


@line("- `400`: Bad request")
def test_400(server: Server) -> None:
    status, _, body = server.call("POST", "/v1/scans", {"target": "example.com", "options": {"depth": 99}})
    assert (status, body["error"]["code"], body["error"]["details"]["field"]) == (
        400,
        "invalid_request",
        "options.depth",
    )


@line("- `401`: Unauthorized")
def test_401(server: Server) -> None:
    status, _, body = server.call("GET", "/v1/scans", key="cai_live_not_a_key")
    assert (status, body["error"]["code"]) == (401, "unauthorized")


@line("- `403`: Forbidden")
def test_403(server: Server) -> None:
    key = new_key(server, scopes=["scans:read"])
    status, _, body = server.call("POST", "/v1/scans", {"target": "example.com"}, key=key)
    assert (status, body["error"]["code"]) == (403, "forbidden")
    status, _, body = server.call("POST", "/v1/scans", {"target": "10.11.12.13"})
    assert (status, body["error"]["code"]) == (403, "target_not_allowed")


@pytest.mark.parametrize("form", ["{base}/", "127.0.0.1:{port}", "0x7f.1:{port}"])
def test_the_server_itself_is_no_target(server: Server, form: str) -> None:
    target = form.format(base=server.base, port=server.base.rpartition(":")[2])
    status, _, body = server.call("POST", "/v1/scans", {"target": target})
    assert (status, body["error"]["code"]) == (403, "target_not_allowed")
    assert "never scans itself" in body["error"]["details"]["reason"]
    assert "--allow" not in body["error"]["details"]["reason"]
    status, _, plan = server.call("POST", "/v1/scans?dry_run=true", {"target": target})
    assert (status, plan["would_start"]) == (200, False)
    assert [host["policy"] for host in plan["hosts"]] == ["refused"]
    assert "never scans itself" in plan["forbidden"][0]["reason"]


@line("- `404`: Not found")
def test_404(server: Server) -> None:
    bodies = []
    for identifier in ("scan_123abc", "x", "scan_01hmk5068000144293s2590rsy"):
        status, _, body = server.call("GET", f"/v1/scans/{identifier}")
        assert status == 404
        body["error"].pop("request_id")
        bodies.append(body)
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["error"]["code"] == "not_found"


@line("- `429`: Too many requests")
def test_429(server: Server) -> None:
    key = new_key(server)
    await_fresh_minute(10)
    for _ in range(100):
        server.call("GET", "/v1/scans", key=key)
    status, headers, body = server.call("GET", "/v1/scans", key=key)
    assert (status, body["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(headers["retry-after"]) <= 60


@line("- `500`: Internal server error")
def test_500(server: Server, scan: dict[str, Any]) -> None:
    server.call("DELETE", f"/v1/scans/{scan['id']}")
    server.wait_for_end(scan["id"])  # whoever works on it must not meet the damage, nor write in between
    connection = apsw.Connection(str(server.data_dir / "cyberai.db"))
    connection.set_busy_timeout(5000)
    (document,) = connection.execute("SELECT doc FROM scan WHERE id = ?", (scan["id"],)).fetchall()[0]
    try:
        connection.execute("UPDATE scan SET doc = '{}' WHERE id = ?", (scan["id"],))
        status, headers, body = server.call("GET", f"/v1/scans/{scan['id']}")
    finally:
        connection.execute("UPDATE scan SET doc = ? WHERE id = ?", (document, scan["id"]))
        connection.close()
    assert (status, body["error"]["code"]) == (500, "internal_error")
    assert body["error"]["request_id"] == headers["x-request-id"]
    assert int(headers["x-ratelimit-limit"]) == 1000
    assert server.call("GET", f"/v1/scans/{scan['id']}")[0] == 200


# ---- Scans ----


@line("| GET | `/scans` | List all scans |")
def test_list_all_scans(server: Server, scan: dict[str, Any]) -> None:
    status, _, page = server.call("GET", "/v1/scans")
    assert status == 200
    assert set(page) == {"data", "has_more", "next_cursor"}
    assert scan["id"] in [row["id"] for row in page["data"]]


@line("| POST | `/scans` | Create a new scan |")
def test_create_a_new_scan(server: Server) -> None:
    status, _, scan = server.call("POST", "/v1/scans", {"target": "example.com", "options": {"depth": 1}})
    assert status == 201
    assert ID.fullmatch(scan["id"])
    server.call("DELETE", f"/v1/scans/{scan['id']}")


@line("| GET | `/scans/{id}` | Get scan details |")
def test_get_scan_details(server: Server, finished: dict[str, Any]) -> None:
    status, _, scan = server.call("GET", f"/v1/scans/{finished['id']}")
    assert status == 200
    assert scan == finished
    assert scan["status"] == "completed", scan
    assert scan["progress"]["current"] == 100
    assert scan["estimated_completion"] == scan["finished_at"]
    assert {"statistics", "counts_by_severity", "risk_score", "verdict"} <= set(scan)


@line("| DELETE | `/scans/{id}` | Cancel a scan |")
def test_cancel_a_scan(server: Server, scan: dict[str, Any]) -> None:
    status, _, cancelled = server.call("DELETE", f"/v1/scans/{scan['id']}")
    assert status == 200
    assert cancelled["id"] == scan["id"]
    assert cancelled["status"] in ("cancelling", "cancelled")
    began = time.monotonic()
    while server.call("GET", f"/v1/scans/{scan['id']}")[2]["status"] != "cancelled":
        assert time.monotonic() - began < 2
        time.sleep(0.05)
    assert server.call("DELETE", f"/v1/scans/{scan['id']}")[0] == 200


# ---- Vulnerabilities ----


@line("| GET | `/vulnerabilities` | List all vulnerabilities |")
def test_list_all_vulnerabilities(server: Server, finished: dict[str, Any]) -> None:
    status, _, page = server.call("GET", f"/v1/vulnerabilities?scan_id={finished['id']}")
    assert status == 200
    assert page["data"]
    for row in page["data"]:
        assert {"id", "scan_id", "type", "severity", "title", "status", "location", "check_id"} <= set(row)
        assert "evidence" not in row


@line("| GET | `/vulnerabilities/{id}` | Get vulnerability details |")
def test_get_vulnerability_details(server: Server, finished: dict[str, Any]) -> None:
    first = server.vulnerabilities(finished["id"])[0]
    status, _, whole = server.call("GET", f"/v1/vulnerabilities/{first['id']}")
    assert status == 200
    assert whole["evidence"]
    assert {**first, "evidence": whole["evidence"]} == whole


@line("| PATCH | `/vulnerabilities/{id}` | Update vulnerability status |")
def test_update_vulnerability_status(server: Server, finished: dict[str, Any]) -> None:
    first = server.vulnerabilities(finished["id"])[0]
    status, _, changed = server.call("PATCH", f"/v1/vulnerabilities/{first['id']}", {"status": "in_progress"})
    assert (status, changed["status"]) == (200, "in_progress")
    assert server.call("GET", f"/v1/vulnerabilities/{first['id']}")[2]["status"] == "in_progress"
    assert server.call("PATCH", f"/v1/vulnerabilities/{first['id']}", {"status": "open"})[0] == 200


# ---- Reports ----


def finished_report(server: Server, scan_id: str, format: str) -> dict[str, Any]:
    status, headers, report = server.call("POST", "/v1/reports", {"scan_id": scan_id, "format": format})
    assert status == 201, report
    assert headers["location"] == f"/v1/reports/{report['id']}"
    deadline = time.monotonic() + 20
    while report["status"] != "completed":
        assert report["status"] in ("queued", "generating"), report
        assert time.monotonic() < deadline
        time.sleep(0.1)
        report = server.call("GET", headers["location"])[2]
    return report


@line("| GET | `/reports` | List all reports |")
def test_list_all_reports(server: Server, finished: dict[str, Any]) -> None:
    report = finished_report(server, finished["id"], "json")
    status, _, page = server.call("GET", "/v1/reports")
    assert status == 200
    assert report in page["data"]


@line("| POST | `/reports` | Generate a new report |")
def test_generate_a_new_report(server: Server, finished: dict[str, Any]) -> None:
    status, _, report = server.call("POST", "/v1/reports", {"scan_id": finished["id"]})
    assert status == 201
    assert {"id", "status", "type", "format", "scan_ids", "filters", "created_at"} <= set(report)
    assert report["scan_ids"] == [finished["id"]]
    assert (report["type"], report["format"]) == ("technical", "json")


@line("| GET | `/reports/{id}` | Get report details |")
def test_get_report_details(server: Server, finished: dict[str, Any]) -> None:
    report = finished_report(server, finished["id"], "csv")
    status, _, again = server.call("GET", f"/v1/reports/{report['id']}")
    assert (status, again) == (200, report)
    assert again["download_url"].endswith(f"/v1/reports/{report['id']}/download")


@line("| GET | `/reports/{id}/download` | Download report |")
@pytest.mark.parametrize(
    ("format", "media_type"), [("json", "application/json"), ("csv", "text/csv"), ("html", "text/html")]
)
def test_download_report(server: Server, finished: dict[str, Any], format: str, media_type: str) -> None:
    report = finished_report(server, finished["id"], format)
    status, headers, body = server.call("GET", f"/v1/reports/{report['id']}/download")
    assert status == 200
    assert headers["content-type"].startswith(media_type)
    assert headers["content-disposition"].startswith("attachment")
    text = json.dumps(body) if format == "json" else body.decode()
    for row in server.vulnerabilities(finished["id"]):
        assert row["id"] in text


# ---- The example request and response ----

CURL = (
    "curl -X POST https://api.cyberai.com/v1/scans \\",
    '-H "Authorization: Bearer YOUR_API_KEY" \\',
    '-H "Content-Type: application/json" \\',
    "-d '{",
    '"target": "example.com",',
    '"scan_type": "vulnerability",',
    '"options": {',
    '"depth": 3,',
    '"concurrent": 2',
    "}",
    "}'",
)


@line(*CURL)
def test_the_curl_command_as_printed(server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.fail("install curl: apt-get install curl")
    command = block("Example Request").replace(HOST, server.base).replace(PLACEHOLDER, server.key)
    done = subprocess.run(
        [
            "bash",
            "-c",
            command.strip() + ' --silent --show-error --max-time 20 --write-out "\\n%{http_code}"',
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    body, _, status = done.stdout.rpartition("\n")
    assert status == "201"
    scan = json.loads(body)
    server.call("DELETE", f"/v1/scans/{scan['id']}")
    assert scan["target"] == "example.com"
    assert scan["scan_type"] == "vulnerability"
    assert scan["effective_options"]["depth"] == 3
    assert scan["effective_options"]["concurrent"] == 2
    # The page's own response, member by member.
    shown = example("Example Response")
    assert list(scan)[: len(shown)] == list(shown)
    assert list(scan["progress"])[:3] == list(shown["progress"])
    assert same_types(shown, scan)


@pytest.fixture(scope="module")
def answer(server: Server) -> Any:
    """What the example request is answered by a server on which nothing else runs."""
    for row in server.call("GET", "/v1/scans?status=running,queued,cancelling")[2]["data"]:
        server.call("DELETE", f"/v1/scans/{row['id']}")
        server.wait_for_end(row["id"], 5)
    text = block("Example Request").split("-d '", 1)[1].rsplit("'", 1)[0]
    status, _, scan = server.call("POST", "/v1/scans", json.loads(text))
    assert status == 201, scan
    server.call("DELETE", f"/v1/scans/{scan['id']}")
    return scan


def same_types(shown: Any, got: Any) -> bool:
    """Every member of the page's example is there, with the same JSON type."""
    if isinstance(shown, dict):
        return isinstance(got, dict) and all(
            name in got and same_types(shown[name], got[name]) for name in shown
        )
    return type(shown) is type(got)


@line('"id": "scan_123abc",')
def test_response_id(answer: Any) -> None:
    assert ID.fullmatch(answer["id"])


@line('"status": "running",')
def test_response_status(answer: Any) -> None:
    assert answer["status"] == example("Example Response")["status"]


@line('"target": "example.com",')
def test_response_target(answer: Any) -> None:
    assert answer["target"] == example("Example Response")["target"]


@line('"scan_type": "vulnerability",')
def test_response_scan_type(answer: Any) -> None:
    assert answer["scan_type"] == example("Example Response")["scan_type"]


@line('"created_at": "2024-01-20T10:00:00Z",')
def test_response_created_at(answer: Any) -> None:
    assert TIME.fullmatch(example("Example Response")["created_at"])
    assert TIME.fullmatch(answer["created_at"])


@line('"estimated_completion": "2024-01-20T10:05:00Z",')
def test_response_estimated_completion(answer: Any) -> None:
    assert TIME.fullmatch(answer["estimated_completion"])
    assert answer["estimated_completion"] > answer["created_at"]


@line('"progress": {')
def test_response_progress(answer: Any) -> None:
    assert set(answer["progress"]) >= {"current", "total", "status"}


@line('"current": 0,')
def test_response_progress_current(answer: Any) -> None:
    assert answer["progress"]["current"] == 0


@line('"total": 100,')
def test_response_progress_total(answer: Any) -> None:
    assert answer["progress"]["total"] == 100


@line('"status": "Initializing scan..."')
def test_response_progress_status(answer: Any) -> None:
    assert answer["progress"]["status"] == example("Example Response")["progress"]["status"]


# ---- WebSocket ----

JAVASCRIPT = (
    "For real-time updates, connect to our WebSocket endpoint:",
    "const ws = new WebSocket('wss://api.cyberai.com/v1/ws?token=YOUR_API_KEY')",
    "ws.onmessage = (event) => {",
    "const data = JSON.parse(event.data)",
    "console.log('Received update:', data)",
    "}",
)


def socket_address(server: Server) -> str:
    printed = re.search(r"wss://[^']+", block("Websocket API"))
    assert printed is not None
    return localised(printed.group(), server)


def localised(text: str, server: Server) -> str:
    own = server.base.replace("http://", "ws://")
    return text.replace("wss://api.cyberai.com", own).replace(PLACEHOLDER, server.key)


def receive(ws: ClientConnection, seconds: float) -> Any:
    """The next frame, a text."""
    message = ws.recv(seconds)
    assert isinstance(message, str)
    return json.loads(message)


@line(*JAVASCRIPT)
def test_connect_with_the_token_send_nothing_and_receive_json(server: Server, practice_target: str) -> None:
    with connect(socket_address(server), origin="https://anything.example", open_timeout=10) as ws:  # type: ignore[arg-type]
        body = {"target": practice_target, "policies": {"max_requests_per_second": 1}}
        status, _, scan = server.call("POST", "/v1/scans", body)
        assert status == 201
        try:
            # Earlier scans of this server may still have an event or two to tell.
            seen = [receive(ws, 1)]
            while seen[-1]["data"]["id"] != scan["id"]:
                seen.append(receive(ws, 1))
            assert seen[-1]["type"] == "scan.created"
            server.call("DELETE", f"/v1/scans/{scan['id']}")
            while (seen[-1]["type"], seen[-1]["data"]["id"]) != ("scan.cancelled", scan["id"]):
                seen.append(receive(ws, 5))
        finally:
            server.call("DELETE", f"/v1/scans/{scan['id']}")
    for frame in seen:
        assert set(frame) == {"id", "type", "timestamp", "seq", "data"}
    numbers = [frame["seq"] for frame in seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@line(*JAVASCRIPT[1:])
def test_the_javascript_as_printed(server: Server, tmp_path: Path) -> None:
    program = node(WITH_WEBSOCKET)
    script = tmp_path / "page.js"
    script.write_text(
        localised(block("Websocket API"), server) + "\nws.onopen = () => console.log('open')\n"
        "setTimeout(() => process.exit(0), 60000)\n"
    )
    process = subprocess.Popen([program, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        _, _, scan = server.call("POST", "/v1/scans", {"target": "example.com", "options": {"depth": 1}})
        assert process.stdout.readline().startswith("Received update: {")
        server.call("DELETE", f"/v1/scans/{scan['id']}")
    finally:
        process.kill()
        process.wait(5)
        if process.stdout is not None:
            process.stdout.close()


@line(JAVASCRIPT[1])
def test_a_wrong_token_is_refused_with_401_before_the_handshake(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(socket_address(server) + "x", open_timeout=10)
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == "unauthorized"


# ---- Error handling ----


@line("All errors follow this format:")
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/scans", {"target": 1}, 400),
        ("GET", "/v1/scans/x", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("GET", "/nothing", None, 404),
        ("PUT", "/v1/scans", {}, 405),
        ("GET", "/v1/scans?x=1", None, 400),
        ("POST", "/v1/scans", {"target": "10.0.0.1"}, 403),
    ],
)
def test_every_error_has_the_format(server: Server, method: str, path: str, body: Any, status: int) -> None:
    got, headers, error = server.call(method, path, body)
    assert got == status
    assert headers["content-type"] == "application/json"
    assert same_types(example("Error Handling") | {"error": {"code": "", "message": ""}}, error)
    assert set(error["error"]["details"]) >= {"field", "reason"}


@pytest.fixture(scope="module")
def error(server: Server) -> Any:
    status, _, body = server.call("POST", "/v1/scans", {"target": "not a domain"})
    assert status == 400
    return body["error"]


@line('"error": {')
def test_error_object(error: Any) -> None:
    assert same_types(example("Error Handling")["error"], error)


@line('"code": "invalid_request",')
def test_error_code(error: Any) -> None:
    assert error["code"] == example("Error Handling")["error"]["code"]


@line('"message": "Invalid scan configuration",')
def test_error_message(error: Any) -> None:
    assert error["message"] == example("Error Handling")["error"]["message"]


@line('"details": {')
def test_error_details(error: Any) -> None:
    assert set(error["details"]) >= set(example("Error Handling")["error"]["details"])


@line('"field": "target",')
def test_error_field(error: Any) -> None:
    assert error["details"]["field"] == "target"


@line('"reason": "Must be a valid domain name"')
@pytest.mark.parametrize("target", [None, "", 3, [], "no domain", "http://"])
def test_error_reason(server: Server, target: Any) -> None:
    status, _, body = server.call("POST", "/v1/scans", {"target": target})
    assert status == 400
    assert body["error"]["details"] == {
        **body["error"]["details"],
        "field": "target",
        "reason": example("Error Handling")["error"]["details"]["reason"],
    }


# ---- Rate limiting headers ----


@line("Response headers include rate limiting information:")
def test_every_reply_carries_the_three_headers(server: Server) -> None:
    names = [text.partition(":")[0].lower() for text in block("Rate Limiting Headers").strip().splitlines()]
    assert names == ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
    for method, path, key in (
        ("GET", "/v1/scans", None),
        ("GET", "/v1/scans/x", None),
        ("PUT", "/v1/scans", None),
        ("GET", "/v1/nothing", None),
        ("GET", "/v1/scans?x=1", None),
        ("GET", "/v1/scans", "wrong"),
    ):
        headers = server.call(method, path, key=key)[1]
        assert all(headers[name].isdigit() for name in names), (method, path)


@line("X-RateLimit-Limit: 100")
def test_header_limit(server: Server) -> None:
    assert server.call("GET", "/v1/scans", key=new_key(server))[1]["x-ratelimit-limit"] == "100"


@line("X-RateLimit-Remaining: 95")
def test_header_remaining(server: Server) -> None:
    key = new_key(server)
    await_fresh_minute(5)
    left = [server.call("GET", "/v1/scans", key=key)[1]["x-ratelimit-remaining"] for _ in range(5)]
    assert left == ["99", "98", "97", "96", "95"]


@line("X-RateLimit-Reset: 1516131012")
def test_header_reset(server: Server) -> None:
    before = time.time()
    reset = int(server.call("GET", "/v1/scans")[1]["x-ratelimit-reset"])
    assert before < reset <= time.time() + 60
    assert reset % 60 == 0


# ---- The page as a whole ----

PROSE = (
    "Cyber AI provides a comprehensive REST API that allows you to integrate security scanning capabilities into your applications and workflows.",
    "- [Python SDK](https://github.com/cyberai/python-sdk)",
    "- [JavaScript SDK](https://github.com/cyberai/js-sdk)",
    "- [Go SDK](https://github.com/cyberai/go-sdk)",
    "sidebar_position: 1",
    "| Method | Endpoint | Description |",
    "|--------|----------|-------------|",
)
"""What promises nothing that this version carries: the introduction, the SDKs, the page's own mark-up."""


def test_every_line_of_the_page_is_answered() -> None:
    silent = ("#", "```", "---", "{", "}")
    left = [
        text
        for text in lines()
        if text not in answered
        and text not in PROSE
        and not text.startswith(silent[:3])
        and text not in silent
    ]
    assert left == [], UNPROVEN
    assert set(answered) <= set(lines()), set(answered) - set(lines())
    assert all(hasattr(sys.modules[__name__], name) for names in answered.values() for name in names)
