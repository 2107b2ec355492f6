"""Retests of vulnerabilities."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "retest",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("vulnerability", NUMBER, nullable=False),
        sa.Column("open", NUMBER, nullable=False),
        sa.Column("ordered_at", NUMBER, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("lease_until", NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "vulnerability", name="retest_key"),
    )
    waiting = sa.text("open = 1")
    op.create_index("retest_open", "retest", ["ordered_at"], sqlite_where=waiting, postgresql_where=waiting)
