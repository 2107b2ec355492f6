"""API keys: their format, plans and scopes. The key itself is shown once and never stored."""

import zlib
from enum import StrEnum

from msgspec import Struct

from cyberai.domain.ids import KeyId, WorkspaceId

PREFIX = "cai_live_"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_LENGTH = 32
CHECKSUM_LENGTH = 6
MIN_SUPPLIED_LENGTH = 24
"""A key supplied by the operator has at least this many visible characters."""


class Plan(StrEnum):
    """Rate-limit plans of the customer's page."""

    STANDARD = "standard"
    ENTERPRISE = "enterprise"

    @property
    def requests_per_minute(self) -> int:
        """100 or 1000."""
        return 1000 if self is Plan.ENTERPRISE else 100


class ApiScope(StrEnum):
    """What a key may do; a new key has all."""

    SCANS_READ = "scans:read"
    SCANS_WRITE = "scans:write"
    VULNERABILITIES_READ = "vulnerabilities:read"
    VULNERABILITIES_WRITE = "vulnerabilities:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    KEYS_ADMIN = "keys:admin"


ALL_SCOPES = tuple(ApiScope)


class ApiKey(Struct, frozen=True):
    """A stored key: `digest` is HMAC-SHA256(pepper, key) in hex. Times are UTC microseconds."""

    id: KeyId
    workspace: WorkspaceId
    name: str
    digest: str
    hint: str
    plan: Plan
    scopes: tuple[ApiScope, ...]
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None
    revoked_at: int | None = None


def format_key(secret: int) -> str:
    """The key's text from at least 190 random bits: prefix, 32 base62 characters, checksum."""
    digits = []
    for _ in range(SECRET_LENGTH):
        secret, digit = divmod(secret, 62)
        digits.append(_BASE62[digit])
    body = "".join(digits)
    return PREFIX + body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of the body in six base62 characters, so that typing errors and leaks are told offline."""
    value = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def looks_like_key(text: str) -> bool:
    """True when prefix, length and checksum fit (an operator-supplied key need not)."""
    body = text.removeprefix(PREFIX)
    if (
        body == text
        or len(body) != SECRET_LENGTH + CHECKSUM_LENGTH
        or not body.isascii()
        or not body.isalnum()
    ):
        return False
    return checksum(body[:SECRET_LENGTH]) == body[SECRET_LENGTH:]


def acceptable_supplied_key(text: str) -> bool:
    """A key an operator may bring: at least 24 visible ASCII characters, no white space."""
    return len(text) >= MIN_SUPPLIED_LENGTH and all("!" <= c <= "~" for c in text)


def hint_of(key: str) -> str:
    """What may be shown of a key afterwards: the last four characters."""
    return f"...{key[-4:]}"
