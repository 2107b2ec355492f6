"""The error tree. Every error an interface may show has a code of the closed list and says what to do.

CyberAIError
├── InvalidRequest (400 invalid_request, invalid_json, unknown_parameter, invalid_cursor)
├── Unauthorized (401 unauthorized, key_expired)
├── Forbidden (403 forbidden, target_not_allowed, target_not_verified, quota_exceeded)
├── NotFound (404) · MethodNotAllowed (405) · NotAcceptable (406)
├── Conflict (409 conflict, invalid_transition, scan_already_finished, report_not_ready, idempotency_*)
├── PreconditionFailed (412) · PayloadTooLarge (413) · UnsupportedMediaType (415)
├── RateLimited (429)
├── InternalError (500)
└── Unavailable (503 unavailable, storage_full)
LeaseLost is no API error: a worker's write came too late and was rolled back.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """The closed list of `error.code`. The text below each is its entry in docs/reference/errors.md."""

    INVALID_REQUEST = "invalid_request"
    """A member, parameter or header is missing, unknown, of the wrong type or out of range. `details.field`
    names it, `details.reason` says what it must be, and `details.errors[]` lists every further problem."""
    INVALID_JSON = "invalid_json"
    """The body is no JSON text: bad syntax, bad UTF-8, a key given twice, or nested too deeply.
    `details.reason` names the place."""
    UNKNOWN_PARAMETER = "unknown_parameter"
    """The query string holds a parameter that this endpoint does not have. `details.field` names it; take it
    out or correct its spelling."""
    INVALID_CURSOR = "invalid_cursor"
    """The cursor was altered, or belongs to a list with other filters or another sort. Start again without `cursor`."""
    UNAUTHORIZED = "unauthorized"
    """The API key is missing, unknown or revoked. Send `Authorization: Bearer KEY`; `cyberai keys create`
    makes one."""
    KEY_EXPIRED = "key_expired"
    """The API key was valid and has expired. Make a new one."""
    FORBIDDEN = "forbidden"
    """The key is known and lacks the scope that `details.reason` names. Use a key that has it."""
    TARGET_NOT_ALLOWED = "target_not_allowed"
    """The operator's policy does not allow scanning this address. Private and loopback networks need `cyberai
    serve --allow NETWORK`."""
    TARGET_NOT_VERIFIED = "target_not_verified"
    """This deployment scans only targets whose ownership was proven. Prove it as `details.reason` says, then
    repeat the request."""
    NOT_FOUND = "not_found"
    """No such route, or no such resource in this workspace. Unknown, malformed and foreign ids get the same
    answer."""
    METHOD_NOT_ALLOWED = "method_not_allowed"
    """The path exists, the method does not. The `Allow` header lists the methods that do."""
    NOT_ACCEPTABLE = "not_acceptable"
    """No representation matches the `Accept` header. Ask for `application/json` or `*/*`;
    `application/problem+json` takes JSON as well, and problem details where something is wrong."""
    CONFLICT = "conflict"
    """The resource is in a state that does not allow this. `details.reason` names the state; for a scan,
    `details.allowed[]` lists what it can do."""
    INVALID_TRANSITION = "invalid_transition"
    """The vulnerability cannot go from its present status to the one asked for. `details.allowed[]` lists
    those it can go to."""
    SCAN_ALREADY_FINISHED = "scan_already_finished"
    """The scan has completed or failed and cannot be cancelled any more. Its results stay available."""
    REPORT_NOT_READY = "report_not_ready"
    """The report is still being made. Wait as long as `Retry-After` says, then ask again."""
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress"
    """A request with this `Idempotency-Key` is still being worked on. Wait, then repeat it unchanged."""
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    """This `Idempotency-Key` was used with another body or path within the last 24 hours, or its answer holds a
    secret and another API key asked for it. Use a new key for a new request."""
    PRECONDITION_FAILED = "precondition_failed"
    """The resource has changed since the version that `If-Match` names. Read it again, then decide."""
    PAYLOAD_TOO_LARGE = "payload_too_large"
    """The body is larger than 1 MiB. Send less; many targets fit into one range."""
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    """The body's `Content-Type` is not one this endpoint reads. Send `application/json`."""
    RATE_LIMITED = "rate_limited"
    """The key's requests of this minute are spent. Wait as long as `Retry-After` says; `X-RateLimit-Reset` is
    the moment the next window starts."""
    QUOTA_EXCEEDED = "quota_exceeded"
    """The workspace has reached a limit that `details.reason` names. Finish or remove something, or ask the
    operator for more."""
    STORAGE_FULL = "storage_full"
    """The server's disk is full. Nothing of this request was stored, everything acknowledged before stands.
    Free space, then repeat."""
    UNAVAILABLE = "unavailable"
    """The server cannot take this request now, for instance while it starts or stops. Nothing was stored;
    repeat it later."""
    INTERNAL_ERROR = "internal_error"
    """A fault of the server, logged under `error.request_id`. Report it with that id."""


STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID_REQUEST: 400,
    ErrorCode.INVALID_JSON: 400,
    ErrorCode.UNKNOWN_PARAMETER: 400,
    ErrorCode.INVALID_CURSOR: 400,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.KEY_EXPIRED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.TARGET_NOT_ALLOWED: 403,
    ErrorCode.TARGET_NOT_VERIFIED: 403,
    ErrorCode.QUOTA_EXCEEDED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.NOT_ACCEPTABLE: 406,
    ErrorCode.CONFLICT: 409,
    ErrorCode.INVALID_TRANSITION: 409,
    ErrorCode.SCAN_ALREADY_FINISHED: 409,
    ErrorCode.REPORT_NOT_READY: 409,
    ErrorCode.IDEMPOTENCY_IN_PROGRESS: 409,
    ErrorCode.IDEMPOTENCY_MISMATCH: 409,
    ErrorCode.PRECONDITION_FAILED: 412,
    ErrorCode.PAYLOAD_TOO_LARGE: 413,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.STORAGE_FULL: 503,
    ErrorCode.UNAVAILABLE: 503,
}
"""The HTTP status of each code."""


class CyberAIError(Exception):
    """An error with a code of the closed list.

    `message` is one sentence; `field` names the body member, parameter, header or path segment (or None);
    `reason` says what to do. `extra` holds further members of `details` (`allowed`, `errors`, ...).
    """

    code: ErrorCode = ErrorCode.INTERNAL_ERROR

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        field: str | None = None,
        code: ErrorCode | None = None,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.reason = reason
        self.extra = extra or {}
        self.headers = headers or {}
        if code is not None:
            self.code = code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.code]

    @property
    def details(self) -> dict[str, Any]:
        """The envelope's `details`: always `field` and `reason`."""
        return {"field": self.field, "reason": self.reason, **self.extra}


class InvalidRequest(CyberAIError):
    """The request cannot be understood or is not allowed as it stands."""

    code = ErrorCode.INVALID_REQUEST


class Unauthorized(CyberAIError):
    """No key, or one that is not known."""

    code = ErrorCode.UNAUTHORIZED


class Forbidden(CyberAIError):
    """The key is known and may not do this; or the target may not be scanned."""

    code = ErrorCode.FORBIDDEN


class NotFound(CyberAIError):
    """Unknown, malformed and foreign ids alike."""

    code = ErrorCode.NOT_FOUND


class Conflict(CyberAIError):
    """The resource's state does not allow this now."""

    code = ErrorCode.CONFLICT


class RateLimited(CyberAIError):
    """The window's requests are spent."""

    code = ErrorCode.RATE_LIMITED


class Unavailable(CyberAIError):
    """The service cannot take this now; nothing was stored."""

    code = ErrorCode.UNAVAILABLE


class StorageFull(Unavailable):
    """The disk is full: nothing was stored, and what was acknowledged stands."""

    code = ErrorCode.STORAGE_FULL


class InternalError(CyberAIError):
    """Our own fault."""

    code = ErrorCode.INTERNAL_ERROR


class LeaseLost(Exception):
    """Another worker holds the shard now; the write was rolled back and the loop must stop."""


class StoreError(Exception):
    """The store cannot be opened or used; the text says what to do."""


def require_readable(message: str, *readers: Callable[[], object]) -> None:
    """Call every reader; raise InvalidRequest when any did, with all problems in `details.errors` and the first one
    as `field` and `reason`, as POST /v1/scans tells them."""
    problems: list[dict[str, object]] = []
    for read in readers:
        try:
            read()
        except InvalidRequest as error:
            problems += error.extra.get("errors") or [{"field": error.field, "reason": error.reason}]
    if problems:
        field, reason = problems[0]["field"], problems[0]["reason"]
        raise InvalidRequest(
            message,
            field=None if field is None else str(field),
            reason=str(reason),
            extra={"errors": problems},
        )
