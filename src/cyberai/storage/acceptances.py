"""When the acceptances of risks are to be reviewed: seekable, so that a look costs what is due."""

from sqlalchemy import delete, select

from cyberai.domain.vulnerability import Vulnerability
from cyberai.domain.vulnerability_moves import next_review
from cyberai.storage.dialect import arg, upsert
from cyberai.storage.driver import Driver
from cyberai.storage.schema import acceptance as table
from cyberai.storage.statements import Statement

_c = table.c
_KEY = ("workspace", "vulnerability")
_PUT = Statement(upsert(table, *_KEY, "due", key=_KEY))
_DROP = Statement(
    delete(table).where(_c.workspace == arg("workspace"), _c.vulnerability == arg("vulnerability"))
)
_DUE = Statement(
    select(_c.vulnerability)
    .where(_c.workspace == arg("workspace"), _c.due <= arg("at"))
    .order_by(_c.due, _c.vulnerability)
    .limit(arg("limit"))
)


def follow(
    db: Driver, workspace: int, number: int, before: Vulnerability | None, after: Vulnerability | None
) -> None:
    """Note when the row with that number is to be reviewed, also where that seems to be known: a version that
    announces earlier or later than the one before puts right what that one noted."""
    was, now = (None if row is None else next_review(row) for row in (before, after))
    key = {"workspace": workspace, "vulnerability": number}
    if now is not None:
        db.run(_PUT, **key, due=now)
    elif was is not None:
        db.run(_DROP, **key)


def due(db: Driver, workspace: int, at: int, limit: int) -> list[int]:
    """The numbers of the rows to be reviewed by then, the most urgent first."""
    return [number for (number,) in db.rows(_DUE, workspace=workspace, at=at, limit=limit)]
