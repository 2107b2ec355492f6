"""Where the Python SDK meets the server of all SDKs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """The server's address, and a key that has a rate limit of its own."""

    base: str
    key: str
