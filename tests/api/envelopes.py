"""What every error reply must look like."""

from typing import Any

from asgi_driver import Answer

from cyberai.domain.errors import STATUS, ErrorCode


def assert_envelope(answer: Answer, code: str, field: Any = ..., reason: str = "", message: str = "") -> None:
    """The whole envelope: status, headers, keys, and the given texts (`reason` is a part of it)."""
    status = STATUS[ErrorCode(code)]
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    body = answer.json()
    assert list(body) == ["error"]
    error = body["error"]
    assert set(error) == {"code", "message", "details", "request_id", "doc_url"}
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["doc_url"].endswith("/" + code)
    assert error["message"]
    details = error["details"]
    assert set(details) >= {"field", "reason"}
    assert isinstance(details["reason"], str)
    assert details["reason"]
    if field is not ...:
        assert details["field"] == field, details
    if reason:
        assert reason in details["reason"], details
    if message:
        assert error["message"] == message
