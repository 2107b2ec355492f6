"""What an answer means: a value, or the error it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from cyberai_sdk._retry import told_wait
from cyberai_sdk._wire import Answer, Request
from cyberai_sdk.errors import ApiError, InvalidResponse, NotModified, error_type

T = TypeVar("T")
_LONGEST_QUOTE = 300
_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def value_of(answer: Answer, kind: type[T], request: Request, now: float) -> T:
    """The decoded body of a success; raise what the answer is otherwise."""
    check_success(answer, request, now)
    found = media_type(answer.headers)
    if found != "application/json":
        what = f"sent {found or 'no content type'} instead of JSON"
        raise _strange(answer, request, f"{what}; is the base URL that of a Cyber AI server?")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.ValidationError as error:
        raise _strange(answer, request, f"sent an unexpected {kind.__name__}: {error}") from error
    except _DECODE_ERRORS as error:
        raise _strange(answer, request, f"sent broken JSON: {error}") from error


def check_success(answer: Answer, request: Request, now: float) -> None:
    """Raise NotModified, ApiError or InvalidResponse where the status is no success."""
    if answer.status == 304:
        raise NotModified("Not modified")
    if answer.status >= 400:
        raise error_of(answer, now)
    if not 200 <= answer.status < 300:
        raise _strange(answer, request, f"answered {answer.status}, which this API never does here")


def error_of(answer: Answer, now: float) -> ApiError:
    """The typed error; readable too where no API answered, such as a proxy's HTML page."""
    kind = error_type(answer.status)
    retry_after = told_wait(answer.status, answer.headers, now)
    envelope = envelope_of(answer)
    request_id = answer.headers.get("x-request-id")
    if envelope is None:
        found = media_type(answer.headers) or "no content type"
        message = (
            f"{_phrase(answer.status)}, with {found} instead of the API's error: another program answered, "
            "such as a proxy; check the base URL"
        )
        return kind(
            message,
            status=answer.status,
            request_id=request_id,
            retry_after=retry_after,
            headers=answer.headers,
        )
    details = envelope.get("details")
    return kind(
        str(envelope.get("message") or _phrase(answer.status))[:_LONGEST_QUOTE],
        status=answer.status,
        code=str(envelope["code"]),
        details=details if isinstance(details, dict) else None,
        request_id=_text(envelope.get("request_id")) or request_id,
        doc_url=_text(envelope.get("doc_url")),
        retry_after=retry_after,
        headers=answer.headers,
    )


def envelope_of(answer: Answer) -> Mapping[str, Any] | None:
    """`error` of an error answer; None where it is not the API's."""
    if media_type(answer.headers) != "application/json":
        return None
    try:
        body = msgspec.json.decode(answer.body)
    except _DECODE_ERRORS:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) and isinstance(error.get("code"), str) else None


def media_type(headers: Mapping[str, str]) -> str:
    """`application/json` of `application/json; charset=utf-8`."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _strange(answer: Answer, request: Request, what: str) -> InvalidResponse:
    message = f"{request.method} {request.url.partition('?')[0]}: the server {what}"
    return InvalidResponse(message, status=answer.status, request_id=answer.headers.get("x-request-id"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
