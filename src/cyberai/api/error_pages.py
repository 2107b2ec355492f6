"""`/docs/errors/{code}`: where `error.doc_url` leads. The text is that of the code in `domain.errors`."""

import ast
import inspect
from functools import cache

from cyberai.api.call import Call
from cyberai.api.reply import Reply
from cyberai.api.routes import Answer, Route
from cyberai.domain.errors import STATUS, ErrorCode, NotFound


@cache
def error_texts() -> dict[str, str]:
    """What stands below each member of ErrorCode in its source."""
    body = ast.parse(inspect.getsource(ErrorCode)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts: dict[str, str] = {}
    for member, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(text, ast.Expr):
            target, constant = member.targets[0], text.value
            if isinstance(target, ast.Name) and isinstance(constant, ast.Constant):
                texts[ErrorCode[target.id].value] = inspect.cleandoc(str(constant.value))
    return texts


async def show(call: Call) -> Reply:
    """GET /docs/errors/{code}."""
    text = error_texts().get(call.id)
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
