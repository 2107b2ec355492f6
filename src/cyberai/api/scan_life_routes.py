"""Pause, resume, retry, purge: the operations."""

from cyberai.api import scan_life
from cyberai.api.routes import Answer, Handler, Route
from cyberai.app.purge import PurgeResource
from cyberai.app.resources import ScanResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode


def _route(
    move: str, handler: Handler, summary: str, description: str, answer: Answer, *errors: ErrorCode
) -> Route:
    return Route(
        method="POST",
        path=f"/v1/scans/{{id}}/{move}",
        handler=handler,
        operation=f"{move}Scan",
        summary=summary,
        description=description
        + " A scan that cannot do this answers 409 with what it can in `details.allowed`.",
        tag="Scans",
        scope=ApiScope.SCANS_WRITE,
        answer=answer,
        errors=(ErrorCode.CONFLICT, ErrorCode.STORAGE_FULL, *errors),
    )


_SCAN = Answer(kind=ScanResource, description="The scan")

ROUTES = (
    _route(
        "pause",
        scan_life.pause,
        "Pause a scan",
        (
            "Answers the scan, `pausing` and soon `paused`: what is in flight may finish, for at most 10 s. A paused "
            "scan holds no worker and no host, and its time limit stands still. Pausing again answers the same."
        ),
        _SCAN,
    ),
    _route(
        "resume",
        scan_life.resume,
        "Resume a paused scan",
        (
            "It goes on, `running` or (with every worker busy) `queued`, with what was not yet done; nothing whose "
            "result is stored is done again."
        ),
        _SCAN,
    ),
    _route(
        "retry",
        scan_life.retry,
        "Scan again what an ended scan was asked for",
        "A new scan with the same targets, options and policies, all of it; `retry_of` names the old one.",
        Answer(status=201, kind=ScanResource, description="Resource created", headers=("Location",)),
        ErrorCode.TARGET_NOT_ALLOWED,
    ),
    _route(
        "purge",
        scan_life.purge,
        "Erase a scan",
        (
            "Erases the scan, the vulnerabilities that only it saw, its evidence, the reports that cover it, and what "
            "its events said (their numbers stay). It cannot be undone. An erasing that was cut off is finished by "
            "asking again."
        ),
        Answer(kind=PurgeResource, description="What was erased"),
    ),
)
