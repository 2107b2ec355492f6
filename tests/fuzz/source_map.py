"""Hostile bytes as a source map, whole and cut off."""

from cyberai.checkkit.source_map import inline_data, read_map


def fuzz_one(data: bytes) -> None:
    """Nothing raises."""
    for truncated in (False, True):
        read_map(data, truncated=truncated)
    inline_data("data:application/json;base64," + data.decode("latin-1"))
    inline_data(data.decode("latin-1"))
