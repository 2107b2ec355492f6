"""Hostile bytes as a MongoDB server's answer: a document or ValueError; nothing else."""

from cyberai.checkkit.mongo import decode, encode, read_message


def fuzz_one(data: bytes) -> None:
    """What is read can be written and read again, where its types allow it."""
    for read in (decode, lambda raw: read_message(raw)[2]):
        try:
            document = read(data)
        except ValueError:
            continue
        try:
            written = encode(document)
        except ValueError:
            continue  # None and binary values are read and not written
        assert encode(decode(written)) == written
