"""`/docs/errors/{code}`: where `error.doc_url` leads. The text is that of the code in `domain.errors`."""

from cyberai.api.call import Call
from cyberai.api.member_texts import member_texts
from cyberai.api.reply import Reply
from cyberai.api.routes import Answer, Route
from cyberai.domain.errors import STATUS, ErrorCode, NotFound


async def show(call: Call) -> Reply:
    """GET /docs/errors/{code}."""
    text = member_texts(ErrorCode).get(call.id)
    if text is None:
        raise NotFound(
            "No such error code",
            field="id",
            reason="Use one of: " + ", ".join(code.value for code in ErrorCode),
        )
    page = f"{call.id} (status {STATUS[ErrorCode(call.id)]})\n\n{text}\n"
    return Reply(200, page.encode(), b"text/plain; charset=utf-8")


ROUTE = Route(
    method="GET",
    path="/docs/errors/{id}",
    handler=show,
    operation="getErrorPage",
    summary="What an error code means",
    tag="Operation",
    answer=Answer(
        media_type="text/plain",
        description="The explanation",
        text="not_found (status 404)\n\nNo such route, ...",
    ),
)
