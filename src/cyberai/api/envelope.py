"""The error envelope of the customer's page, on every path and status."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.api.accept import PROBLEM, wants_problem
from cyberai.api.reply import JSON, Reply
from cyberai.domain.errors import (
    CyberAIError,
    ErrorCode,
    InternalError,
    InvalidRequest,
    NotFound,
    Unavailable,
)

NOT_AVAILABLE = "Not available in this version"
_ENCODER = msgspec.json.Encoder()


class ErrorBody(Struct):
    """`error` of the envelope; `details` always has `field` and `reason`."""

    code: str
    message: str
    details: dict[str, Any]
    request_id: str
    doc_url: str


class ErrorEnvelope(Struct):
    """What every reply that is no success looks like."""

    error: ErrorBody


class Problem(Struct):
    """The same as RFC 9457 problem details: `type` leads to the code's page, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    details: dict[str, Any]
    request_id: str


def error_bytes(error: CyberAIError, request_id: str, doc_base: str) -> bytes:
    """The envelope as JSON."""
    code = error.code.value
    body = ErrorBody(code, error.message, error.details, request_id, f"{doc_base}/errors/{code}")
    return _ENCODER.encode(ErrorEnvelope(body))


def problem_bytes(error: CyberAIError, request_id: str, doc_base: str) -> bytes:
    """Problem details as JSON."""
    code = error.code.value
    place = f"{doc_base}/errors/{code}"
    return _ENCODER.encode(
        Problem(place, error.message, error.status, error.reason, code, error.details, request_id)
    )


def error_reply(error: CyberAIError, request_id: str, doc_base: str, accept: bytes | None = None) -> Reply:
    """The envelope, or problem details where `accept` asks for them, with the headers the error asks for."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in error.headers.items()]
    if wants_problem(accept):
        return Reply(error.status, problem_bytes(error, request_id, doc_base), PROBLEM.encode(), headers)
    return Reply(error.status, error_bytes(error, request_id, doc_base), JSON, headers)


def no_such_route(path: str) -> NotFound:
    """404 of a path that is no route."""
    hint = ""
    if path != "/" and path.endswith("/"):
        hint = "; leave out the slash at the end"
    return NotFound(
        "There is nothing at this path",
        reason=f"Use a path that GET /openapi.json lists{hint}",
    )


def method_not_allowed(method: str, allow: str) -> CyberAIError:
    """405 with `Allow`."""
    return CyberAIError(
        f"{method} is not allowed here",
        code=ErrorCode.METHOD_NOT_ALLOWED,
        reason=f"Use one of: {allow}",
        headers={"Allow": allow},
    )


def not_available(field: str | None) -> InvalidRequest:
    """400 of something the documentation knows and this version does not carry."""
    return InvalidRequest("Invalid request", field=field, reason=NOT_AVAILABLE)


def internal_error() -> InternalError:
    """500: the text says nothing about the cause, the log does."""
    return InternalError(
        "Something went wrong on our side",
        reason="Try again; if it happens again, look up request_id in the server's log",
    )


def store_unavailable() -> Unavailable:
    """503 while the store cannot be used."""
    return Unavailable(
        "The store cannot be used at present",
        reason="Try again in a moment; the server's log says what is wrong",
        headers={"Retry-After": "1"},
    )
