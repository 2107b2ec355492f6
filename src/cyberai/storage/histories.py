"""The histories of vulnerabilities: what changed, in order, the comments among it."""

import msgspec
from sqlalchemy import Select, and_, func, insert, select

from cyberai.domain.history import COMMENT, Change, Entry
from cyberai.storage.codec import HIGHEST, to_text
from cyberai.storage.dialect import arg, constant
from cyberai.storage.driver import Driver
from cyberai.storage.schema import vulnerability_change as table
from cyberai.storage.statements import Statement

_c = table.c
_of_row = and_(_c.workspace == arg("workspace"), _c.vulnerability == arg("key"))
_LAST = select(func.coalesce(func.max(_c.ordinal), constant(0)) + constant(1)).where(_of_row)
_ADD = Statement(
    insert(table).values(
        workspace=arg("workspace"),
        vulnerability=arg("key"),
        ordinal=_LAST.scalar_subquery(),
        comment=arg("comment"),
        doc=arg("doc"),
    )
)
_decode = msgspec.json.Decoder(Change).decode


def _newest(*further: object) -> Select[tuple[int, str]]:
    return (
        select(_c.ordinal, _c.doc)
        .where(_of_row, _c.ordinal < arg("before"), *further)  # type: ignore[arg-type]
        .order_by(_c.ordinal.desc())
        .limit(arg("limit"))
    )


_PAGE = Statement(_newest())
_COMMENTS = Statement(_newest(_c.comment == constant(1)))


def write(db: Driver, workspace: int, number: int, changes: tuple[Change, ...]) -> None:
    """Add these changes to the history of the row with that number."""
    for change in changes:
        comment = int(change.field == COMMENT)
        db.run(_ADD, workspace=workspace, key=number, comment=comment, doc=to_text(change))


def read(
    db: Driver, workspace: int, number: int, before: int | None, limit: int, *, comments: bool
) -> list[Entry]:
    """The newest changes with a smaller ordinal."""
    rows = db.rows(
        _COMMENTS if comments else _PAGE,
        workspace=workspace,
        key=number,
        before=HIGHEST if before is None else before,
        limit=limit,
    )
    return [Entry(ordinal, _decode(doc)) for ordinal, doc in rows]
