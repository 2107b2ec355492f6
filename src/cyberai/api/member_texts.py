"""The texts that stand below the members of an enumeration in its source, for documents made from the code."""

import ast
import inspect
from enum import StrEnum
from functools import cache


@cache
def member_texts(kind: type[StrEnum]) -> dict[str, str]:
    """Value -> text; members without one are left out."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts: dict[str, str] = {}
    for member, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(text, ast.Expr):
            target, constant = member.targets[0], text.value
            if isinstance(target, ast.Name) and isinstance(constant, ast.Constant):
                texts[kind[target.id].value] = inspect.cleandoc(str(constant.value))
    return texts
