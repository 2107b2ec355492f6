"""A scan's log, WebSocket tickets, usage; the events of one scan are found by seeking."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _scan_log() -> None:
    op.create_table(
        "scan_log",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("scan", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("times", NUMBER, nullable=False),
        sa.Column("last_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "scan", "ordinal", name="scan_log_key"),
        sqlite_with_rowid=False,
    )


def _ws_ticket() -> None:
    op.create_table(
        "ws_ticket",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="ws_ticket_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ws_ticket_until", "ws_ticket", ["until"])


def _usage_count() -> None:
    op.create_table(
        "usage_count",
        sa.Column("workspace", NUMBER, nullable=False),
        sa.Column("day", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "day", "key", name="usage_count_key"),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    """Add the tables and the indexes."""
    _scan_log()
    _ws_ticket()
    _usage_count()
    op.create_index("event_scan", "event", ["workspace", "scan", "seq"])
    op.create_index("shard_scan", "shard", ["workspace", "scan", "number"])
