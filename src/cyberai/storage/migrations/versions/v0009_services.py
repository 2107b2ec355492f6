"""What speaks on the ports of a scan."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "scan_service",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", NUMBER, nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "scan", "host", "port", "transport", name="scan_service_key"),
        sqlite_with_rowid=False,
    )
