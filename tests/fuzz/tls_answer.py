"""Hostile bytes as the answer to a ClientHello: a flight, a wish for more, or NotTls; nothing else, however they come."""

from cyberai.domain.tls.flight import FlightReader, ServerFlight
from cyberai.domain.tls.records import NotTls


def fuzz_one(data: bytes) -> None:
    """Where the bytes are cut makes no difference."""
    whole = outcome(data, len(data) or 1)
    for size in (1, 3, 64):
        assert outcome(data, size) == whole


def outcome(data: bytes, size: int) -> ServerFlight | str | None:
    """What comes of the bytes in pieces of this size: what is read of them, or the word for what is wrong."""
    reader = FlightReader()
    try:
        for at in range(0, len(data), size):
            flight = reader.feed(data[at : at + size])
            if flight is not None:
                return flight
            assert reader.missing > 0
        return reader.broken_off()
    except NotTls as error:
        return str(error)
