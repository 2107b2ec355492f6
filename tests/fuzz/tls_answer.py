"""Hostile bytes as the answer to a ClientHello: an answer, a wish for more, or NotTls; nothing else."""

from cyberai.net.tls_hello import NotTls, read_answer


def fuzz_one(data: bytes) -> None:
    """Every prefix is read too: an answer once given never changes with what follows."""
    settled = None
    for end in range(0, len(data) + 1, max(1, len(data) // 64)):
        try:
            answer = read_answer(data[:end])
        except NotTls:
            return
        if settled is not None:
            assert answer == settled
        settled = answer
