"""The fields of a form, and an API error told at the field it is about."""

from msgspec import Struct

from cyberai.api.call import Call
from cyberai.api.incoming import Receive
from cyberai.api.payload import read_body
from cyberai.api.query import pairs
from cyberai.api.routes import BodyKind
from cyberai.domain.errors import CyberAIError, Forbidden
from cyberai.web.visit import Form

_PAIRS = ("auth.headers", "auth.cookies")
"""Members whose own members are lines of one field."""

TOKEN = "_token"  # noqa: S105 - the name of the field
_BODY = BodyKind(kind=Struct, message="Invalid form", media_types=("application/x-www-form-urlencoded",))


async def read_form(call: Call, receive: Receive) -> Form:
    """The fields that are not empty, line ends as LF; raise 413, 415 or InvalidRequest."""
    found = pairs(await read_body(call.headers, receive, _BODY))
    return {name: value.replace("\r\n", "\n") for name, value in found if value.strip()}


def refuse_foreign() -> Forbidden:
    """403 of a form that another page sent."""
    return Forbidden(
        "This form was not sent from this page",
        reason="Reload the page and send the form again; a proxy in front must pass on the Host header",
    )


def problems_of(error: CyberAIError | None) -> dict[str, str]:
    """Reason per field: every problem the API names, list entries at their list, pairs at their lines, what names no field at ``."""
    if error is None:
        return {}
    listed = error.extra.get("errors") or [{"field": error.field, "reason": error.reason}]
    problems: dict[str, str] = {}
    for item in listed:
        field = (item["field"] or "").partition("[")[0]
        reason = item["reason"] or error.message
        lines = next((name for name in _PAIRS if field.startswith(f"{name}.")), None)
        if lines is not None:
            field, reason = lines, f"{field.removeprefix(f'{lines}.')}: {reason}"
        problems.setdefault(field, reason)
    return problems
