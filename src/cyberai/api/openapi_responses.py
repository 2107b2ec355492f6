"""The responses of the OpenAPI document: what succeeds, and every error with its code.

Errors are components, one for each set of codes that a status can have somewhere; `x-error-codes` lists the codes.
"""

from typing import Any

from cyberai.api.accept import PROBLEM
from cyberai.api.envelope import ErrorEnvelope, Problem
from cyberai.api.examples import ERROR
from cyberai.api.member_texts import member_texts
from cyberai.api.openapi_examples import example_of
from cyberai.api.openapi_headers import OF_ERROR, common_headers, header_refs, headers_of, is_tagged
from cyberai.api.openapi_schemas import Schema
from cyberai.api.routes import Answer, Route
from cyberai.domain.errors import STATUS, ErrorCode

_V1 = (ErrorCode.UNAUTHORIZED, ErrorCode.KEY_EXPIRED, ErrorCode.RATE_LIMITED)
_DESCRIPTIONS = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Body too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Internal server error",
    503: "Unavailable",
}
_REQUEST_ID = "req_01hm7k2v9c0000000000000000-1"


class Responses:
    """Makes the responses of each operation, and keeps the components that they refer to."""

    def __init__(self, refs: dict[Any, Schema], schemas: dict[str, Schema]) -> None:
        self._refs = refs
        self._schemas = schemas
        self.components: dict[str, Schema] = {}

    def of(self, route: Route) -> Schema:
        """Status -> response."""
        responses: Schema = {
            str(answer.status): self._answer(route, answer) for answer in (route.answer, *route.also)
        }
        for status, codes in sorted(_errors(route).items()):
            responses[str(status)] = self._error(route, status, codes)
        if route.path.endswith("/download"):
            whole = responses["200"]
            responses["206"] = {
                **whole,
                "description": "The part asked for by Range",
                "headers": {**whole["headers"], **header_refs(("Content-Range",))},
            }
        if is_tagged(route):
            responses["304"] = {
                "description": "Not modified; does not count against the rate limit",
                "headers": header_refs(headers_of(route, route.answer)),
            }
        return dict(sorted(responses.items()))

    def _answer(self, route: Route, answer: Answer) -> Schema:
        response: Schema = {
            "description": answer.description,
            "headers": header_refs(headers_of(route, answer)),
        }
        if not answer.media_type:
            return response
        content: Schema = {}
        if answer.kind is not None:
            content["schema"] = self._refs[answer.kind]
            content["example"] = example_of(content["schema"], self._schemas, answer.example)
        elif answer.media_type == "application/json":
            name = route.path.removeprefix("/").removesuffix(".json")
            content |= {"schema": {"type": "object", "required": [name]}, "example": {name: "3.1.0"}}
        elif answer.media_type.startswith("text/"):
            content["schema"] = {"type": "string"}
            if answer.text:
                content["example"] = answer.text
        response["content"] = dict.fromkeys(answer.files or (answer.media_type,), content)
        return response

    def _error(self, route: Route, status: int, codes: list[ErrorCode]) -> Schema:
        versioned = route.path.startswith("/v1/")
        name = _camel(_DESCRIPTIONS[status]) + ("" if versioned else "OutsideV1")
        extra = [code for code in codes if code not in _usual(status)]
        if extra or status in (409, 503):
            name += "_" + "_".join(code.value for code in codes)
        if name not in self.components:
            self.components[name] = self._error_response(route, status, codes)
        return {"$ref": f"#/components/responses/{name}"}

    def _error_response(self, route: Route, status: int, codes: list[ErrorCode]) -> Schema:
        headers = (*OF_ERROR.get(status, ()), *common_headers(route))
        return {
            "description": f"{_DESCRIPTIONS[status]}: {', '.join(f'`{code.value}`' for code in codes)}",
            "headers": header_refs(headers),
            "content": {
                "application/json": {
                    "schema": self._refs[ErrorEnvelope],
                    "examples": {code.value: {"value": error_example(code)} for code in codes},
                },
                PROBLEM: {
                    "schema": self._refs[Problem],
                    "examples": {code.value: {"value": problem_example(code)} for code in codes},
                },
            },
            "x-error-codes": [code.value for code in codes],
        }


def _usual(status: int) -> tuple[ErrorCode, ...]:
    """The codes of a status that need not stand in a component's name."""
    if status == 400:
        return (ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_PARAMETER)
    if status == 403:
        return (ErrorCode.FORBIDDEN,)
    return tuple(code for code, of in STATUS.items() if of == status and status not in (409, 503))


def _camel(text: str) -> str:
    return "".join(word.capitalize() for word in text.split())


def error_example(code: ErrorCode) -> Schema:
    """The envelope of a code, with the text of its page as the reason."""
    example: Schema = {"code": code.value, "message": _message(code), "details": _details(code)}
    if code is ErrorCode.INVALID_REQUEST:
        example = dict(ERROR["error"])
    return {"error": {**example, "request_id": _REQUEST_ID, "doc_url": f"/docs/errors/{code.value}"}}


def problem_example(code: ErrorCode) -> Schema:
    """The same as problem details."""
    error = error_example(code)["error"]
    return {
        "type": error["doc_url"],
        "title": error["message"],
        "status": STATUS[code],
        "detail": error["details"]["reason"],
        "code": code.value,
        "details": error["details"],
        "request_id": error["request_id"],
    }


def _message(code: ErrorCode) -> str:
    text = " ".join(member_texts(ErrorCode)[code.value].split())
    return text.partition(". ")[0].rstrip(".").replace("`", "")


def _details(code: ErrorCode) -> Schema:
    text = " ".join(member_texts(ErrorCode)[code.value].split())
    return {"field": None, "reason": text.partition(". ")[2] or text}


def _errors(route: Route) -> dict[int, list[ErrorCode]]:
    codes = [ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_PARAMETER, *route.errors]
    if route.path.startswith("/v1/"):
        codes += (*_V1, ErrorCode.STORAGE_FULL)
    if route.scope is not None:
        codes.append(ErrorCode.FORBIDDEN)
    if "{id}" in route.path:
        codes.append(ErrorCode.NOT_FOUND)
    if route.answer.media_type:
        codes.append(ErrorCode.NOT_ACCEPTABLE)
    if route.method == "POST":
        codes += (ErrorCode.IDEMPOTENCY_IN_PROGRESS, ErrorCode.IDEMPOTENCY_MISMATCH)
    if route.method == "PATCH":
        codes.append(ErrorCode.PRECONDITION_FAILED)
    if route.body is not None:
        codes += (ErrorCode.PAYLOAD_TOO_LARGE, ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    codes += (ErrorCode.INTERNAL_ERROR, ErrorCode.UNAVAILABLE)
    grouped: dict[int, list[ErrorCode]] = {}
    for code in sorted(set(codes), key=list(ErrorCode).index):
        grouped.setdefault(STATUS[code], []).append(code)
    return grouped
