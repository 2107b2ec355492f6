"""When certificates end, so that a calendar of them is read in order."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LATEST = 2**38 - 1


def upgrade() -> None:
    """Add the table, with a row for each certificate that is known."""
    table = op.create_table(
        "certificate_end",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.Column("asset", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "until", "asset", name="certificate_end_key"),
        sqlite_with_rowid=False,
    )
    assert table is not None
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # The owner reads the rows of all workspaces once; what protects them is put up again after the migrations.
        op.execute("ALTER TABLE asset NO FORCE ROW LEVEL SECURITY")
    known = connection.execute(
        sa.text("SELECT workspace, number, doc FROM asset WHERE asset_key LIKE 'certificate:%'")
    )
    for rows in known.partitions(1_000):
        op.bulk_insert(
            table, [{"workspace": row[0], "asset": row[1], "until": _until(row[2])} for row in rows]
        )


def _until(doc: str) -> int:
    seconds = int(json.loads(doc)["certificate"]["not_after"]) // 1_000_000
    return min(max(seconds, 0), _LATEST)
