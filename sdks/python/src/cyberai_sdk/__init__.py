"""The Python client of Cyber AI.

import cyberai_sdk

for found in cyberai_sdk.scan("example.com").wait().vulnerabilities():
    print(found.severity, found.title)
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from cyberai_sdk import errors, models, webhooks
from cyberai_sdk._event_values import resource_in
from cyberai_sdk._version import __version__
from cyberai_sdk.async_client import AsyncClient, AsyncScanHandle
from cyberai_sdk.client import Client, ScanHandle
from cyberai_sdk.errors import (
    ApiError,
    BadRequest,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    CyberAIError,
    Forbidden,
    InvalidResponse,
    NotFound,
    NotModified,
    PreconditionFailed,
    RateLimited,
    RedirectRefused,
    ReportFailed,
    ScanFailed,
    ServerError,
    TimedOut,
    Unauthorized,
    WaitTimedOut,
    WebhookError,
)
from cyberai_sdk.options import CallOptions, Limits, RawResponse, RetryPolicy


def scan(target: str, **members: Any) -> ScanHandle:
    """Start a scan on the server that the environment or the profile names; see `Client.scan`."""
    return Client().scan(target, **members)


__all__ = [
    "UNSET",
    "ApiError",
    "AsyncClient",
    "AsyncScanHandle",
    "BadRequest",
    "CallOptions",
    "Client",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "CyberAIError",
    "Forbidden",
    "InvalidResponse",
    "Limits",
    "NotFound",
    "NotModified",
    "PreconditionFailed",
    "RateLimited",
    "RawResponse",
    "RedirectRefused",
    "ReportFailed",
    "RetryPolicy",
    "ScanFailed",
    "ScanHandle",
    "ServerError",
    "TimedOut",
    "Unauthorized",
    "WaitTimedOut",
    "WebhookError",
    "__version__",
    "errors",
    "models",
    "resource_in",
    "scan",
    "webhooks",
]
