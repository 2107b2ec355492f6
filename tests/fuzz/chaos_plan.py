"""Hostile bytes as a plan of faults and as the chances of a server: faults, or a refusal of ours."""

from contextlib import suppress

from cyberai.api.chaos.plan import fault_of, parse_chance, parse_plan
from cyberai.api.chaos.replies import Whole, altered, instead
from cyberai.domain.errors import CyberAIError

_REPLY = Whole(200, [(b"content-type", b"application/json")], b'{"data":[{"id":"a"}],"n":{"m":1}}')


def fuzz_one(data: bytes) -> None:
    """Every fault that the bytes ask for can happen to a reply."""
    text = data.decode("latin-1")
    with suppress(CyberAIError):
        parse_chance(text).fault(1)
    with suppress(CyberAIError):
        plan = parse_plan(text)
        for fault in plan:
            given = instead(fault, "req", 1_700_000_000_000_000, "/")
            whole = given or altered(fault, _REPLY)
            assert (b"content-length", b"%d" % len(whole.body)) in whole.headers or whole is _REPLY
        fault_of(plan, 0)
