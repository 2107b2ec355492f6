"""What can go wrong, as types: `except NotFound`, `except RateLimited`, or `except CyberAIError` for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyberai_sdk.models import Report, Scan


class CyberAIError(Exception):
    """Everything that this package raises by itself."""


class ConfigurationError(CyberAIError):
    """The address, the key, or the profile file cannot be used."""


class ConnectionFailed(CyberAIError):
    """There was no answer, or it broke off; what was tried again is said in the message."""


class TimedOut(ConnectionFailed):
    """The answer, or the end that was waited for, did not come in time."""


class WaitTimedOut(TimedOut):
    """`wait` gave up; what was waited for goes on."""


class InvalidResponse(CyberAIError):
    """The server answered with what the API never sends: no JSON, a missing member, too much, a strange redirect.

    Often another program answers: a proxy's login page, or another product on that port."""

    def __init__(self, message: str, *, status: int = 0, request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class RedirectRefused(InvalidResponse):
    """The server sent the client to another host. The key does not go there."""


class NotModified(CyberAIError):
    """304: what you have, named by `If-None-Match`, is still so."""


class ApiError(CyberAIError):
    """The server said no.

    `code` is one of the API's error codes (None where something else than the API answered), `details` has at least
    `field` and `reason` where the API answered, `retry_after` is in seconds where the server named a time.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        doc_url: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.details: Mapping[str, Any] = details or {}
        self.request_id = request_id
        self.doc_url = doc_url
        self.retry_after = retry_after
        self.headers: Mapping[str, str] = headers or {}

    @property
    def field(self) -> str | None:
        """The member, parameter or header that is wrong, such as `options.depth`."""
        value = self.details.get("field")
        return value if isinstance(value, str) else None

    @property
    def reason(self) -> str:
        """What to do about it."""
        return str(self.details.get("reason") or "")

    def __str__(self) -> str:
        place = f"{self.field}: " if self.field else ""
        reason = f" ({place}{self.reason})" if self.reason else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        return f"{self.status} {self.code or ''}".rstrip() + f": {self.message}{reason}{request}"


class BadRequest(ApiError):
    """400: the request is wrong; `field` and `reason` say how."""


class Unauthorized(ApiError):
    """401: no key, an unknown one, or one that has expired."""


class Forbidden(ApiError):
    """403: the key may not do this, or the target may not be scanned."""


class NotFound(ApiError):
    """404."""


class Conflict(ApiError):
    """409: the state does not allow it (an ended scan, a report that is not ready, another body under one
    idempotency key)."""


class PreconditionFailed(ApiError):
    """412: it has changed since you read it."""


class RateLimited(ApiError):
    """429, after the retries, or because the server wants a longer wait than is allowed."""


class ServerError(ApiError):
    """5xx, after the retries."""


class ScanFailed(CyberAIError):
    """The scan that was waited for failed or was cancelled: that it found nothing does not mean that nothing is
    there. `scan` is its last state."""

    def __init__(self, scan: Scan) -> None:
        why = scan.status_detail or (scan.status_reason.value if scan.status_reason else "")
        super().__init__(f"Scan {scan.id} of {scan.target} {scan.status.value}" + (f": {why}" if why else ""))
        self.scan = scan


class ReportFailed(CyberAIError):
    """The report that was waited for failed; `report` is its last state."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"Report {report.id} failed" + (f": {report.error}" if report.error else ""))
        self.report = report


class WebhookError(CyberAIError):
    """The message was not sent by your server, or it is too old: do not act on it."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    429: RateLimited,
}


def error_type(status: int) -> type[ApiError]:
    """The class for a status from 400 on."""
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, ApiError)
