"""Fuzz entry: the Prefer header and the commands of WebSocket clients."""

from cyberai.api.interest import parse_command
from cyberai.api.long_poll import preferred_wait


def fuzz_one(data: bytes) -> None:
    """Any bytes: None or a value, never an error."""
    preferred_wait(data)
    parse_command(data.decode("utf-8", "replace"))
