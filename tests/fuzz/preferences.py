"""Hostile bytes as Accept, Accept-Encoding, If-None-Match and If-Match: a decision, or a refusal of ours."""

from contextlib import suppress

from cyberai.api.accept import accepts, wants_problem
from cyberai.api.compression import CODINGS, choose
from cyberai.api.conditional import digest, not_modified, require_match, tag_of
from cyberai.domain.errors import CyberAIError

TAG = tag_of(digest(b"state"))


def fuzz_one(data: bytes) -> None:
    """The same bytes as each of the headers."""
    accepts(data, "application/json")
    wants_problem(data)
    assert choose(data) in (b"", *CODINGS)
    # Whatever the header is, it names our tag or it does not.
    assert not not_modified(data, TAG) or TAG[1:-1] in data or data.strip() == b"*"
    with suppress(CyberAIError):
        require_match(data, TAG)
        assert TAG[1:-1] in data or data.strip() == b"*"
