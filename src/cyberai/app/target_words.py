"""A target that is none, told to people: the API has the customer's own fixed words for it, which say less."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cyberai.app.requests import ScanRequest
from cyberai.app.scan_request import invalid_scan
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.target import NOT_A_TARGET

POSSIBLE = "a domain, address, network, host:port or URL"
_LONGEST = 100


@contextmanager
def told_to_people(request: ScanRequest) -> Iterator[None]:
    """Whatever this request is refused for, with what was given and what is possible in place of those words."""
    try:
        yield
    except InvalidRequest as error:
        problems = error.extra.get("errors")
        if not problems:
            raise
        raise invalid_scan([(item["field"], _words(item, request)) for item in problems]) from error


def _words(problem: dict[str, str], request: ScanRequest) -> str:
    if problem["reason"] != NOT_A_TARGET:
        return problem["reason"]
    given = _given(problem["field"], request)
    if not isinstance(given, str) or not given.strip():
        return f"Give {POSSIBLE}"
    shown = given if len(given) <= _LONGEST else given[:_LONGEST] + "..."
    return f"'{shown}' is no target; give {POSSIBLE}"


def _given(field: str, request: ScanRequest) -> Any:
    """The value at `target` or `targets[N]`."""
    name, _, index = field.partition("[")
    value = getattr(request, name)
    return value[int(index[:-1])] if index else value
