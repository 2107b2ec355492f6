"""Everything that is wrong with a request at once, instead of the first problem only."""

from collections.abc import Callable

from cyberai.domain.errors import InvalidRequest


def require_readable(message: str, *readers: Callable[[], object]) -> None:
    """Call every reader; raise InvalidRequest when any did, with all problems in `details.errors` and the first one
    as `field` and `reason`, as POST /v1/scans tells them."""
    problems: list[dict[str, object]] = []
    for read in readers:
        try:
            read()
        except InvalidRequest as error:
            problems += error.extra.get("errors") or [{"field": error.field, "reason": error.reason}]
    if problems:
        field, reason = problems[0]["field"], problems[0]["reason"]
        raise InvalidRequest(
            message,
            field=None if field is None else str(field),
            reason=str(reason),
            extra={"errors": problems},
        )
