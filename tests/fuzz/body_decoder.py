"""Hostile bytes as a gzip or deflate body: the output stays within its limit and nothing is raised."""

from cyberai.net.http_wire import BodyDecoder

LIMIT = 10_000


def fuzz_one(data: bytes) -> None:
    """The first byte chooses the coding and the size of the pieces."""
    if not data:
        return
    choice, rest = data[0], data[1:]
    decoder = BodyDecoder("gzip" if choice & 1 else "deflate", LIMIT)
    size = 1 + choice // 2
    total = 0
    for at in range(0, len(rest), size):
        total += len(decoder.feed(rest[at : at + size]))
        assert total <= LIMIT
        if decoder.full:
            return
    total += len(decoder.end())
    assert total <= LIMIT
