"""Whether, and after how long, a request is sent again: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from cyberai_sdk._wire import Request, TransportFailure
from cyberai_sdk.options import RetryPolicy

_NEVER_CARRIED_OUT = (429, 503)
"""The server says that it did not begin."""
_IN_WORK = "idempotency_in_progress"
_JITTER = 0.25


def is_repeatable(request: Request) -> bool:
    """Whether a second arrival has no second effect. A PATCH may write a comment twice."""
    return request.method in ("GET", "HEAD", "OPTIONS", "DELETE") or "Idempotency-Key" in request.headers


def after_failure(
    policy: RetryPolicy, attempt: int, request: Request, failure: TransportFailure, chance: float
) -> float | None:
    """Seconds to wait before the next try after try number `attempt` (from 0); None: give up."""
    if attempt >= policy.retries or (failure.sent and not is_repeatable(request)):
        return None
    return backoff(policy, attempt, chance)


def after_answer(
    policy: RetryPolicy,
    attempt: int,
    request: Request,
    *,
    status: int,
    code: str,
    headers: Mapping[str, str],
    now: float,
    chance: float,
) -> float | None:
    """The same after an answer with this status and error code."""
    if attempt >= policy.retries:
        return None
    again = status in _NEVER_CARRIED_OUT or (
        is_repeatable(request) and (status == 408 or status >= 500 or (status == 409 and code == _IN_WORK))
    )
    if not again:
        return None
    told = told_wait(status, headers, now)
    if told is None:
        return backoff(policy, attempt, chance)
    if told > policy.longest_wait:
        return None
    return max(told, policy.first_delay / 4) + chance * min(1.0, policy.first_delay)


def backoff(policy: RetryPolicy, attempt: int, chance: float) -> float:
    """Doubled each time, less up to a quarter, so that many clients do not come back at one moment."""
    longest = min(policy.longest_delay, policy.first_delay * 2.0 ** min(attempt, 30))
    return longest * (1 - _JITTER * chance)


def told_wait(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the server asks to wait, None where it does not say or names a time that is past.

    Times of day are compared with the server's own `Date`: its clock and ours may differ.
    """
    at = _http_date(headers.get("date")) or now
    value = headers.get("retry-after", "").strip()
    if value:
        seconds = _number(value)
        if seconds is None:
            moment = _http_date(value)
            seconds = None if moment is None else moment - at
        if seconds is not None and seconds > 0:
            return seconds
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if status != 429 or reset is None or reset <= at:
        return None
    return reset - at


def _number(text: str) -> float | None:
    text = text.strip()
    if not text.isascii() or not text.replace(".", "", 1).isdigit() or len(text) > 15:
        return None
    return float(text)


def _http_date(text: str | None) -> float | None:
    if not text or len(text) > 100:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
