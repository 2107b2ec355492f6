"""Opaque, time-ordered identifiers: `scan_01hq...`, `vuln_...`."""

from typing import NewType

WorkspaceId = NewType("WorkspaceId", str)
ScanId = NewType("ScanId", str)
VulnerabilityId = NewType("VulnerabilityId", str)
ReportId = NewType("ReportId", str)
KeyId = NewType("KeyId", str)
EventId = NewType("EventId", str)
ShardId = NewType("ShardId", str)
AssetId = NewType("AssetId", str)
AssetChangeId = NewType("AssetChangeId", str)

SYSTEM = WorkspaceId("*system*")
"""Names the deployment as a whole where a store call belongs to no tenant: key look-up, claims, workers."""

DEFAULT_WORKSPACE = WorkspaceId("default")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32, lower case: sorts as its value does
_TIME_LENGTH = 10
_RANDOM_LENGTH = 16
BODY_LENGTH = _TIME_LENGTH + _RANDOM_LENGTH


_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def _base32(value: int, length: int) -> str:
    """An even number of digits, two at a time."""
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(5 * (length - 2), -1, -10)])


def make_id(prefix: str, milliseconds: int, randomness: int) -> str:
    """Build `prefix_` + 10 characters of unix milliseconds + 16 characters of `randomness` (80 bits)."""
    return f"{prefix}_{_base32(milliseconds, _TIME_LENGTH)}{_base32(randomness, _RANDOM_LENGTH)}"


def is_id(prefix: str, text: str) -> bool:
    """True when `text` could have been made by `make_id(prefix, ...)`. A false id is just an unknown one."""
    head, _, body = text.partition("_")
    return head == prefix and len(body) == BODY_LENGTH and all(c in _ALPHABET for c in body)
