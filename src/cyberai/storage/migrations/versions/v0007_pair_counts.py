"""Counts per pair of terms, and what each vulnerability is counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAIR = ("workspace", "term", "dimension", "other")
DIMENSIONS = ("target", "type", "check")
_EVERY_WORKSPACE = "SELECT set_config('cyberai.workspace', '0', true)"


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns))


TERM = _table("term", "number", "workspace", "kind", "value")
POSTING = _table("posting", "workspace", "term", "facet", "item")
COUNT = _table("pair_count", *PAIR, "n")
BRIEF = _table("vulnerability_brief", "workspace", "item", "facet", *(f"{name}_term" for name in DIMENSIONS))


def upgrade() -> None:
    """Add the tables and count the rows there are."""
    _make("pair_count", [*COUNT.c.keys()], PAIR)
    _make("vulnerability_brief", [*BRIEF.c.keys()], ("workspace", "item"))
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_EVERY_WORKSPACE))
    count_all(connection)


def _make(name: str, columns: list[str], key: tuple[str, ...]) -> None:
    op.create_table(
        name,
        *(sa.Column(each, NUMBER, nullable=False) for each in columns),
        sa.PrimaryKeyConstraint(*key, name=f"{name}_key"),
        sqlite_with_rowid=False,
    )


def count_all(connection: sa.Connection) -> None:
    """Fill both tables from the lists."""
    own = [f"vulnerability.{name}" for name in DIMENSIONS]
    listed = (POSTING.c.workspace == TERM.c.workspace) & (POSTING.c.term == TERM.c.number)
    briefs = (
        sa.select(
            POSTING.c.workspace,
            POSTING.c.item,
            sa.func.max(POSTING.c.facet),
            *(sa.func.max(sa.case((TERM.c.kind == kind, TERM.c.number))) for kind in own),
        )
        .join_from(TERM, POSTING, listed)
        .where(TERM.c.kind.in_(own))
        .group_by(POSTING.c.workspace, POSTING.c.item)
    )
    connection.execute(sa.insert(BRIEF).from_select([*BRIEF.c.keys()], briefs))
    # Terms of which a row may carry several or none: weaknesses, scans that saw it.
    further = TERM.c.kind.like("vulnerability._%") & TERM.c.kind.not_in(own)
    same = (BRIEF.c.workspace == POSTING.c.workspace) & (BRIEF.c.item == POSTING.c.item)
    for dimension, name in enumerate(DIMENSIONS):
        other = BRIEF.c[f"{name}_term"]
        for one in (BRIEF.c[f"{each}_term"] for each in DIMENSIONS if each != name):
            _count(connection, sa.select(BRIEF.c.workspace, one, sa.literal(dimension), other), one, other)
        carried = sa.select(POSTING.c.workspace, POSTING.c.term, sa.literal(dimension), other)
        carried = carried.join_from(TERM, POSTING, listed).join(BRIEF, same).where(further)
        _count(connection, carried, POSTING.c.term, other)


def _count(connection: sa.Connection, pairs: sa.Select[tuple[int, ...]], *by: sa.ColumnElement[int]) -> None:
    workspace = pairs.selected_columns[0]
    counted = pairs.add_columns(sa.func.count()).group_by(workspace, *by)
    connection.execute(sa.insert(COUNT).from_select([*COUNT.c.keys()], counted))
