"""What is to go wrong: `FAULT[;NAME=VALUE]...[,FAULT...]`, each fault for the next request or the next `times` ones. A plan can
stand in an address as it is: what is special in a value is percent-encoded."""

import hashlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from cyberai.domain.errors import ErrorCode, InvalidRequest

_MOST_CHARACTERS = 2_000
_ALWAYS = 1 << 30
_WEEK = 604_800
_WHOLE = re.compile(r"[+-]?[0-9]{1,7}")
_SECONDS = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,6})?")

_STATUS = frozenset({"retry_after", "reset", "code", "skew"})
PARAMETERS: dict[str, frozenset[str]] = {
    "pass": frozenset(),
    "html": frozenset({"status"}),
    "empty": frozenset({"status"}),
    "reset": frozenset(),
    "cut": frozenset(),
    "truncate": frozenset(),
    "broken": frozenset(),
    "slow": frozenset({"seconds"}),
    "drip": frozenset({"seconds"}),
    "endless": frozenset(),
    "type": frozenset({"value"}),
    "set": frozenset({"member", "value"}),
    "drop": frozenset({"member"}),
    "redirect": frozenset({"to"}),
    "skew": frozenset({"seconds"}),
    "duplicate": frozenset(),
    "reorder": frozenset(),
    "gap": frozenset({"after"}),
    "garbage": frozenset({"after"}),
    "unknown": frozenset({"after"}),
    "leave": frozenset({"after"}),
    "close": frozenset({"after", "code"}),
}
"""Fault -> what may be said about it. A number from 400 to 599 is a fault as well."""

STREAM_FAULTS = frozenset({"duplicate", "reorder", "gap", "garbage", "unknown", "leave", "close"})


def _whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: _WHOLE.fullmatch(text) is not None and low <= int(text) <= high


def _seconds(text: str) -> bool:
    return _SECONDS.fullmatch(text) is not None and abs(float(text)) <= _WEEK


_GOOD: dict[str, tuple[Callable[[str], bool], str]] = {
    "times": (lambda text: text == "all" or _whole(1, 1_000_000)(text), "a number from 1 on, or all"),
    "share": (lambda text: _seconds(text) and 0 <= float(text) <= 1, "a number from 0 to 1"),
    "status": (_whole(200, 599), "a status from 200 to 599"),
    "retry_after": (
        lambda text: _whole(-_WEEK, _WEEK)(text.removeprefix("date")),
        "seconds, or date+SECONDS",
    ),
    "reset": (_whole(-_WEEK, _WEEK), "seconds, such as +30"),
    "seconds": (_seconds, "a number of seconds"),
    "skew": (_whole(-_WEEK, _WEEK), "seconds, such as +3600"),
    "after": (_whole(0, 1_000_000), "a number of events"),
    "code": (
        lambda text: text in list(ErrorCode) or _whole(1000, 4999)(text),
        "an error code, or a close code",
    ),
    "to": (lambda text: text in ("other", "same"), "other or same"),
}


class Fault(Struct, frozen=True):
    """One kind of fault. `times` requests get it; `share` of them by chance where no plan names them."""

    kind: str
    values: Mapping[str, str]
    times: int = 1
    share: float = 0.0

    def number(self, name: str, default: float) -> float:
        """A value as a number."""
        return float(self.values.get(name, default))


def parse_plan(text: str, field: str = "plan") -> tuple[Fault, ...]:
    """The faults in their order; raise InvalidRequest that names what is wrong."""
    if len(text) > _MOST_CHARACTERS:
        raise _refused(field, f"Write at most {_MOST_CHARACTERS} characters")
    return tuple(_fault(part.strip(), field) for part in text.split(",") if part.strip())


def _fault(text: str, field: str) -> Fault:
    kind, *pairs = (part.strip() for part in text.split(";"))
    is_status = len(kind) == 3 and kind.isascii() and kind.isdigit() and "400" <= kind <= "599"
    allowed = _STATUS if is_status else PARAMETERS.get(kind)
    if allowed is None:
        raise _refused(field, f"{kind[:40]!r} is no fault; use a status or one of: {', '.join(PARAMETERS)}")
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in values or name not in (*allowed, "times", "share"):
            raise _refused(field, f"{pair[:40]!r} cannot be said of {kind}")
        value = unquote(value)
        good, wanted = _GOOD.get(name, (bool, "a text"))
        if not good(value):
            raise _refused(field, f"{name} of {kind} must be {wanted}")
        values[name] = value
    if kind == "close" and not values.get("code", "1001").isdigit():
        raise _refused(field, "code of close must be a number from 1000 to 4999")
    if kind in ("set", "drop") and "member" not in values:
        raise _refused(field, f"{kind} needs member=")
    times = values.pop("times", "1")
    share = float(values.pop("share", "0"))
    return Fault(kind, values, _ALWAYS if times == "all" else int(times), share)


def _refused(field: str, reason: str) -> InvalidRequest:
    return InvalidRequest("This is no plan of faults", field=field, reason=reason)


def fault_of(plan: tuple[Fault, ...], number: int) -> Fault | None:
    """The fault of the request with that number, 0 being the first; None when it passes."""
    for fault in plan:
        if number < fault.times:
            return None if fault.kind == "pass" else fault
        number -= fault.times
    return None


class Chance(Struct, frozen=True):
    """Faults by chance, for requests that no plan names: the same seed gives the same ones in the same order."""

    seed: int
    faults: tuple[Fault, ...]

    def fault(self, number: int) -> Fault | None:
        """The fault of the request with that number."""
        digest = hashlib.blake2b(f"{self.seed}:{number}".encode(), digest_size=8).digest()
        drawn = int.from_bytes(digest, "big") / (1 << 64)
        for fault in self.faults:
            if drawn < fault.share:
                return fault
            drawn -= fault.share
        return None


def parse_chance(spec: str) -> Chance:
    """`on`, or `seed=N,FAULT;share=0.05,...`; raise InvalidRequest."""
    if spec.strip() == "on":
        return Chance(0, ())
    first, _, rest = spec.partition(",")
    seed = "0"
    if first.strip().startswith("seed="):
        seed = first.strip().removeprefix("seed=")
    else:
        rest = spec
    if not _whole(0, 9_999_999)(seed):
        raise _refused("chaos", "seed must be a whole number below 10,000,000")
    faults = parse_plan(rest, "chaos")
    if not faults or any(fault.share == 0 for fault in faults):
        raise _refused(
            "chaos", "Write `on`, or faults with their share, such as seed=7,503;share=0.05,reset;share=0.01"
        )
    if sum(fault.share for fault in faults) > 1:
        raise _refused("chaos", "The shares add up to more than 1")
    return Chance(int(seed), faults)
